// A row of the queue: an obligation with what its place and its alarms need as numbers, so that ten
// thousand of them can be looked over in a tick.
import type { components } from '../../../shared/api/schema'
import type { LiveObligation } from '../../../shared/live'
import { latestFirst, statesOf, window, type Wish } from './wish'

export type Item = components['schemas']['Obligation']

/** How bad it is: 0 fine, 1 warned, 2 about to break, 3 broken. */
export type Level = 0 | 1 | 2 | 3

export interface Row {
  readonly id: string
  readonly item: Item
  readonly state: string
  readonly due: number // ms; infinite: none
  readonly level: Level // at the instant of its last look
  readonly next: number // when the passing of time makes it worse; infinite: never
}

const millis = (at: string | undefined): number => (at ? Date.parse(at) : Number.POSITIVE_INFINITY)

function levelAt(item: Item, now: number): { level: Level; next: number } {
  const never = Number.POSITIVE_INFINITY
  if (item.state === 'broken') return { level: 3, next: never }
  if (item.state !== 'running' && item.state !== 'at risk') return { level: 0, next: never }
  const due = millis(item.due_at)
  if (now > due) return { level: 3, next: never }
  let level: Level = 0
  let next = due + 1 // exactly at the due instant is still in time
  for (const warning of item.clock?.warnings ?? []) {
    const at = millis(warning.at)
    if (now >= at) level = Math.max(level, warning.level === 'about_to_break' ? 2 : 1) as Level
    else next = Math.min(next, at)
  }
  return { level, next }
}

export function rowOf(item: Item, now: number): Row {
  return { id: item.id, item, state: item.state, due: millis(item.due_at), ...levelAt(item, now) }
}

/** The row after a live change, which tells less than a row: the rest is asked for. */
export function changedBy(row: Row, change: LiveObligation, now: number): Row {
  const item: Item = { ...row.item, state: change.state as Item['state'] }
  if (change.due_at) item.due_at = change.due_at
  else delete item.due_at
  if (change.broken_at) item.broken_at = change.broken_at
  if (item.clock && change.state !== row.item.state) {
    // What stood in the clock was of the state before.
    item.clock = { ...item.clock }
    if (change.state !== 'paused') delete item.clock.paused
  }
  return rowOf(item, now)
}

/** Does it belong to what is looked at? */
export function fits(it: { state: string; due: number }, wish: Wish, now: number): boolean {
  const { from, until } = window(wish.lane, now)
  return statesOf(wish.tab).includes(it.state) && it.due >= from && (it.due < until || until === Number.POSITIVE_INFINITY)
}

/** Ids are numbers in text whose digits are in the order of their characters. */
export function compareIds(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0)
}
export interface Placed {
  id: string
  due: number
}
/** The server's order: by due instant, then id; of breaches the other way round. */
export function order(wish: Wish): (a: Placed, b: Placed) => number {
  const sign = latestFirst(wish.tab) ? -1 : 1
  return (a, b) => sign * (a.due === b.due ? compareIds(a.id, b.id) : a.due < b.due ? -1 : 1)
}

/**
 * Working time left at `now`, ms; undefined: its limit isn't in working time. The server counted it at
 * clock.at and says when the calendar opens or closes next: until then it is told exactly.
 */
export function workLeft(item: Item, now: number): number | undefined {
  const clock = item.clock
  if (clock?.work_left_millis === undefined) return undefined
  const at = millis(clock.at)
  const change = millis(clock.next_change_at)
  const ran = clock.open_now ? Math.min(now, change) - at : now > change ? now - change : 0
  return Math.max(0, clock.work_left_millis - Math.max(0, ran))
}
/** Has the calendar opened or closed since the clock was told? */
export function clockIsOld(item: Item, now: number): boolean {
  return now >= millis(item.clock?.next_change_at)
}
