// Money and numbers in the reader's way. Amounts arrive as decimal text and are never made a float for
// reckoning, only for being written.
import { kTags, language } from './words'

/** "12.50", "CNY" → ¥12.50 or CN¥12.50; a text that is no number comes back as it is. */
export function money(amount: string | number, currency: string): string {
  const value = Number(amount)
  if (!Number.isFinite(value)) return `${amount} ${currency}`
  try {
    return new Intl.NumberFormat(kTags[language()], { style: 'currency', currency }).format(value)
  } catch {
    return `${count(value)} ${currency}`
  }
}
export function count(value: number): string {
  return new Intl.NumberFormat(kTags[language()]).format(value)
}
/** 0.9731 → 97.3 % (one place unless said otherwise). */
export function share(value: number | null | undefined, places = 1): string {
  if (value === null || value === undefined) return '–'
  return new Intl.NumberFormat(kTags[language()], {
    style: 'percent',
    minimumFractionDigits: places,
    maximumFractionDigits: places,
  }).format(value)
}
