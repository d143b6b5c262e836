// What one's day is made of: what is due within the hour, and the words one has given or owns.
import type { components } from '@/shared/api/schema'
import { api, ask } from '@/shared/api/client'

export type Word = components['schemas']['Word']
const kHour = 3_600_000
const kDays = 30
const kPagesMost = 5
const kShown = 50

export async function dueSoon(now: number) {
  const page = await ask(
    api.GET('/api/v1/obligations', {
      params: {
        query: {
          state: 'pending,running,at_risk',
          due_from: new Date(now).toISOString(),
          due_until: new Date(now + kHour).toISOString(),
          with: 'clock',
          limit: kShown,
        },
      },
    }),
  )
  return { items: page.items, more: !!page.next }
}
export type Due = Awaited<ReturnType<typeof dueSoon>>['items'][number]

export async function myWords(): Promise<{ words: Word[]; more: boolean }> {
  const words: Word[] = []
  let cursor: string | undefined
  for (let pages = 0; pages < kPagesMost; pages++) {
    const page = await ask(api.GET('/api/v1/words', { params: { query: { mine: true, limit: 200, ...(cursor ? { cursor } : {}) } } }))
    words.push(...page.items)
    cursor = page.next
    if (!cursor) return { words, more: false }
  }
  return { words, more: true }
}

const ended = ['kept', 'broken', 'waived', 'void', 'void_by_us', 'not_measured', 'refused']
const state = (word: Word) => word.state.replaceAll(' ', '_')
export const due = (word: Word) => word.due_at ?? word.until

/** What somebody else must know of when one goes, the next due first. */
export function open(words: Word[]): Word[] {
  return words.filter((word) => !ended.includes(state(word))).sort((a, b) => due(a).localeCompare(due(b)))
}
/** Of what came due in the last 30 days, how much was kept. */
export function record(words: Word[], now: number): { kept: number; n: number } {
  const decided = words.filter((word) => {
    const at = Date.parse(due(word))
    return ['kept', 'broken'].includes(state(word)) && at <= now && at > now - kDays * 24 * kHour
  })
  return { kept: decided.filter((word) => state(word) === 'kept').length, n: decided.length }
}
