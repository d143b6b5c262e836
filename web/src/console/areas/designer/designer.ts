// One promise version on the designer's table: its text, what the server says about it, its steps.
import { computed, inject, onScopeDispose, provide, ref, shallowRef, watch, type InjectionKey } from 'vue'
import type { components } from '@/shared/api/schema'
import { api, ask, askTagged } from '@/shared/api/client'
import type { Problem } from '@/shared/problem'
import { may, me } from '@/shared/session'
import { allHeads, asProblem, type Head } from './heads'
import { formOf, template, type PromiseForm } from './form'
import { brokenAt, put } from './text'

type Schemas = components['schemas']
export type Version = Schemas['PromiseVersion']
export type Trial = Schemas['PromiseTrial']
export type Finding = Schemas['Finding']

const kPatience = 400 // ms of silence after the last key, then the text is tried

export function createDesigner() {
  const text = ref('')
  const saved = ref('') // the text as the server has it; '' of a new one
  const etag = ref('')
  const version = shallowRef<Version | null>(null)
  const heads = shallowRef<Head[]>([])
  const problem = shallowRef<Problem | null>(null)
  const loading = ref(false)
  const busy = ref('') // which act is on its way
  const trial = shallowRef<Trial | null>(null)
  const names = shallowRef<Trial['names']>() // of the last text that had no errors: half a line has none
  const trialProblem = shallowRef<Problem | null>(null)
  const trying = ref(false)
  const form = shallowRef<PromiseForm | null>(null)
  const notYaml = ref(false)
  const starts = ref<string[]>([])
  const calendars = ref<string[]>([]) // the company's, by name

  async function loadCalendars(): Promise<void> {
    if (!may('calendars.read')) return
    try {
      calendars.value = (await ask(api.GET('/api/v1/calendars', { params: { query: { limit: 200 } } }))).items.map((one) => one.name)
    } catch {
      // The form's field still takes a name by hand.
    }
  }
  /** Calendars that came with the draft and that the company hasn't got: the company's own are taken as they stand. */
  function ownCalendars(): Record<string, string> {
    return Object.fromEntries(Object.entries(version.value?.calendars ?? {}).filter(([name]) => !calendars.value.includes(name)))
  }

  const id = computed(() => version.value?.id ?? '')
  const stage = computed(() => version.value?.stage ?? 'draft')
  const dirty = computed(() => text.value !== saved.value)
  const editable = computed(() => may('promises.draft') && (stage.value === 'draft' || stage.value === 'checked'))
  const errors = computed(() => (trial.value?.findings ?? version.value?.findings ?? []).filter((f) => f.severity === 'error'))
  const mine = computed(() => version.value?.drafted_by === me.value?.id)
  /** The version that is in force now, to compare with; null: the first of its name. */
  const published = computed(() => {
    const name = version.value?.name ?? form.value?.id
    const own = heads.value.filter((head) => head.name === name && head.stage === 'published' && head.id !== id.value)
    return own.sort((a, b) => b.version - a.version)[0] ?? null
  })

  watch(text, (now) => {
    const fresh = formOf(now)
    notYaml.value = fresh === null
    if (fresh) form.value = fresh
  })

  let timer: ReturnType<typeof setTimeout> | undefined
  let under: AbortController | undefined
  async function tryText(): Promise<void> {
    under?.abort()
    if (!may('promises.draft') || text.value.trim() === '') return
    const own = (under = new AbortController())
    trying.value = true
    try {
      const body = { text: text.value, calendars: ownCalendars(), starts: starts.value }
      const said = await ask(api.POST('/api/v1/promise-trials', { body, signal: own.signal }))
      if (own.signal.aborted) return
      trial.value = said
      if (said.model || !names.value) names.value = said.names
      trialProblem.value = null
    } catch (error) {
      if (!own.signal.aborted) trialProblem.value = asProblem(error)
    } finally {
      if (under === own) trying.value = false
    }
  }
  watch([text, starts], () => {
    clearTimeout(timer)
    timer = setTimeout(() => void tryText(), kPatience)
  })
  onScopeDispose(() => {
    clearTimeout(timer)
    under?.abort()
  })

  function take(value: Version, tag: string, keepText = false): void {
    version.value = value
    etag.value = tag
    saved.value = value.text
    if (!keepText) text.value = value.text
  }

  async function open(wanted: string): Promise<void> {
    loading.value = true
    problem.value = null
    try {
      await Promise.all([allHeads().then((all) => (heads.value = all)), loadCalendars()])
      const { value, etag: tag } = await askTagged(api.GET('/api/v1/promises/{id}', { params: { path: { id: wanted } } }))
      take(value, tag)
      if (!may('promises.draft')) await readSentence(wanted)
    } catch (error) {
      problem.value = asProblem(error)
    } finally {
      loading.value = false
    }
  }

  /** Who may not draft doesn't try texts, but reads what the saved one says. */
  async function readSentence(wanted: string): Promise<void> {
    try {
      const sentences = await ask(api.GET('/api/v1/promises/{id}/sentence', { params: { path: { id: wanted } } }))
      const nothing: Trial['names'] = { kinds: [], fields: [], clauses: [], values: [], functions: [] }
      trial.value = { findings: version.value?.findings ?? [], sentences, names: nothing }
    } catch {
      // A text with errors has no sentence yet; its findings are shown.
    }
  }

  /** A new text: a template, or the next version of one that is there. */
  async function begin(from: string | undefined): Promise<void> {
    loading.value = true
    problem.value = null
    version.value = null
    saved.value = ''
    etag.value = ''
    try {
      await Promise.all([allHeads().then((all) => (heads.value = all)), loadCalendars()])
      if (!from) {
        text.value = template('my-promise')
        return
      }
      const base = await ask(api.GET('/api/v1/promises/{id}', { params: { path: { id: from } } }))
      const newest = Math.max(...heads.value.filter((head) => head.name === base.name).map((head) => head.version))
      // What begins with a date of its own would begin before it is published.
      text.value = put(put(base.text, ['version'], String(newest + 1)), ['effective'], '')
    } catch (error) {
      problem.value = asProblem(error)
    } finally {
      loading.value = false
    }
  }

  /** Runs an act; true: it went well. What went wrong is in `problem`. */
  async function attempt(name: string, act: () => Promise<void>): Promise<boolean> {
    if (busy.value) return false
    busy.value = name
    problem.value = null
    try {
      await act()
      return true
    } catch (error) {
      problem.value = asProblem(error)
      return false
    } finally {
      busy.value = ''
    }
  }

  function save(): Promise<boolean> {
    return attempt('save', async () => {
      const body = { text: text.value, calendars: ownCalendars() }
      const sent = text.value
      const answer = version.value
        ? await askTagged(
            api.PUT('/api/v1/promises/{id}', {
              params: { path: { id: id.value }, header: { 'If-Match': etag.value } },
              body,
            }),
          )
        : await askTagged(api.POST('/api/v1/promises', { body }))
      take(answer.value, answer.etag, text.value !== sent)
    })
  }

  function step(name: 'check' | 'approve' | 'publish' | 'retire'): Promise<boolean> {
    return attempt(name, async () => {
      const params = { path: { id: id.value }, header: { 'If-Match': etag.value } }
      const answer =
        name === 'check'
          ? await askTagged(api.POST('/api/v1/promises/{id}/check', { params }))
          : name === 'approve'
            ? await askTagged(api.POST('/api/v1/promises/{id}/approve', { params }))
            : name === 'publish'
              ? await askTagged(api.POST('/api/v1/promises/{id}/publish', { params }))
              : await askTagged(api.POST('/api/v1/promises/{id}/retire', { params }))
      take(answer.value, answer.etag)
      heads.value = await allHeads()
    })
  }

  /** An edit of the form's: the text changes, the form follows it. */
  function edit(change: (text: string) => string): void {
    if (editable.value) text.value = change(text.value)
  }

  return {
    text, saved, version, heads, problem, loading, busy, trial, names, trialProblem, trying, form, notYaml, starts, calendars,
    id, stage, dirty, editable, errors, mine, published,
    ownCalendars, open, begin, save, step, edit, tryText, brokenAt: () => brokenAt(text.value),
  }
}
export type Designer = ReturnType<typeof createDesigner>

const kKey: InjectionKey<Designer> = Symbol('designer')
export function provideDesigner(designer: Designer): void {
  provide(kKey, designer)
}
export function useDesigner(): Designer {
  const designer = inject(kKey)
  if (!designer) throw new Error('no designer here')
  return designer
}
