// What notices are about, as the page of them needs it.
import type { S } from './shared'

export type Kind = S['NoticeName']
export type Event = S['NoticeRules']['rules'][number]['event']
export type Channel = S['NoticeRules']['rules'][number]['channels'][number]
export const kChannels: Channel[] = ['mail', 'sms', 'webhook', 'page']

/** Each event with the notice that it usually brings. */
export const kUsual: [Event, Kind][] = [
  ['obligation.broken', 'breach'],
  ['obligation.at-risk', 'breach'],
  ['obligation.reversed', 'breach'],
  ['payout.choosing', 'choice'],
  ['payout.paid', 'paid'],
  ['duty.waiting', 'duty-reminder'],
  ['claim.made', 'claim-received'],
  ['claim.decided', 'claim-decided'],
  ['date.proposed', 'new-date'],
  ['chase.answered', 'chase-answer'],
  ['word.given', 'word'],
  ['expectation.ready', 'expectation'],
  ['recovery.follow-up', 'follow-up'],
]

const kSamples: Record<string, { zh: string; en: string }> = {
  customer: { zh: '王女士', en: 'Ms Wang' },
  company: { zh: '示例电信', en: 'Example Telecom' },
  subject: { zh: '报修 4711', en: 'repair 4711' },
  promise: { zh: '两小时内修好', en: 'mended within two hours' },
  due: { zh: '3 月 10 日 11:00（北京时间）', en: '10 March 11:00 (Beijing time)' },
  happened: { zh: '12:40 才修好', en: 'it was mended at 12:40' },
  reason: { zh: '配件晚到', en: 'a part came late' },
  remedy: { zh: '20 元话费', en: 'a credit of 20 CNY' },
  next: { zh: '补偿自动到账，无需申请', en: 'it comes by itself, nothing is needed of you' },
  link: { zh: 'https://example.com/my', en: 'https://example.com/my' },
  contact: { zh: '10000', en: '10000' },
  incident: { zh: '光缆中断', en: 'a cable was cut' },
  since: { zh: '3 月 10 日 9:00', en: '10 March 9:00' },
  until: { zh: '3 月 10 日 18:00', en: '10 March 18:00' },
  paid_at: { zh: '3 月 10 日 13:05', en: '10 March 13:05' },
  account: { zh: '您的话费账户', en: 'your account' },
  choices: { zh: '20 元话费，或 2 GB 流量', en: 'a credit of 20 CNY, or 2 GB of data' },
  choose_by: { zh: '3 月 17 日', en: '17 March' },
  otherwise: { zh: '自动给 20 元话费', en: 'the credit is given' },
  duty: { zh: '告诉我们何时方便上门', en: 'tell us when we may come' },
}

/** A template with sample values in it. What has none keeps its braces, so that it shows. */
export function filled(text: string, language: 'zh' | 'en'): string {
  return text.replace(/\{\{\s*([\w-]+)\s*\}\}/g, (whole, name: string) => kSamples[name]?.[language] ?? whole)
}
