// Instants and spans in words. An absolute time always names its zone; unless something says otherwise
// it is the company's, and the reader's own stands in the tooltip.
import { kTags, language } from './words'

export const kCompanyZone = 'Asia/Shanghai'

const formats = new Map<string, Intl.DateTimeFormat>()
function format(zone: string, style: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language()} ${zone} ${style}`
  let found = formats.get(key)
  if (!found) formats.set(key, (found = new Intl.DateTimeFormat(kTags[language()], { timeZone: zone, ...options })))
  return found
}

export type At = string | number | Date
const millis = (at: At): number => (typeof at === 'number' ? at : new Date(at).getTime())

const kZones: Record<string, { zh: string; en: string }> = {
  'Asia/Shanghai': { zh: '北京时间', en: 'Beijing time' },
  'America/New_York': { zh: '纽约时间', en: 'New York time' },
  UTC: { zh: '协调世界时', en: 'UTC' },
}
/** 北京时间, or the zone's place and its offset at that instant. */
export function zoneName(zone: string, at: At = Date.now()): string {
  const known = kZones[zone]
  if (known) return known[language()]
  const parts = format(zone, 'offset', { timeZoneName: 'shortOffset' }).formatToParts(millis(at))
  const offset = parts.find((part) => part.type === 'timeZoneName')?.value ?? ''
  return `${zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' ')} ${offset}`
}

/** 2026-03-10 08:30 北京时间; with seconds where they matter. */
export function instant(at: At, zone = kCompanyZone, seconds = false): string {
  return `${wall(at, zone, seconds)} ${zoneName(zone, at)}`
}
/** The same without the zone's name: for columns whose head says it. */
export function wall(at: At, zone = kCompanyZone, seconds = false): string {
  const parts = format(zone, seconds ? 'wall-s' : 'wall', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    ...(seconds ? { second: '2-digit' } : {}),
    hourCycle: 'h23',
  }).formatToParts(millis(at))
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? ''
  const time = `${of('hour')}:${of('minute')}${seconds ? `:${of('second')}` : ''}`
  return `${of('year')}-${of('month')}-${of('day')} ${time}`
}
/** HH:MM:SS. */
export function clockTime(at: At, zone = kCompanyZone): string {
  return wall(at, zone, true).slice(11)
}
export function localZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone
}
/** For tooltips: the same instant where the reader is. */
export function localInstant(at: At, seconds = false): string {
  return instant(at, localZone(), seconds)
}

/** 2 天 3 小时, 5 分 12 秒, 0 秒: the two largest units, rounded down, of |span| milliseconds. */
export function span(of: number): string {
  const zh = language() === 'zh'
  const seconds = Math.floor(Math.abs(of) / 1000)
  const units: [number, string, string][] = [
    [Math.floor(seconds / 86400), '天', 'd'],
    [Math.floor(seconds / 3600) % 24, '小时', 'h'],
    [Math.floor(seconds / 60) % 60, '分', 'min'],
    [seconds % 60, '秒', 's'],
  ]
  const first = units.findIndex(([count]) => count > 0)
  if (first === -1) return zh ? '0 秒' : '0 s'
  return units
    .slice(first, first + 2)
    .filter(([count], i) => i === 0 || count > 0)
    .map(([count, chinese, english]) => `${count} ${zh ? chinese : english}`)
    .join(' ')
}
