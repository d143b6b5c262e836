// Whether the server is heard. What is shown then bears the instant of what was heard last, and what
// moves money waits: 连接中断，数据截至 HH:MM:SS.
import { readonly, ref } from 'vue'

const isOffline = ref(false)
const lastHeard = ref(Date.now())

export const offline = readonly(isOffline)
/** The instant of this machine when the server was last heard, ms. */
export const heardAt = readonly(lastHeard)

export function heard(): void {
  lastHeard.value = Date.now()
  isOffline.value = false
}
export function missed(): void {
  isOffline.value = true
}

// Together less than the five seconds within which a silent break must show.
const kAskEvery = 2000
const kPatience = 2000
const kLookEvery = 900

let looking = false

// Asks for a sign of life, if nothing was heard for a while: a small answer that costs the server nothing.
async function look(): Promise<void> {
  if (document.hidden || looking) return
  looking = true
  try {
    const response = await fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(kPatience) })
    if (response.ok) heard()
    else missed()
  } catch {
    missed()
  } finally {
    looking = false
  }
}

/** Watches the connection as long as the page lives. */
export function watchNetwork(): void {
  window.addEventListener('offline', missed)
  window.addEventListener('online', () => void look())
  document.addEventListener('visibilitychange', () => void look())
  setInterval(() => {
    if (isOffline.value || Date.now() - lastHeard.value > kAskEvery) void look()
  }, kLookEvery)
}
