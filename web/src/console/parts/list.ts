// A list that comes page by page, with the states that each list of ours has, and an act with what may
// go wrong about it.
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { Problem } from '../../shared/problem'

export interface Page<T> {
  items: T[]
  next?: string
}

export interface List<T> {
  items: ShallowRef<T[]>
  next: Ref<string | undefined>
  loading: Ref<boolean> // the first page
  adding: Ref<boolean> // a further one
  problem: ShallowRef<Problem | null>
  load: () => Promise<void>
  more: () => Promise<void>
}

/** `read` is asked for a page after `cursor`. What a slower, older question answers is dropped. */
export function useList<T>(read: (cursor?: string) => Promise<Page<T>>): List<T> {
  const items = shallowRef<T[]>([])
  const next = ref<string>()
  const loading = ref(true)
  const adding = ref(false)
  const problem = shallowRef<Problem | null>(null)
  let asked = 0

  async function load(): Promise<void> {
    const mine = ++asked
    loading.value = items.value.length === 0
    try {
      const page = await read()
      if (mine !== asked) return
      items.value = page.items
      next.value = page.next
      problem.value = null
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (mine === asked) problem.value = error
    } finally {
      if (mine === asked) loading.value = false
    }
  }
  async function more(): Promise<void> {
    if (!next.value || adding.value) return
    const mine = asked
    adding.value = true
    try {
      const page = await read(next.value)
      if (mine !== asked) return
      items.value = [...items.value, ...page.items]
      next.value = page.next
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      problem.value = error
    } finally {
      adding.value = false
    }
  }
  return { items, next, loading, adding, problem, load, more }
}

/** Every page up to `most` things. */
export async function all<T>(read: (cursor?: string) => Promise<Page<T>>, most = 1000): Promise<T[]> {
  const items: T[] = []
  let cursor: string | undefined
  do {
    const page = await read(cursor)
    items.push(...page.items)
    cursor = page.next
  } while (cursor && items.length < most)
  return items
}

/** One thing that is read, and read again. */
export function useOne<T>(read: () => Promise<T>) {
  const value = shallowRef<T>()
  const loading = ref(true)
  const problem = shallowRef<Problem | null>(null)
  let asked = 0
  async function load(): Promise<void> {
    const mine = ++asked
    loading.value = value.value === undefined
    try {
      const found = await read()
      if (mine !== asked) return
      value.value = found
      problem.value = null
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (mine === asked) problem.value = error
    } finally {
      if (mine === asked) loading.value = false
    }
  }
  return { value, loading, problem, load }
}

/** Something done at the server: whether it is under way, and what was wrong with it. */
export function useAct() {
  const busy = ref(false)
  const wrong = shallowRef<Problem | null>(null)
  /** Did it go well? */
  async function act(what: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    wrong.value = null
    try {
      await what()
      return true
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      wrong.value = error
      return false
    } finally {
      busy.value = false
    }
  }
  return { busy, wrong, act }
}
