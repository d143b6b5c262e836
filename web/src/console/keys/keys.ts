// Keys of the console: one letter each, or two after one another ("g q"). Whoever is on the page brings
// theirs with bindKeys(); the sheet (`?`) lists what holds. None acts while somebody types: in fields,
// during the composition of Chinese, with a dialog open, or together with Ctrl, Alt or ⌘.
import { onUnmounted, shallowReactive } from 'vue'

export interface Binding {
  keys: string // as KeyboardEvent.key: 'j', 'Enter', '?', or 'g q'
  word: string // key of what it does
  group: string // key of the sheet's heading
  act: () => void
  bare?: boolean // makes no sense but as a key: not in the palette
}

/** As it is written on keyboards. */
export function capOf(key: string): string {
  return key === 'Escape' ? 'Esc' : key
}

const bound = shallowReactive<Binding[]>([])
export function bindings(): readonly Binding[] {
  return bound
}

/** As long as the component lives. */
export function bindKeys(some: Binding[]): void {
  bound.push(...some)
  onUnmounted(() => {
    for (const one of some) bound.splice(bound.indexOf(one), 1)
  })
}

const kFields = 'input, textarea, select, [contenteditable]:not([contenteditable=false]), [role=textbox], [role=combobox]'
const kActs = 'button, a[href], summary, [role=button], [role=tab], [role=menuitem], [role=option], [role=checkbox], [role=switch]'
const kPatience = 1_200 // ms for the second of two

let first = '' // of two keys
let firstAt = 0

function ours(event: KeyboardEvent): boolean {
  // keyCode 229: composition in browsers that don't say isComposing on its last key.
  if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return false
  if (event.ctrlKey || event.altKey || event.metaKey) return false
  const target = event.target instanceof Element ? event.target : null
  if (target?.closest(kFields)) return false
  if (document.querySelector('dialog[open], [aria-modal=true]:not([style*="display: none"])')) return false
  return !(event.key === 'Enter' && target?.closest(kActs))
}

function press(event: KeyboardEvent): void {
  if (!ours(event)) return
  const two = first && event.timeStamp - firstAt < kPatience ? `${first} ${event.key}` : ''
  first = ''
  const found = [...bound].reverse().find((one) => one.keys === two) ?? [...bound].reverse().find((one) => one.keys === event.key)
  if (found) {
    event.preventDefault()
    found.act()
  } else if (bound.some((one) => one.keys.startsWith(`${event.key} `))) {
    first = event.key
    firstAt = event.timeStamp
  }
}

export function listenToKeys(): () => void {
  document.addEventListener('keydown', press)
  return () => document.removeEventListener('keydown', press)
}
