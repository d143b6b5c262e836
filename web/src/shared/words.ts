// Words of both languages: one JSON file a language and area, src/words/{zh,en}/AREA.json, with the
// same keys (tools/words.mjs holds them to it). Only the language that is read is loaded.
import { nextTick, ref, shallowReactive, type App } from 'vue'

export type Language = 'zh' | 'en'
export interface Words {
  [key: string]: string | Words
}
export type Places = Record<string, string | number>
export const kTags: Record<Language, string> = { zh: 'zh-CN', en: 'en' }

const kKept = 'yinuo.language'

const current = ref<Language>('zh')
const known = shallowReactive<Partial<Record<Language, Words>>>({})

function find(key: string): string | undefined {
  let at: string | Words | undefined = known[current.value]
  for (const part of key.split('.')) at = typeof at === 'object' ? at[part] : undefined
  return typeof at === 'string' ? at : undefined
}

/**
 * The text of `key` with its {places} filled. Of a text "one row | {n} rows" the part before the bar is
 * for n = 1. Read in a template or a computed value, it follows the language.
 */
export function t(key: string, places: Places = {}): string {
  let text = find(key)
  if (text === undefined) {
    console.error(`no words for ${key}`) // the build finds those that sources name
    return key
  }
  if (typeof places.n === 'number' && text.includes(' | ')) text = text.split(' | ')[places.n === 1 ? 0 : 1]!
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in places ? String(places[name]) : whole))
}
/** Is there such a text? For words that the server chose. */
export function has(key: string): boolean {
  return find(key) !== undefined
}

declare module 'vue' {
  interface ComponentCustomProperties {
    $t: typeof t
  }
}
export const words = {
  install(app: App): void {
    app.config.globalProperties.$t = t
  },
}

type Load = (language: Language) => Promise<Words>
let load: Load = async () => ({})
const changed = new Set<(language: Language) => void | Promise<void>>()

export function language(): Language {
  return current.value
}
/** Told after each change; for component libraries, charts, titles. */
export function onLanguage(tell: (language: Language) => void | Promise<void>): () => void {
  changed.add(tell)
  return () => changed.delete(tell)
}

export async function setLanguage(to: Language): Promise<void> {
  known[to] ??= await load(to)
  for (const tell of changed) await tell(to)
  current.value = to
  document.documentElement.lang = kTags[to]
  try {
    localStorage.setItem(kKept, to)
  } catch {
    // Private windows may refuse; the choice then lasts as long as the page.
  }
  await nextTick()
}

/** `?lang=`, then the last choice, then Chinese unless the browser wants no Chinese at all. */
function wanted(): Language {
  const asked = new URLSearchParams(location.search).get('lang')
  if (asked === 'zh' || asked === 'en') return asked
  try {
    const kept = localStorage.getItem(kKept)
    if (kept === 'zh' || kept === 'en') return kept
  } catch {
    // As above.
  }
  return 'zh'
}

export async function startWords(from: Load): Promise<void> {
  load = from
  await setLanguage(wanted())
}

/** Texts of a page that is loaded later, in whatever language is read then. */
export async function moreWords(more: Load): Promise<void> {
  const before = load
  load = async (language) => ({ ...(await before(language)), ...(await more(language)) })
  for (const language of Object.keys(known) as Language[]) known[language] = { ...known[language], ...(await more(language)) }
}

/** A text of the server's, in the reader's language. */
export function told(text: { zh: string; en: string } | undefined | null): string {
  return text ? text[language()] : ''
}
