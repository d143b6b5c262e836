// What the page's polite region says: thresholds that rows crossed, merged into one sentence, at most
// once in half a minute. A screen reader is told what changed its meaning, not every second.
import { t } from '../../../shared/words'
import type { Level } from './row'

const kPause = 30_000

export class Speaker {
  private crossed = new Map<string, { level: Level; subject: string; due: number }>()
  private timer: ReturnType<typeof setTimeout> | undefined
  private spokeAt = Number.NEGATIVE_INFINITY

  constructor(private readonly say: (text: string) => void) {}

  /** A row got worse: it is `level` now. */
  cross(id: string, level: Level, subject: string, due: number): void {
    this.crossed.set(id, { level, subject, due })
    this.timer ??= setTimeout(() => this.speak(), Math.max(200, this.spokeAt + kPause - performance.now()))
  }
  stop(): void {
    clearTimeout(this.timer)
    this.crossed.clear()
  }

  private speak(): void {
    this.timer = undefined
    const all = [...this.crossed.values()]
    this.crossed.clear()
    const worst = all.reduce((a, b) => (b.level > a.level || (b.level === a.level && b.due < a.due) ? b : a))
    const parts = ([3, 2, 1] as const)
      .map((level) => ({ level, n: all.filter((one) => one.level === level).length }))
      .filter(({ n }) => n > 0)
      .map(({ level, n }) => t(`queue.crossed.${level}`, { n }))
    this.spokeAt = performance.now()
    this.say(t('queue.crossed.all', { what: parts.join(t('queue.comma')), subject: worst.subject }))
  }
}

/** Says it through the console's one polite region. */
export function sayPolitely(text: string): void {
  const region = document.getElementById('polite')
  if (region) region.textContent = text
}
