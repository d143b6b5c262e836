import { describe, expect, it } from 'vitest'
import { chip, chipState, type Clocked } from './chip'

const at = (text: string) => Date.parse(text)
const running: Clocked = {
  state: 'running',
  due_at: '2026-03-10T03:00:00Z',
  clock: {
    warnings: [
      { at: '2026-03-10T02:30:00Z', level: 'warning' },
      { at: '2026-03-10T02:48:00Z', level: 'about_to_break' },
    ],
  },
}

describe('a countdown chip', () => {
  it('turns at the instants of its warnings, and is in time at exactly the due instant', () => {
    const due = at('2026-03-10T03:00:00Z')
    expect(chipState(running, at('2026-03-10T02:29:59.999Z'))).toBe('fine')
    expect(chipState(running, at('2026-03-10T02:30:00Z'))).toBe('warned')
    expect(chipState(running, at('2026-03-10T02:48:00Z'))).toBe('breaking')
    expect(chipState(running, due)).toBe('breaking')
    expect(chipState(running, due + 1)).toBe('broken')
  })

  it('never changes by the passing of time once it has ended', () => {
    const kept: Clocked = { ...running, state: 'kept', settled_at: '2026-03-10T02:40:00Z' }
    const late: Clocked = { ...running, state: 'broken', settled_at: '2026-03-10T04:00:00Z' }
    for (const ended of [kept, late]) {
      const then = chip(ended, at('2026-03-10T04:00:01Z'))
      expect(chip(ended, at('2026-03-17T04:00:01Z'))).toEqual(then)
      expect(then.running).toBe(false)
    }
  })
})
