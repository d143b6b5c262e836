// A mapping as a form: what its text says in the usual cases. The text is what counts; a form only
// writes it.
import type { S } from './shared'

export type SeenColumn = S['SeenColumn']
export type ColumnType = SeenColumn['type']
export const kTypes: ColumnType[] = ['text', 'number', 'boolean', 'instant', 'date', 'duration']

export interface FieldRow {
  column: string
  samples: string[]
  take: boolean
  name: string
  type: ColumnType
  times: string
  required: boolean
}
export interface FactRow {
  kind: string
  at: string // a column, as are these
  fields: string[]
}
export interface MappingForm {
  zone: string
  subjectKind: string
  idColumn: string
  customerColumn: string // '': nobody's
  fields: FieldRow[]
  facts: FactRow[]
}

const isTime = (field: FieldRow) => field.take && (field.type === 'instant' || field.type === 'date')
export const timeFields = (form: MappingForm) => form.fields.filter(isTime)
export const carried = (form: MappingForm) => form.fields.filter((field) => field.take && !isTime(field) && field.column !== form.idColumn && field.column !== form.customerColumn)

/** A name that formulas can call: no blanks, no signs. */
function nameOf(column: string, taken: Set<string>): string {
  const base = column.trim().replace(/[^\p{L}\p{N}_]+/gu, '_').replace(/^_+|_+$/g, '') || 'field'
  let name = /^\d/.test(base) ? `f_${base}` : base
  if (name === 'row' || name === 'previous') name += '_'
  for (let n = 2; taken.has(name); ++n) name = `${base}_${n}`
  taken.add(name)
  return name
}

/** What the columns suggest. */
export function suggested(columns: SeenColumn[]): MappingForm {
  const taken = new Set<string>()
  const fields = columns.map((column) => ({
    column: column.name,
    samples: column.samples,
    take: true,
    name: nameOf(column.name, taken),
    type: column.type,
    times: column.times ?? '',
    required: false,
  }))
  const find = (pattern: RegExp) => columns.find(({ name }) => pattern.test(name))?.name ?? ''
  const id = find(/^id$|单号|工单号|订单号|编号|_id$|^no\.?$|number/i) || (columns[0]?.name ?? '')
  const customer = find(/customer|客户|顾客|用户/i)
  const form: MappingForm = { zone: 'Asia/Shanghai', subjectKind: 'order', idColumn: id, customerColumn: customer === id ? '' : customer, fields, facts: [] }
  form.facts = timeFields(form).map((field, i) => ({ kind: `order.${field.name}`, at: field.column, fields: i === 0 ? carried(form).map(({ column }) => column) : [] }))
  for (const field of fields) if (field.column === form.idColumn || field.column === form.customerColumn) field.type = 'text'
  return form
}

const plain = /^[\p{L}_][\p{L}\p{N}_.-]*$/u
const kWords = new Set(['yes', 'no', 'true', 'false', 'null', 'on', 'off', 'y', 'n'])
const quoted = (text: string) => (plain.test(text) && !kWords.has(text.toLowerCase()) ? text : JSON.stringify(text))

function fieldLine(field: FieldRow): string {
  const parts = [field.column === field.name ? '' : `from: ${quoted(field.column)}`, `type: ${field.type}`]
  if (isTime(field) && field.times && field.times !== 'ISO') parts.push(`times: ${JSON.stringify(field.times)}`)
  if (field.required) parts.push('required: yes')
  const said = parts.filter(Boolean)
  return `  ${quoted(field.name)}: ${said.length === 1 ? field.type : `{${said.join(', ')}}`}`
}

/** The mapping's text. */
export function textOf(form: MappingForm): string {
  const own = (column: string) => form.fields.find((field) => field.column === column)?.name ?? column
  // What names the subject and the customer is read even when nobody takes it along.
  const read = form.fields.filter((field) => field.take || field.column === form.idColumn || field.column === form.customerColumn)
  const lines = [`zone: ${form.zone}`, `subject: ${JSON.stringify(`${form.subjectKind}/{${own(form.idColumn)}}`)}`]
  if (form.customerColumn) lines.push(`customer: ${JSON.stringify(`{${own(form.customerColumn)}}`)}`)
  lines.push('fields:', ...read.map(fieldLine), 'facts:')
  const others = carried(form)
  for (const fact of form.facts) {
    const fields = others.filter(({ column }) => fact.fields.includes(column)).map(({ name }) => quoted(name))
    lines.push(`  - {fact: ${quoted(fact.kind)}, at: ${quoted(own(fact.at))}, fields: [${fields.join(', ')}]}`)
  }
  if (form.facts.length === 0) lines[lines.length - 1] = 'facts: []'
  return lines.join('\n') + '\n'
}
