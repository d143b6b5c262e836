// What the form shows of a text: plain data, read anew after each change of the text.
import { has, keysAt, kindAt, lineAt, type Path, read, sizeAt, valueAt } from './text'

export interface Said {
  zh: string
  en: string
}
export interface ClauseForm {
  name: string
  line: number
  title: Said
  shape: string // the key that decides it: 'within', 'by', …; '' where none is there yet
  limit: string // of `within` with one limit
  rows: { condition: string; limit: string }[] // of `within` with a table
  plain: boolean // the form can show its limit; otherwise the text does
  starts: string
  keeps: string
  voids: string
  schedule: string
  warns: string
  pauses: { name: string; from: string; to: string; cap: string }[]
}
export interface RemedyForm {
  name: string
  line: number
  path: Path
  title: Said
  clauses: string[]
  when: string
  cap: string
  oncePer: string
  apology: Said
  gifts: GiftRow[]
  single: boolean // one row that isn't written as a list
}
export interface GiftRow {
  when: string
  kind: string
  amount: string
  total: string
  unit: string
  perStarted: string
  atMost: string
  choice: string
}
export interface PromiseForm {
  id: string
  version: string
  effective: string
  zone: string
  subject: string
  owner: string
  audience: string
  schedule: string
  schedules: { name: string; file: string }[] // file: '' where its hours stand in the text
  title: Said
  need: Said
  limits: Said
  classes: Record<string, string>
  clauses: ClauseForm[]
  remedies: RemedyForm[]
}

export const kClasses: Record<string, string[]> = {
  scope: ['full', 'limited'],
  guarantee: ['guaranteed', 'announced'],
  form: ['written', 'oral'],
  explicitness: ['explicit', 'implied'],
  content: ['behaviour', 'time', 'effect', 'method', 'quality', 'timeliness', 'reply', 'price'],
  strength: ['none', 'weak private', 'strong private', 'public'],
}
export const kShapes = ['within', 'by', 'window', 'never', 'always', 'every', 'at most', 'rate']
export const kGiftColumns: [keyof GiftRow, string][] = [
  ['when', 'when'],
  ['kind', 'kind'],
  ['amount', 'amount'],
  ['total', 'total'],
  ['unit', 'unit'],
  ['perStarted', 'per started'],
  ['atMost', 'at most'],
  ['choice', 'choice'],
]

type Doc = NonNullable<ReturnType<typeof read>>

/** A text in two languages; one text stands for both. */
function said(doc: Doc, path: Path): Said {
  if (kindAt(doc, path) === 'text') return { zh: valueAt(doc, path), en: valueAt(doc, path) }
  return { zh: valueAt(doc, [...path, 'zh']), en: valueAt(doc, [...path, 'en']) }
}

function clause(doc: Doc, text: string, name: string): ClauseForm {
  const at: Path = ['clauses', name]
  const value = (key: string) => valueAt(doc, [...at, key])
  const shape = kShapes.find((key) => has(doc, [...at, key])) ?? ''
  const limitKind = kindAt(doc, [...at, 'within'])
  const rows =
    limitKind === 'list'
      ? Array.from({ length: sizeAt(doc, [...at, 'within']) }, (_, i) => ({
          condition: valueAt(doc, [...at, 'within', i, 'if']),
          limit: valueAt(doc, [...at, 'within', i, 'limit']),
        }))
      : []
  return {
    name,
    line: lineAt(text, doc, at),
    title: said(doc, [...at, 'title']),
    shape,
    limit: limitKind === 'text' ? value('within') : shape === 'by' || shape === 'every' ? value(shape) : '',
    rows,
    plain: shape === '' || (shape === 'within' && (limitKind === 'text' || rows.every((row) => row.limit !== ''))),
    starts: value('starts'),
    keeps: value('keeps'),
    voids: value('voids'),
    schedule: value('schedule'),
    warns: value('warns'),
    pauses: keysAt(doc, [...at, 'pauses']).map((pause) => ({
      name: pause,
      from: valueAt(doc, [...at, 'pauses', pause, 'from']),
      to: valueAt(doc, [...at, 'pauses', pause, 'to']),
      cap: valueAt(doc, [...at, 'pauses', pause, 'cap']),
    })),
  }
}

function gift(doc: Doc, at: Path): GiftRow {
  const row = {} as GiftRow
  for (const [field, key] of kGiftColumns) row[field] = valueAt(doc, [...at, key])
  return row
}

function remedy(doc: Doc, text: string, name: string): RemedyForm {
  const at: Path = ['remedies', name]
  const value = (key: string) => valueAt(doc, [...at, key])
  const give: Path = [...at, 'give']
  const list = kindAt(doc, give) === 'list'
  return {
    name,
    line: lineAt(text, doc, at),
    path: at,
    title: said(doc, [...at, 'title']),
    clauses: value('for').split(', ').filter(Boolean),
    when: value('when'),
    cap: value('cap'),
    oncePer: value('once per'),
    apology: said(doc, [...at, 'apology']),
    gifts: list ? Array.from({ length: sizeAt(doc, give) }, (_, i) => gift(doc, [...give, i])) : has(doc, give) ? [gift(doc, give)] : [],
    single: !list,
  }
}

/** null: the text is no YAML just now; the form then keeps what it showed last. */
export function formOf(text: string): PromiseForm | null {
  const doc = read(text)
  if (!doc) return null
  const value = (key: string) => valueAt(doc, [key])
  return {
    id: value('promise'),
    version: value('version'),
    effective: value('effective'),
    zone: value('zone'),
    subject: value('subject'),
    owner: value('owner'),
    audience: value('audience'),
    schedule: value('schedule'),
    schedules: keysAt(doc, ['schedules']).map((name) => ({ name, file: valueAt(doc, ['schedules', name]) })),
    title: said(doc, ['title']),
    need: said(doc, ['need']),
    limits: said(doc, ['limits']),
    classes: Object.fromEntries(Object.keys(kClasses).map((key) => [key, valueAt(doc, ['class', key])])),
    clauses: keysAt(doc, ['clauses']).map((name) => clause(doc, text, name)),
    remedies: keysAt(doc, ['remedies']).map((name) => remedy(doc, text, name)),
  }
}

/** A text to begin with: right but for what only its author can know. */
export function template(name: string): string {
  return `promise: ${name}
version: 1
class: {scope: limited, guarantee: guaranteed, form: written, explicitness: explicit, content: time, strength: public}
title: {zh: 24 小时开通, en: Live in 24 hours}
need: {zh: 下单以后心里有底, en: To know where one stands after ordering}
limits: {zh: 客户改约的时间不计入, en: Time moved at the customer's wish doesn't count}
owner: team/service
zone: Asia/Shanghai
subject: order
facts:
  order.placed: {zh: 下单, en: ordered}
  service.active: {zh: 开通, en: live}
  order.cancelled: {zh: 撤单, en: cancelled, fields: [by]}
clauses:
  live:
    title: {zh: 24 小时开通, en: Live in 24 hours}
    starts: fact = "order.placed"
    keeps: fact = "service.active"
    voids: fact = "order.cancelled" and by = "customer"
    within: 24 h
    warns: [80 %, 1 h before]
remedies:
  late:
    title: {zh: 逾期赔付, en: Paid for being late}
    for: live
    give: {kind: bill credit, amount: 10.00 CNY, per started: 24 h, at most: 5}
    apology: {zh: 很抱歉，没能按时开通。, en: We are sorry that your line isn't live yet.}
`
}
