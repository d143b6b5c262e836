// Recovery acts of this page: shown at once, taken back when the server refuses, undone while it holds
// them. What is under way outlives the panel that began it, so its bar is an app of its own.
import { createApp, shallowReactive } from 'vue'
import { api, ask, once } from '../../../shared/api/client'
import type { components } from '../../../shared/api/schema'
import { clockSpeed } from '../../../shared/clock'
import { Problem } from '../../../shared/problem'
import { words } from '../../../shared/words'

export type Wish = components['schemas']['RecoveryWish']
type Told = components['schemas']['RecoveryAct']

export interface Act {
  obligation: string
  subject: string
  wish: Wish
  state: 'sending' | 'waiting' | 'undoing' | 'cancelled' | 'done' | 'failed' | 'refused'
  id: string // the server's; empty: it hasn't heard of it yet
  until: number // of this machine's clock: when it can't be undone any more
  problem: Problem | undefined
  why: { zh: string; en: string } | undefined
}

/** By obligation; what is over stays until it is dismissed. */
export const acts = shallowReactive(new Map<string, Act>())
/** Is it being made good, as far as this page knows? Shown before the server has answered. */
export function isUnderWay(obligation: string): boolean {
  const state = acts.get(obligation)?.state
  return state === 'sending' || state === 'waiting' || state === 'undoing'
}

const kLookEvery = 700 // ms, once it is due
const kShownFor = 6000 // ms, when it went well

let barIsThere = false
function showBar(): void {
  if (barIsThere) return
  barIsThere = true
  const place = document.createElement('div')
  document.body.append(place)
  void import('./UndoBar.vue').then(({ default: bar }) => createApp(bar).use(words).mount(place))
}

function change(obligation: string, part: Partial<Act>): void {
  const act = acts.get(obligation)
  if (act) acts.set(obligation, { ...act, ...part })
}
export function dismiss(obligation: string): void {
  acts.delete(obligation)
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  throw error
}

export async function begin(obligation: string, subject: string, wish: Wish): Promise<void> {
  acts.set(obligation, { obligation, subject, wish, state: 'sending', id: '', until: 0, problem: undefined, why: undefined })
  showBar()
  try {
    const told = await ask(
      api.POST('/api/v1/obligations/{id}/recovery', {
        params: { path: { id: obligation }, header: { 'Idempotency-Key': once() } },
        body: wish,
      }),
    )
    change(obligation, { state: 'waiting', id: told.id, until: Date.now() + told.undo_left_millis / clockSpeed() })
    void follow(obligation, told.id)
  } catch (error) {
    change(obligation, { state: 'refused', problem: problemOf(error) })
  }
}

// Until the server says what came of it.
async function follow(obligation: string, id: string): Promise<void> {
  for (;;) {
    const act = acts.get(obligation)
    if (act?.id !== id || (act.state !== 'waiting' && act.state !== 'undoing')) return
    await new Promise((done) => setTimeout(done, Math.max(kLookEvery, act.until - Date.now())))
    if (acts.get(obligation)?.state !== 'waiting') continue
    try {
      settle(obligation, await ask(api.GET('/api/v1/recovery-acts/{id}', { params: { path: { id } } })))
    } catch (error) {
      problemOf(error) // it is asked again
    }
  }
}

function settle(obligation: string, told: Told): void {
  if (told.state === 'waiting') return
  change(obligation, { state: told.state, why: told.why })
  if (told.state !== 'failed')
    setTimeout(() => acts.get(obligation)?.id === told.id && dismiss(obligation), kShownFor)
}

export async function undo(obligation: string): Promise<void> {
  const act = acts.get(obligation)
  if (!act?.id || act.state !== 'waiting') return
  change(obligation, { state: 'undoing' })
  try {
    settle(obligation, await ask(api.DELETE('/api/v1/recovery-acts/{id}', { params: { path: { id: act.id } } })))
  } catch (error) {
    change(obligation, { state: 'waiting', problem: problemOf(error) })
  }
}
