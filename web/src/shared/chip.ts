// What a countdown chip says: one pure function of an obligation and the instant, so that the portal,
// the queue and tests agree. Exactly at the due instant is still in time; a millisecond later is late.
import { span } from './when'
import { language } from './words'

export type ChipState =
  | 'fine' // 正常
  | 'warned' // 预警
  | 'breaking' // 即将违约
  | 'broken' // 已违约
  | 'paused' // 已暂停
  | 'kept' // 已兑现
  | 'pending' // 待开始
  | 'void' // 已作废, 已豁免, 不计

export interface Clocked {
  state: string
  due_at?: string
  settled_at?: string
  broken_at?: string
  state_text?: { zh: string; en: string }
  clock?: {
    warnings?: { at: string; level: 'warning' | 'about_to_break' }[]
    paused?: { since: string; reason: { zh: string; en: string }; by?: string; left_millis?: number }
    work_left_millis?: number
  }
  warns_at?: string
}

export interface Chip {
  state: ChipState
  icon: string
  word: string
  text: string // the word and what is left or late
  running: boolean // does its text change by the passing of time
}

const kIcons: Record<ChipState, string> = {
  fine: '●',
  warned: '▲',
  breaking: '◆',
  broken: '✕',
  paused: '❚❚',
  kept: '✓',
  pending: '○',
  void: '–',
}
const kWords: Record<ChipState, { zh: string; en: string }> = {
  fine: { zh: '正常', en: 'On track' },
  warned: { zh: '预警', en: 'Warning' },
  breaking: { zh: '即将违约', en: 'About to break' },
  broken: { zh: '已违约', en: 'Broken' },
  paused: { zh: '已暂停', en: 'Paused' },
  kept: { zh: '已兑现', en: 'Kept' },
  pending: { zh: '待开始', en: 'Not begun' },
  void: { zh: '不计', en: 'Not counted' },
}

const at = (text: string | undefined): number => (text ? Date.parse(text) : Number.POSITIVE_INFINITY)

/** Which of the states it is in at `now` (the server's instant, ms). */
export function chipState(it: Clocked, now: number): ChipState {
  if (it.state === 'kept') return 'kept'
  if (it.state === 'broken') return 'broken'
  if (it.state === 'paused') return 'paused'
  if (it.state === 'waived' || it.state.startsWith('void') || it.state === 'not measured') return 'void'
  if (now > at(it.due_at)) return 'broken'
  if (it.state === 'pending') return 'pending'
  const warnings = it.clock?.warnings
  if (!warnings) return it.state === 'at risk' ? 'breaking' : 'fine'
  const passed = warnings.filter((warning) => now >= at(warning.at))
  if (passed.some((warning) => warning.level === 'about_to_break')) return 'breaking'
  return passed.length > 0 ? 'warned' : 'fine'
}

export function chip(it: Clocked, now: number): Chip {
  const state = chipState(it, now)
  const zh = language() === 'zh'
  const word = state === 'void' && it.state_text ? it.state_text[language()] : kWords[state][language()]
  const ended = it.state !== 'paused' && (state === 'kept' || state === 'void' || at(it.settled_at) <= now)
  const left = at(it.due_at) - now
  let detail = ''
  if (ended) {
    if (state === 'broken' && it.due_at && it.settled_at) {
      const late = span(at(it.settled_at) - at(it.due_at))
      detail = zh ? `晚了 ${late}` : `${late} late`
    }
  } else if (state === 'paused') {
    const still = it.clock?.paused?.left_millis ?? it.clock?.work_left_millis
    if (still !== undefined) detail = zh ? `还剩 ${span(still)}` : `${span(still)} left`
  } else if (Number.isFinite(left)) {
    if (left < 0) detail = zh ? `已超时 ${span(left)}` : `${span(left)} overdue`
    else detail = zh ? `还剩 ${span(left)}` : `${span(left)} left`
  }
  return {
    state,
    icon: kIcons[state],
    word,
    text: detail ? `${word} ${detail}` : word,
    running: !ended && state !== 'paused' && Number.isFinite(left),
  }
}
