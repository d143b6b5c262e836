// A report: asked for again when its question changes, with the states a list has, and as a file.
import { onBeforeUnmount, ref, shallowRef, watch, type Ref } from 'vue'
import { api, ask } from '@/shared/api/client'
import { Problem } from '@/shared/problem'
import { kTags, language } from '@/shared/words'
import type { FilterDesk } from './filters'

export type Name = 'kept' | 'breaches-by-hour' | 'lateness' | 'control' | 'funnel' | 'causes' | 'responsibility'
type Query = Record<string, string>

export interface Report<T> {
  data: Ref<T | null>
  problem: Ref<Problem | null>
  loading: Ref<boolean>
  reload: () => Promise<void>
  download: () => Promise<void>
}

export function useReport<T>(desk: FilterDesk, name: Name, query: () => Query): Report<T> {
  const data = shallowRef<T | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const loading = ref(true)
  let asked: AbortController | undefined

  async function reload(): Promise<void> {
    asked?.abort()
    const mine = (asked = new AbortController())
    loading.value = true
    try {
      const call = api.GET(`/api/v1/reports/${name}` as '/api/v1/reports/kept', { params: { query: query() as object }, signal: mine.signal })
      const found = (await ask(call)) as T
      if (mine !== asked) return
      data.value = found
      problem.value = null
    } catch (error) {
      if (mine !== asked || mine.signal.aborted) return
      problem.value = error instanceof Problem ? error : new Problem(0, 'no-answer', String(error))
    }
    loading.value = false
  }
  // The question as text: an equal one isn't asked again, unless that is wished.
  watch(() => `${desk.renewed} ${JSON.stringify(query())}`, reload, { immediate: true })
  onBeforeUnmount(() => asked?.abort())

  async function download(): Promise<void> {
    const answer = await fetch(`/api/v1/reports/${name}?${new URLSearchParams(query())}`, {
      headers: { Accept: 'text/csv', 'Accept-Language': kTags[language()] },
    }).catch(() => null)
    if (!answer?.ok) throw new Problem(answer?.status ?? 0, 'no-csv', '')
    // Spreadsheets take a file for UTF-8 when it says so.
    const file = new Blob(['\uFEFF', await answer.blob()], { type: 'text/csv' })
    const link = document.createElement('a')
    link.href = URL.createObjectURL(file)
    link.download = `${name}-${query().from?.slice(0, 10) ?? ''}.csv`
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
  }
  return { data, problem, loading, reload, download }
}
