// What of the queue is looked at: a tab, a lane, filters. It stands in the address bar.
import type { LocationQuery, LocationQueryRaw } from 'vue-router'

export const kTabs = ['savable', 'about_to_break', 'broken', 'paused'] as const // 可挽救 即将违约 已违约 暂停
export type Tab = (typeof kTabs)[number]
export const kLanes = ['all', 'seconds', 'hours', 'days'] as const // 全部 秒级 分时 日级
export type Lane = (typeof kLanes)[number]

export interface Wish {
  tab: Tab
  lane: Lane
  promise: string
  subject: string
  owner: string
}

const kStates: Record<Tab, string[]> = {
  savable: ['pending', 'running'],
  about_to_break: ['at risk'],
  broken: ['broken'],
  paused: ['paused'],
}
export function statesOf(tab: Tab): string[] {
  return kStates[tab]
}
/** What is over, and what stands still, can't be told apart by the time that is left. */
export function hasLanes(tab: Tab): boolean {
  return tab !== 'broken' && tab !== 'paused'
}
/** Breaches: the latest first; all else: what is due first. */
export function latestFirst(tab: Tab): boolean {
  return tab === 'broken'
}

/** By the time that is left at `now`: due in [from, until), instants in ms. */
export function window(lane: Lane, now: number): { from: number; until: number } {
  const minute = 60_000
  const day = 24 * 60 * minute
  if (lane === 'seconds') return { from: Number.NEGATIVE_INFINITY, until: now + minute }
  if (lane === 'hours') return { from: now + minute, until: now + day }
  if (lane === 'days') return { from: now + day, until: Number.POSITIVE_INFINITY } // and what has no due instant
  return { from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY }
}
/** After how long (ms) what a lane holds is another, by the passing of time alone. */
export function turnsStaleAfter(lane: Lane): number {
  if (lane === 'seconds') return 5_000
  if (lane === 'hours') return 60_000
  return Number.POSITIVE_INFINITY
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

export function wishOf(query: LocationQuery): Wish {
  const tab = kTabs.find((one) => one === query.tab) ?? 'savable'
  const lane = kLanes.find((one) => one === query.lane) ?? 'all'
  return {
    tab,
    lane: hasLanes(tab) ? lane : 'all',
    promise: text(query.promise),
    subject: text(query.subject),
    owner: text(query.owner),
  }
}
export function queryOf(wish: Wish): LocationQueryRaw {
  return {
    ...(wish.tab === 'savable' ? {} : { tab: wish.tab }),
    ...(wish.lane === 'all' ? {} : { lane: wish.lane }),
    ...(wish.promise ? { promise: wish.promise } : {}),
    ...(wish.subject ? { subject: wish.subject } : {}),
    ...(wish.owner ? { owner: wish.owner } : {}),
  }
}
/** Is anything narrowed beyond the tab? */
export function isFiltered(wish: Wish): boolean {
  return wish.lane !== 'all' || wish.promise !== '' || wish.subject !== '' || wish.owner !== ''
}
export function hasFilters(wish: Wish): boolean {
  return wish.promise !== '' || wish.subject !== '' || wish.owner !== ''
}
