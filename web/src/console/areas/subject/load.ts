// One subject with all that is owed about it, what happened, and what people have said.
import { computed, onUnmounted, type Ref } from 'vue'
import { api, ask } from '../../../shared/api/client'
import type { components } from '../../../shared/api/schema'
import { onChange } from '../../../shared/live'
import { Problem } from '../../../shared/problem'
import { may } from '../../../shared/session'
import { all, useOne } from '../../parts/list'

type Schemas = components['schemas']
export type Obligation = Schemas['Obligation']
export type Step = Schemas['TimelineStep']
export type Seen = Schemas['ObligationWithPeople'] & Obligation

export interface Part {
  begin: string
  end: string
  counted: number
  why: { zh: string; en: string }
}
export interface Account {
  verdict: { zh: string; en: string }
  parts: Part[]
  parts_in: string
  sum: { zh: string; en: string }
  owed: { at: string; remedy: string; kind: string; amount: string; standing: { zh: string; en: string } }[]
  zone: string
  promise: string
  calendars: Record<string, string>
}
export interface Explained {
  obligation: Seen
  account: Account | null
  text: string
  steps: Step[]
}

const kStepsMost = 1000
/** What is read of an older page keeps until it is read again; live changes read it again. */
export function useSubject(name: Ref<string>) {
  const one = useOne(async () => {
    const [subject, clocks] = await Promise.all([
      ask(api.GET('/api/v1/subjects/{name}', { params: { path: { name: name.value } } })),
      all((cursor) => ask(api.GET('/api/v1/obligations', { params: { query: { subject: name.value, with: 'clock', limit: 200, cursor } } }))),
    ])
    return { subject: subject.subject, clocks: clocks.sort(worstFirst) }
  })
  const steps = useOne(() => all((cursor) => ask(api.GET('/api/v1/subjects/{name}/timeline', { params: { path: { name: name.value }, query: { limit: 200, cursor } } })), kStepsMost))
  const load = () => Promise.all([one.load(), steps.load()])

  let timer: ReturnType<typeof setTimeout> | undefined
  const soon = () => {
    clearTimeout(timer)
    timer = setTimeout(() => void load(), 150)
  }
  const stop = onChange((change) => change.subject === name.value && soon(), soon)
  onUnmounted(() => {
    stop()
    clearTimeout(timer)
  })
  return { one, steps, load }
}

const kOrder: Record<string, number> = { broken: 0, 'at risk': 1, running: 2, paused: 3, pending: 4 }
const rank = (it: Obligation) => (it.state === 'broken' && it.settled_at ? 4.5 : (kOrder[it.state] ?? 5))
function worstFirst(a: Obligation, b: Obligation): number {
  return rank(a) - rank(b) || (a.due_at ?? '9').localeCompare(b.due_at ?? '9') || a.id.localeCompare(b.id)
}

export function useExplained(id: Ref<string>) {
  return useOne(async () => (await ask(api.GET('/api/v1/obligations/{id}/explain', { params: { path: { id: id.value } } }))) as unknown as Explained)
}

/** What else people have said and done about the subject; each list is read if one may. */
export function useSaid(name: Ref<string>) {
  const words = useOne(async () => (await ask(api.GET('/api/v1/words', { params: { query: { about: name.value, limit: 50 } } }))).items)
  const chases = useOne(async () => (may('obligations.read') ? (await ask(api.GET('/api/v1/chases', { params: { query: { about: name.value, limit: 50 } } }))).items : []))
  const files = useOne(async () => (may('claims.read') ? (await ask(api.GET('/api/v1/evidence', { params: { query: { subject: name.value, limit: 50 } } }))).items : []))
  const problem = computed(() => words.problem.value ?? chases.problem.value ?? files.problem.value)
  const loading = computed(() => words.loading.value || chases.loading.value || files.loading.value)
  const load = () => Promise.all([words.load(), chases.load(), files.load()])
  return { words, chases, files, problem, loading, load }
}

/** Verdicts that no longer hold, with what the facts behind the change were: 曾判…，因…更正. */
export interface Turned {
  at: string // when it was known
  was: string // the English word of the event that was taken back
  because: Step[] // facts recorded with it
}
export function turnedOf(steps: Step[], obligation: string): Turned[] {
  return steps
    .filter((step) => step.what === 'obligation' && step.obligation === obligation && step.reversed)
    .map((step) => ({
      at: step.recorded_at,
      was: step.reversed!,
      because: steps.filter((other) => other.what === 'fact' && other.position === step.position),
    }))
}

/** A file that the server hands out, saved under its own name. */
export async function download(path: string, name: string): Promise<void> {
  const response = await fetch(path)
  if (!response.ok) throw new Problem(response.status, 'download', `${response.status}`)
  const link = document.createElement('a')
  link.href = URL.createObjectURL(await response.blob())
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
