// Sizes and spans as people read them, in the reader's language.
import { kTags, language } from '../../../shared/words'

export function size(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte']
  const at = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  return new Intl.NumberFormat(kTags[language()], { style: 'unit', unit: units[at], maximumFractionDigits: 1 }).format(bytes / 1000 ** at)
}

/** The two largest units of a span. */
export function span(seconds: number): string {
  const parts: [number, string][] = [
    [Math.floor(seconds / 86400), 'day'],
    [Math.floor(seconds / 3600) % 24, 'hour'],
    [Math.floor(seconds / 60) % 60, 'minute'],
    [Math.floor(seconds) % 60, 'second'],
  ]
  const first = Math.max(0, parts.findIndex(([n]) => n > 0))
  return parts
    .slice(first, first + 2)
    .map(([n, unit]) => new Intl.NumberFormat(kTags[language()], { style: 'unit', unit, unitDisplay: 'long' }).format(n))
    .join(' ')
}
