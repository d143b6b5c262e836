// What a screen reader is told by itself: promises that crossed a threshold, merged into one sentence,
// at most once in half a minute.
import { onUnmounted, watch } from 'vue'
import { chipState, type ChipState, type Clocked } from '../shared/chip'
import { now } from '../shared/clock'
import { t } from '../shared/words'

const kPause = 30_000
const kSpoken: ChipState[] = ['broken', 'breaking', 'warned', 'kept']

/** `of`: what is on the page, by id, each with its name. */
export function announceCrossings(of: () => { id: string; name: string; it: Clocked }[]): void {
  const before = new Map<string, ChipState>()
  const waiting = new Map<string, { name: string; state: ChipState }>()
  let spokeAt = Number.NEGATIVE_INFINITY
  let timer: ReturnType<typeof setTimeout> | undefined

  function speak(): void {
    timer = undefined
    const parts = kSpoken.flatMap((state) => {
      const names = [...waiting.values()].filter((one) => one.state === state).map(({ name }) => name)
      return names.length > 0 ? [t(`portal.crossed.${state}`, { n: names.length, name: names[0]! })] : []
    })
    waiting.clear()
    spokeAt = performance.now()
    const region = document.getElementById('polite')
    if (region) region.textContent = parts.join(' ')
  }
  watch([now, of], () => {
    for (const { id, name, it } of of()) {
      const state = chipState(it, now.value)
      const was = before.get(id)
      before.set(id, state)
      if (!was || was === state || !kSpoken.includes(state)) continue
      waiting.set(id, { name, state })
      timer ??= setTimeout(speak, Math.max(200, spokeAt + kPause - performance.now()))
    }
  })
  onUnmounted(() => clearTimeout(timer))
}
