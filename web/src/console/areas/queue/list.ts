// The queue's rows: windows fetched by cursor as one scrolls, kept up to date by live changes.
//
// What is loaded is the beginning of the server's list, in its order. A change of a row's content shows
// at once, in its place; a change of places (rows that come, go or move) waits while the reader's
// pointer or focus is in the list, and is counted. Never more than kMost rows are held.
import { computed, onUnmounted, ref, shallowRef, triggerRef, watch, type Ref } from 'vue'
import { api, ask } from '../../../shared/api/client'
import { onTick, serverNow } from '../../../shared/clock'
import { listening, onChange, type LiveObligation } from '../../../shared/live'
import { Problem } from '../../../shared/problem'
import { changedBy, clockIsOld, fits, order, rowOf, type Item, type Level, type Row } from './row'
import { latestFirst, turnsStaleAfter, window, type Wish } from './wish'

export const kMost = 10_000
const kPage = 200
const kFirstPage = 50 // less to wait for
const kBatch = 100 // rows asked for by id at once
const kManyNew = 400 // more than that: load anew
const kGather = 120 // ms in which changes are gathered

/** Told when the passing of time or a change made a row worse. */
export type Crossed = (row: Row, level: Level) => void

const rows200 = { with: 'clock' as const, limit: kPage }

export function useList(wish: Ref<Wish>, frozen: Ref<boolean>, crossed: Crossed) {
  const rows = shallowRef<Row[]>([])
  const complete = ref(false) // all there is has been loaded
  const loading = ref(true) // the first rows
  const problem = shallowRef<Problem | null>(null)
  const moved = ref(0)

  let places = new Map<string, number>() // of ids in `rows`
  let cursor: string | undefined
  let run = 0 // counts loads from the start; answers to older ones are thrown away
  let loadedAt = 0 // the server's instant
  let more: Promise<boolean> | undefined
  let reloading = false
  let outdated = false // too much changed to follow one by one
  const unsettled = new Set<string>() // shown, but no longer belonging where they stand
  const arrivals = new Map<string, Row>() // belonging here, not shown yet
  const dirty = new Set<string>() // shown, and to be asked for again
  const inFlight = new Set<string>() // changed while a page was on its way
  let shown = { from: 0, until: 0 } // what is on screen

  const total = computed(() => rows.value.length)

  async function page(limit: number, after: string | undefined): Promise<{ items: Item[]; next?: string | undefined }> {
    const { tab, lane, promise, subject, owner } = wish.value
    const { from, until } = window(lane, loadedAt)
    return ask(
      api.GET('/api/v1/obligations', {
        params: {
          query: {
            ...rows200,
            limit,
            tab,
            ...(latestFirst(tab) ? { order: '-due' as const } : {}),
            ...(Number.isFinite(from) ? { due_from: new Date(from).toISOString() } : {}),
            ...(Number.isFinite(until) ? { due_until: new Date(until).toISOString() } : {}),
            ...(promise ? { promise } : {}),
            ...(subject ? { subject } : {}),
            ...(owner ? { owner } : {}),
            ...(after ? { cursor: after } : {}),
          },
        },
      }),
    )
  }

  function show(list: Row[]): void {
    places = new Map(list.map((row, place) => [row.id, place]))
    rows.value = list
  }
  function count(): void {
    moved.value = unsettled.size + arrivals.size + (outdated ? 1 : 0)
  }

  /** Loads from the start, as many rows as `many`; what is shown stays until then. */
  async function load(many = kFirstPage): Promise<void> {
    const mine = ++run
    reloading = true
    problem.value = null
    if (total.value === 0) loading.value = true
    more = undefined
    inFlight.clear()
    loadedAt = serverNow()
    try {
      const found: Row[] = []
      const known = new Set<string>()
      let next: string | undefined
      do {
        const answer = await page(many > kFirstPage ? kPage : kFirstPage, next)
        if (mine !== run) return
        for (const item of answer.items)
          if (!known.has(item.id)) {
            known.add(item.id)
            found.push(rowOf(item, serverNow()))
          }
        next = answer.next
      } while (next && found.length < many)
      cursor = next
      complete.value = !next
      outdated = false
      for (const waiting of [unsettled, arrivals, dirty]) waiting.clear()
      show(found)
      for (const id of inFlight) dirty.add(id)
      loading.value = false
    } catch (error) {
      if (mine !== run) return
      if (!(error instanceof Problem)) throw error
      problem.value = error
      loading.value = false
    } finally {
      if (mine === run) {
        reloading = false
        count()
        soon()
      }
    }
  }

  async function loadMore(): Promise<boolean> {
    if (reloading || !cursor || total.value >= kMost) return false
    const mine = run
    inFlight.clear()
    let answer
    try {
      answer = await page(kPage, cursor)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (mine === run) problem.value = error
      return false
    }
    if (mine !== run) return false
    problem.value = null
    const list = rows.value.slice()
    for (const item of answer.items) {
      const row = rowOf(item, serverNow())
      arrivals.delete(item.id)
      if (inFlight.has(item.id)) dirty.add(item.id)
      // It moved down while it stands further up, frozen.
      if (places.has(item.id)) put(row)
      else list.push(row)
    }
    cursor = answer.next
    complete.value = !answer.next
    show(list)
    count()
    soon()
    return answer.items.length > 0
  }

  /** Sees to it that the row at `place` is loaded, and says what is on screen. */
  async function reach(from: number, until: number): Promise<void> {
    shown = { from, until }
    if (dirty.size > 0) soon()
    while (until >= total.value && cursor && !problem.value) {
      more ??= loadMore().finally(() => (more = undefined))
      if (!(await more)) return
      until = Math.min(until, shown.until) // scrolled back meanwhile
    }
  }

  /** Puts what is known of a shown row in its place. */
  function put(row: Row): void {
    const place = places.get(row.id)
    if (place === undefined) return
    const old = rows.value[place]!
    if (row.level > old.level) crossed(row, row.level)
    rows.value[place] = row
    if (fits(row, wish.value, serverNow()) && row.due === old.due) unsettled.delete(row.id)
    else unsettled.add(row.id)
  }

  // --- live changes -----------------------------------------------------------------------------------

  const arrived = new Map<string, LiveObligation>()
  const wanted = new Set<string>() // new here, to be asked for
  let timer: ReturnType<typeof setTimeout> | undefined
  function soon(): void {
    timer ??= setTimeout(() => {
      timer = undefined
      void settle()
    }, kGather)
  }

  function take(change: LiveObligation, now: number): void {
    const place = places.get(change.id)
    inFlight.add(change.id)
    if (place !== undefined) {
      put(changedBy(rows.value[place]!, change, now))
      dirty.add(change.id)
      return
    }
    const due = change.due_at ? Date.parse(change.due_at) : Number.POSITIVE_INFINITY
    const { promise, subject } = wish.value
    const belongs =
      fits({ state: change.state, due }, wish.value, now) &&
      (!promise || promise === change.promise) &&
      (!subject || subject === change.subject)
    const end = rows.value[total.value - 1]
    if (belongs && (complete.value || !end || order(wish.value)({ id: change.id, due }, end) < 0)) wanted.add(change.id)
    else {
      arrivals.delete(change.id)
      wanted.delete(change.id)
    }
  }

  let settling = false
  async function settle(): Promise<void> {
    if (reloading || loading.value) return
    if (settling) return soon()
    settling = true
    try {
      const now = serverNow()
      for (const change of arrived.values()) take(change, now)
      arrived.clear()
      if (wanted.size > kManyNew) {
        outdated = true
        wanted.clear()
      }
      count()
      triggerRef(rows)
      await askAgain()
      count()
      triggerRef(rows)
      if (moved.value > 0 && !frozen.value) await apply()
    } finally {
      settling = false
      if (arrived.size > 0) soon()
    }
  }

  // What changed and is on screen, and what is new, by id.
  async function askAgain(): Promise<void> {
    const mine = run
    const ids = [...wanted]
    for (const id of dirty) {
      const place = places.get(id)
      if (place === undefined) dirty.delete(id)
      else if (place >= shown.from - 5 && place <= shown.until + 5) ids.push(id)
    }
    for (let i = 0; i < ids.length; i += kBatch) {
      const some = ids.slice(i, i + kBatch)
      try {
        const query = { ...rows200, id: some.join() }
        const { items } = await ask(api.GET('/api/v1/obligations', { params: { query } }))
        if (mine !== run) return
        for (const item of items) {
          const row = rowOf(item, serverNow())
          if (places.has(row.id)) put(row)
          else if (belongsHere(row)) arrivals.set(row.id, row)
        }
        for (const id of some) {
          wanted.delete(id)
          dirty.delete(id)
        }
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        return // with the connection the changes come again, or a reset
      }
    }
  }
  function belongsHere(row: Row): boolean {
    const owner = wish.value.owner
    return fits(row, wish.value, serverNow()) && (!owner || row.item.clock?.owner === owner)
  }

  /** Puts all that moved where it belongs. */
  async function apply(): Promise<void> {
    const stale = serverNow() - loadedAt > turnsStaleAfter(wish.value.lane)
    if (outdated || stale) return load(Math.max(kFirstPage, Math.min(kMost, shown.until + 1)))
    const list = rows.value.filter((row) => !unsettled.has(row.id) || fits(row, wish.value, serverNow()))
    list.push(...[...arrivals.values()].filter((row) => !places.has(row.id)))
    list.sort(order(wish.value))
    const compare = order(wish.value)
    // Beyond what is loaded others may stand between.
    const end = rows.value[total.value - 1]
    while (!complete.value && end && list.length > 0 && compare(list[list.length - 1]!, end) > 0) list.pop()
    unsettled.clear()
    arrivals.clear()
    show(list.slice(0, kMost))
    count()
  }

  function reset(): void {
    outdated = true
    count()
    if (!frozen.value) void apply()
  }

  const stops = [
    onChange((change) => {
      arrived.set(change.id, change)
      soon()
    }, reset),
    onTick((now) => {
      let worse = false
      rows.value.forEach((row, place) => {
        if (now < row.next) return
        const later = rowOf(row.item, now)
        if (later.level > row.level) crossed(later, later.level)
        rows.value[place] = later
        worse = true
      })
      if (worse) triggerRef(rows)
      for (const row of rows.value.slice(shown.from, shown.until + 1)) if (clockIsOld(row.item, now)) dirty.add(row.id)
      if (dirty.size > 0) soon()
      const stale = now - loadedAt > turnsStaleAfter(wish.value.lane)
      if (stale && !frozen.value && !reloading && !loading.value && !problem.value) void apply()
    }),
    watch(frozen, (is) => {
      if (!is && moved.value > 0) void apply()
    }),
    watch(wish, () => {
      loading.value = true
      show([])
      shown = { from: 0, until: 0 }
      void load()
    }),
  ]
  onUnmounted(() => {
    ++run
    clearTimeout(timer)
    for (const stop of stops) stop()
  })
  // The first rows don't wait for the stream; what changed before it was open is there the second time.
  void Promise.all([load(), listening()]).then(() => load(Math.max(kFirstPage, shown.until + 1)))

  return { rows, total, complete, loading, problem, moved, load, reach, apply }
}
