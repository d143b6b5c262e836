// Counts of tabs and lanes as they are now. The server counts once a second for everybody; we ask
// after changes, at most each second and a half, and now and then because time passes.
import { onUnmounted, shallowRef } from 'vue'
import { api, ask } from '../../../shared/api/client'
import type { components } from '../../../shared/api/schema'
import { onChange } from '../../../shared/live'
import { offline } from '../../../shared/network'
import type { Lane, Tab } from './wish'

export type Lanes = components['schemas']['Lanes']

const kAtMost = 1_500
const kAnyway = 10_000

export function useLanes() {
  const lanes = shallowRef<Lanes>()
  let timer: ReturnType<typeof setTimeout> | undefined

  async function refresh(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    try {
      if (!document.hidden) lanes.value = await ask(api.GET('/api/v1/lanes'))
    } catch {
      // The next time will tell; the list itself says what is wrong.
    }
  }
  const soon = () => {
    timer ??= setTimeout(() => void refresh(), kAtMost)
  }
  const stop = onChange(soon, soon)
  const anyway = setInterval(() => !offline.value && soon(), kAnyway)
  onUnmounted(() => {
    stop()
    clearInterval(anyway)
    clearTimeout(timer)
  })
  return { lanes, refresh }
}

/** How many rows a lane of a tab has; undefined: not known yet. */
export function countOf(lanes: Lanes | undefined, tab: Tab, lane: Lane): number | undefined {
  if (!lanes) return undefined
  if (tab === 'broken') return lanes.tabs.broken.total
  const of = lanes.tabs[tab]
  if (lane === 'seconds') return of.seconds
  if (lane === 'hours') return of.minutes + of.hours
  if (lane === 'days') return of.days + of.undated
  return of.total
}
