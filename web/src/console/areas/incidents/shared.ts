import { money } from '../../../shared/amount'
import type { components } from '../../../shared/api/schema'

export type S = components['schemas']
export type Incident = S['Incident']

/** "20.00" of CNY → ¥20.00; 500 MB as it is. */
export function amountOf(amount: string, unit: string | undefined): string {
  return unit && /^[A-Z]{3}$/.test(unit) ? money(amount, unit) : `${amount} ${unit ?? ''}`.trim()
}
export const kBadges: Record<Incident['state'], string> = {
  open: 'badge-wait',
  decided: 'badge-wait',
  running: 'badge-calm',
  done: 'badge-good',
  closed: 'badge-calm',
}
/** What a local time field has to say in Beijing's time, as an instant. */
export function instantOf(local: string): string {
  return new Date(`${local}:00+08:00`).toISOString()
}
export function localOf(at: string | number): string {
  return new Date(new Date(at).getTime() + 8 * 3_600_000).toISOString().slice(0, 16)
}
