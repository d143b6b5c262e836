import type { components } from '../../../shared/api/schema'

export type S = components['schemas']
export const kAccounts = ['company', 'fund', 'reserved', 'paid', 'recovered', 'reversed'] as const
export const kPeriods = ['month', 'quarter', 'year', 'ever'] as const

/** Hands a text to the browser as a file. */
export function save(text: string | Blob, name: string): void {
  const url = URL.createObjectURL(typeof text === 'string' ? new Blob([text], { type: 'text/csv;charset=utf-8' }) : text)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
/** Rows as CSV; what a spreadsheet would run as a formula gets an apostrophe. */
export function csv(rows: (string | number)[][]): string {
  const cell = (value: string | number) => {
    const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) && !/^-?\d+(\.\d+)?$/.test(value) ? `'${value}` : String(value)
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return rows.map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n'
}
