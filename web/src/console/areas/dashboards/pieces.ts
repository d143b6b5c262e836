// Names of hours, days and weeks under a chart, and short spans for axes.
import { language } from '@/shared/words'
import { span, wall, zoneName } from '@/shared/when'
import type { Step } from './filters'

/** 03-10, 03-10 14:00, 2026-03-09: short under the axis. */
export function short(from: string, step: Step, zone: string): string {
  const at = wall(from, zone)
  return step === 'hour' ? at.slice(5) : step === 'day' ? at.slice(5, 10) : at.slice(0, 10)
}
/** The same in a table, with the year. */
export function whole(from: string, step: Step, zone: string): string {
  const at = wall(from, zone)
  return step === 'hour' ? at : at.slice(0, 10)
}
/** 2026-03-10 北京时间: in tooltips. */
export function named(from: string, step: Step, zone: string): string {
  return `${whole(from, step, zone)} ${zoneName(zone, from)}`
}
/** 8 小时, 1.5 天: one number and its unit. */
export function about(millis: number): string {
  const units: [number, string, string][] = [
    [86_400_000, '天', 'd'],
    [3_600_000, '小时', 'h'],
    [60_000, '分', 'min'],
    [1_000, '秒', 's'],
  ]
  const zh = language() === 'zh'
  const [size, chinese, english] = units.find(([one]) => millis >= one) ?? [1_000, '秒', 's']
  return `${Number((millis / size).toFixed(1))} ${zh ? chinese : english}`
}
export const late = (millis: number | null): string => (millis === null ? '–' : span(millis))
