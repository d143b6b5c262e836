// A back-test's report, as far as the designer shows it. The document is that of `yinuo backtest --json`.
import { money, share } from '@/shared/amount'
import { language, t } from '@/shared/words'

export interface Share {
  count: number
  of: number
  value: number
  low: number
  high: number
}
export interface Counts {
  total: number
  kept: number
  broken: number
  open: number
  waived: number
  void: number
  void_by_us: number
  not_measured: number
  kept_rate: Share | null
}
export interface CurvePoint {
  limit: number
  kept: number
  broken: number
  open: number
  kept_rate: Share | null
  payout?: Record<string, number>
}
export interface Curve {
  unit: string
  present: number | null
  reaches: { percent: number; limit: number | null }[]
  points: CurvePoint[]
  payout_sampled_every: number
}
export interface ClauseFigures {
  promise: string
  clause: string
  title: { zh: string; en: string }
  limit: { zh: string; en: string }
  obligations: Counts
  curve: Curve | null
  no_curve?: { zh: string; en: string }
}
export interface Report {
  as_of: string
  facts: { read: number; rows: number; rejected: number; subjects: number; first: string | null; last: string | null }
  obligations: Counts
  payout: Record<string, number>
  clauses: ClauseFigures[]
}

/** Minor units; every currency that is written here has two places but those named. */
const kWhole = new Set(['JPY', 'KRW', 'VND', 'CLP', 'ISK'])
export function amount(minor: number, currency: string): string {
  return money(kWhole.has(currency) ? minor : minor / 100, currency)
}
export function payout(of: Record<string, number>): string {
  const all = Object.entries(of).map(([currency, minor]) => amount(minor, currency))
  return all.length > 0 ? all.join('，') : t('designer.backtest.nothing')
}
/** 97.3 % (95.1 %–98.6 %), or – where nothing was settled. */
export function rate(of: Share | null | undefined): string {
  return of ? `${share(of.value)} (${share(of.low)}–${share(of.high)})` : '–'
}
/** Of a curve's unit: how many make one of what people say, and what they say. */
export function unitOf(unit: string): { of: number; word: string } {
  const zh = language() === 'zh'
  if (unit === 'ms' || unit.startsWith('ms ')) return { of: 3_600_000, word: zh ? '小时' : 'h' }
  if (unit === 'work ms') return { of: 3_600_000, word: zh ? '个工作小时' : 'work h' }
  const words: Record<string, [string, string]> = { 'working days': ['个工作日', 'working days'], days: ['天', 'days'], months: ['个月', 'months'] }
  return { of: 1, word: words[unit]?.[zh ? 0 : 1] ?? unit }
}
/** A limit of a curve in the unit that suits it. */
export function limit(value: number | null, unit: string): string {
  if (value === null) return '–'
  const { of, word } = unitOf(unit)
  return `${Math.round((value / of) * 100) / 100} ${word}`
}
