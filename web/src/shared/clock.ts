// What time it is at the server, and one tick a second for everything on the page that counts.
//
// Every answer of the API carries the server's instant (`Yinuo-Now`, milliseconds) and, in a demo, how
// many times as fast its clock runs (`Yinuo-Clock-Speed`). A wrong clock of the visitor's machine thus
// doesn't matter: what is shown differs from the server's by half of the quickest answer's time at most.
import { readonly, ref, shallowRef } from 'vue'

interface Sample {
  server: number // the server's instant, ms
  client: number // this machine's when it was so
  roundTrip: number // ms
  speed: number
}

const kSampleLives = 60_000 // after that a slower answer may replace it

let sample: Sample | undefined

export function learnTime(server: number, speed: number, sentAt: number, answeredAt: number): void {
  const roundTrip = Math.max(0, answeredAt - sentAt)
  const jumped = !sample || answeredAt < sample.client || speed !== sample.speed
  const next = { server, client: answeredAt - roundTrip / 2, roundTrip, speed }
  const apart = sample ? Math.abs(at(next.client, sample) - server) : 0
  const stale = !sample || answeredAt - sample.client > kSampleLives
  // Farther apart than both round trips allow: somebody set a clock.
  const moved = !!sample && apart > (sample.roundTrip + roundTrip) * Math.max(1, speed) + 250 * speed
  if (jumped || stale || moved || roundTrip <= sample!.roundTrip) sample = next
}

function at(client: number, from: Sample): number {
  return from.server + (client - from.client) * from.speed
}

/** The server's instant now, in milliseconds since 1970; the machine's own before the first answer. */
export function serverNow(): number {
  const client = Date.now()
  return sample ? at(client, sample) : client
}
export function clockSpeed(): number {
  return sample?.speed ?? 1
}

const ticked = ref(serverNow())
/** The server's instant, renewed once a second while the page is visible. */
export const now = readonly(ticked)

const watchers = new Set<(now: number) => void>()
/** Called at each tick; the answer stops it. */
export function onTick(tell: (now: number) => void): () => void {
  watchers.add(tell)
  return () => watchers.delete(tell)
}

function tick(): void {
  ticked.value = serverNow()
  for (const tell of watchers) tell(ticked.value)
}
/** Ticks at once: after something arrived that changes what time it is. */
export const tickNow = tick

const timer = shallowRef<ReturnType<typeof setInterval>>()
function run(): void {
  if (document.hidden) {
    clearInterval(timer.value)
    timer.value = undefined
  } else if (timer.value === undefined) {
    tick()
    timer.value = setInterval(tick, 1000)
  }
}
if (typeof document !== 'undefined') {
  document.addEventListener('visibilitychange', run)
  run()
}
