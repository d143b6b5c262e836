// Where one is in the demo's tour: the step stands in the address bar (`?tour=3`), the order it is
// about in this tab, and that somebody has seen it all in this browser.
import { ref } from 'vue'

export const kSteps = 5
const kHere = 'yinuo.tour'
const kSeen = 'yinuo.tour.seen'

export interface Tour {
  step: number // 1 to kSteps
  subject: string // of the order that the tour has placed; empty before
  obligation: string
}

function kept(): Partial<Tour> {
  try {
    return JSON.parse(sessionStorage.getItem(kHere) ?? '{}') as Partial<Tour>
  } catch {
    return {}
  }
}
function arrive(): Tour | undefined {
  const before = kept()
  const asked = Number(new URLSearchParams(location.search).get('tour') ?? before.step ?? 0)
  if (!Number.isInteger(asked) || asked < 1 || asked > kSteps) return undefined
  return { step: asked, subject: before.subject ?? '', obligation: before.obligation ?? '' }
}

export const tour = ref<Tour | undefined>(arrive())

export function keep(next: Tour | undefined): void {
  try {
    if (next) sessionStorage.setItem(kHere, JSON.stringify(next))
    else sessionStorage.removeItem(kHere)
  } catch {
    // Where nothing can be kept, the address bar still has the step.
  }
}
/** Ends it; `seen`: to the end. */
export function leave(seen: boolean): void {
  keep(undefined)
  tour.value = undefined
  if (!seen) return
  try {
    localStorage.setItem(kSeen, 'yes')
  } catch {
    // Then it is offered again.
  }
}
export function wasSeen(): boolean {
  try {
    return localStorage.getItem(kSeen) === 'yes'
  } catch {
    return false
  }
}
