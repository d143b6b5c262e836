// What a page shows, kept fresh: asked again every 15 seconds while the page is visible, when one comes
// back to it, and after an act. (Customers have no stream of events.)
import { onUnmounted, shallowRef, watch, type ShallowRef, type WatchSource } from 'vue'
import { Problem } from '../shared/problem'
import { offline } from '../shared/network'

const kEvery = 15_000

export interface Polled<T> {
  value: ShallowRef<T | undefined>
  problem: ShallowRef<Problem | null> // of the first load; later ones keep what there is
  loading: ShallowRef<boolean>
  refresh: () => Promise<void>
}

/** `of`: what it depends on; when that changes, what there was is dropped. */
export function usePolled<T>(load: () => Promise<T>, of: WatchSource[] = []): Polled<T> {
  const value = shallowRef<T>()
  const problem = shallowRef<Problem | null>(null)
  const loading = shallowRef(true)
  let turn = 0

  async function refresh(): Promise<void> {
    const mine = ++turn
    if (value.value === undefined) {
      problem.value = null
      loading.value = true
    }
    try {
      const got = await load()
      if (mine !== turn) return
      value.value = got
      problem.value = null
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (mine === turn && value.value === undefined) problem.value = error
    } finally {
      if (mine === turn) loading.value = false
    }
  }
  const look = () => {
    if (!document.hidden) void refresh()
  }
  const timer = setInterval(look, kEvery)
  document.addEventListener('visibilitychange', look)
  window.addEventListener('focus', look)
  watch(offline, (is) => !is && look())
  if (of.length > 0)
    watch(of, () => {
      value.value = undefined
      void refresh()
    })
  onUnmounted(() => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', look)
    window.removeEventListener('focus', look)
  })
  void refresh()
  return { value, problem, loading, refresh }
}
