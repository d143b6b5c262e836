// A year of a working calendar, sorted out for drawing.
import type { S } from './shared'

export type Day = S['CalendarYear']['days'][number]
export type Mark = 'holiday' | 'makeup' | 'special' | 'duty' | 'closed' | 'split' | 'work' | 'off'
export const kMarks: Mark[] = ['holiday', 'makeup', 'special', 'duty', 'closed', 'split', 'work', 'off']

/** What a day is, above all. A lunch break makes a split day of one that is otherwise as its weekday. */
export function markOf(day: Day): Mark {
  switch (day.kind) {
    case 'holiday':
      return day.hours.length > 0 ? 'duty' : 'holiday'
    case 'makeup':
      return 'makeup'
    case 'special':
      return 'special'
    case 'duty':
      return 'duty'
    case 'closed':
    case 'closure':
    case 'parts':
      return day.hours.length > 0 ? 'special' : 'closed'
  }
  if (day.hours.length > 1) return 'split'
  return day.hours.length === 1 ? 'work' : 'off'
}

/** Weeks of a month, Monday first; null: another month's day. */
export function weeksOf(days: Day[], month: number): (Day | null)[][] {
  const own = days.filter((day) => Number(day.date.slice(5, 7)) === month)
  const first = (new Date(`${own[0]!.date}T00:00:00Z`).getUTCDay() + 6) % 7
  const cells: (Day | null)[] = [...Array<null>(first).fill(null), ...own]
  while (cells.length % 7 !== 0) cells.push(null)
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7))
}
