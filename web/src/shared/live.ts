// Live changes by server-sent events. One stream for the page; after a break it goes on from the last
// event (the browser sends Last-Event-ID), so no change is lost; one that comes twice is harmless,
// because each carries the whole state. `reset` means: too much was missed, load anew.
import { heard, missed } from './network'

export interface LiveObligation {
  id: string
  subject: string
  state: string
  promise?: string
  clause?: string
  occurrence: number
  due_at?: string
  broken_at?: string
  at: string
}
type Tell = (change: LiveObligation) => void

const changed = new Set<Tell>()
const resets = new Set<() => void>()
let source: EventSource | undefined
let last = ''
let broke = false // since it was heard last
const awaiting = new Set<() => void>()

/** Done once the stream is open: what is loaded from then on misses no change. */
export function listening(): Promise<void> {
  if (source?.readyState === EventSource.OPEN) return Promise.resolve()
  return new Promise((done) => awaiting.add(done))
}

/** Tells each change, and `reset`, until the answer is called. Opens the stream for the first. */
export function onChange(tell: Tell, reset: () => void): () => void {
  changed.add(tell)
  resets.add(reset)
  if (!source) open()
  return () => {
    changed.delete(tell)
    resets.delete(reset)
    if (changed.size === 0) close()
  }
}

function open(): void {
  source = new EventSource(last ? `/api/v1/events?last_event_id=${last}` : '/api/v1/events')
  source.addEventListener('open', () => {
    heard()
    // No event came before the break: there is nothing to go on from, and something may be missing.
    if (broke && !last) for (const reset of resets) reset()
    broke = false
    for (const done of awaiting) done()
    awaiting.clear()
  })
  source.addEventListener('obligation', (event) => {
    last = event.lastEventId || last
    heard()
    const change = JSON.parse(event.data) as LiveObligation
    for (const tell of changed) tell(change)
  })
  source.addEventListener('reset', (event) => {
    last = event.lastEventId || last
    for (const reset of resets) reset()
  })
  source.addEventListener('error', () => {
    missed()
    broke = true
    // The browser comes back by itself, unless the server refused outright.
    if (source?.readyState === EventSource.CLOSED) {
      close()
      if (changed.size > 0) setTimeout(() => !source && changed.size > 0 && open(), 3000)
    }
  })
}

function close(): void {
  source?.close()
  source = undefined
}

/** Closes the stream: whoever listened has signed out. */
export function hangUp(): void {
  close()
  last = ''
}
