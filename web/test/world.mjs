// A company with a week behind it, for pictures and for whatever wants a full house: promises, a
// calendar, orders in every state, a breach that many had, claims, a fund, improvements. Time stands
// still (server.setClock).
import { kPromise, kStart, Server } from './harness.mjs'

const kMillis = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }
const iso = (ms) => new Date(ms).toISOString()

/** Split days and China's holidays with their make-up days. */
export const kOffice = `zone: Asia/Shanghai
weekly: {mon-fri: "09:00-12:00, 13:30-18:00"}
holidays: [cn-statutory]
`

export const kInstall = `promise: install
version: 1
class: {scope: limited, guarantee: guaranteed, form: written, content: time, strength: public}
title: {zh: 装机八个工时, en: Installed within eight working hours}
need: {zh: 不用请假等, en: not to wait a day at home}
limits: {zh: 物业不让进场的时间由我们举证, en: where the landlord refuses us we must prove it}
owner: team/install
zone: Asia/Shanghai
subject: order
schedules:
  office: office.yaml
clauses:
  install:
    title: {zh: 八个工时装好, en: Installed in eight working hours}
    starts: fact = "order.registered"
    keeps: fact = "order.done"
    within: 8 work h on office
    reopens: {when: fact = "order.reopened", how: continues}
    waives:
      cause: fact = "cause.recorded" and cause in ("customer", "third party", "force majeure")
      evidence: fact = "evidence.attached"
      agrees: fact = "cause.agreed"
      refuses: fact = "cause.refused"
      people: 2
    warns: [75 %, 90 %]
remedies:
  late-install:
    title: {zh: 装机逾期赔付, en: Late installation}
    for: install
    give: {kind: bill credit, amount: 20.00 CNY}
    apology: {zh: 抱歉让您久等。, en: We are sorry that you had to wait.}
`

const tries = async (say, what) => {
  try {
    return await what()
  } catch (error) {
    if (process.env.YINUO_WORLD) console.error(`world: ${say}: ${error.message}`)
    return undefined
  }
}

export async function world({ promise } = {}) {
  const server = await Server.start({ clock: true })
  const post = (path, as, body) => server.must('POST', path, { as, body })
  await post('/api/v1/calendars', 'owner', { name: 'office.yaml', text: kOffice })
  const settings = await server.must('GET', '/api/v1/settings', { as: 'owner' })
  const { title, personal_fields, roster } = settings.json
  await server.must('PUT', '/api/v1/settings', {
    as: 'owner',
    headers: { 'If-Match': settings.headers.get('etag').replace(/^W\//, '') },
    body: { title, personal_fields, roster, public_board: true },
  })
  await post('/api/v1/connectors', 'owner', { name: 'billing', kind: 'hand' })
  await post('/api/v1/fund/moves', 'owner', { move: 'deposit', amount: '5000.00', currency: 'CNY', reference: '三月拨款' })
  await server.publish(promise ?? kPromise)
  await server.publish(kInstall)
  for (const name of ['recovery', 'word', 'chase'])
    await tries(`house promise ${name}`, async () => {
      const house = (await server.must('GET', '/api/v1/house-promises', { as: 'owner' })).json.items.find((one) => one.name.startsWith(name))
      const draft = await post(`/api/v1/house-promises/${house.name}/draft`, 'owner', { zone: 'Asia/Shanghai', owner: 'team/service' })
      await server.push(draft.json.promise?.id ?? draft.json.id, draft.headers.get('etag'))
    })
  for (let i = 1; i <= 7; ++i)
    await post('/api/v1/contacts', 'owner', { customer: `C-${1000 + i}`, name: `客户${i}`, email: `c${i}@example.com`, language: i % 3 === 0 ? 'en' : 'zh', consent: { mail: 'given' } })

  // A week of faults: most are mended in time, each seventh late, each ninth waits for the customer.
  let now = Date.parse(kStart)
  let order = 4700
  const at = (ms) => iso(now + ms)
  const open = []
  const later = []
  const until = async (end) => {
    for (;;) {
      const due = later.filter((one) => one.at <= end).sort((a, b) => a.at - b.at)[0]
      if (!due) break
      later.splice(later.indexOf(due), 1)
      now = Math.max(now, due.at)
      await server.setClock(iso(now))
      await server.report({ kind: due.kind, subject: due.subject, customer: due.customer, at: iso(now) })
    }
    now = end
    await server.setClock(iso(now))
  }
  for (let day = 0; day < 7; ++day) {
    for (let i = 0; i < 9; ++i) {
      const subject = `order/${++order}`
      const customer = `C-${1001 + (order % 7)}`
      await server.report({ kind: 'fault.reported', subject, customer, at: at(0), fields: { area: order % 2 ? '城东' : '城西' } })
      const takes = order % 7 === 0 ? 3.4 * kMillis.hour : (30 + (order * 37) % 80) * kMillis.minute
      if (order % 9 === 0) {
        later.push({ at: now + 10 * kMillis.minute, kind: 'visit.moved', subject, customer })
        later.push({ at: now + 95 * kMillis.minute, kind: 'visit.begun', subject, customer })
      }
      later.push({ at: now + takes + (order % 9 === 0 ? 85 * kMillis.minute : 0), kind: 'fault.mended', subject, customer })
      await until(now + 40 * kMillis.minute)
    }
    await until(Date.parse(kStart) + (day + 1) * kMillis.day)
  }
  await until(now + 8 * kMillis.hour)
  // A cut in the east that broke twelve at once, and is still being mended.
  const cut = now
  for (let i = 0; i < 12; ++i) {
    const subject = `order/${++order}`
    open.push(subject)
    await server.report({ kind: 'fault.reported', subject, customer: `C-${1001 + (i % 7)}`, at: at(0), fields: { area: '城东' } })
  }
  await until(now + 2.2 * kMillis.hour)
  // What runs: begun at different times, so that each state is there.
  for (const [minutes, kind] of [[115, ''], [111, ''], [96, ''], [93, ''], [60, 'visit.moved'], [45, ''], [30, 'visit.moved'], [20, ''], [5, ''], [2, '']]) {
    const subject = `order/${++order}`
    later.push({ at: now + (120 - minutes) * kMillis.minute, kind: 'fault.reported', subject, customer: `C-${1001 + (order % 7)}` })
    if (kind) later.push({ at: now + (130 - minutes) * kMillis.minute, kind, subject, customer: `C-${1001 + (order % 7)}` })
  }
  for (let i = 0; i < 4; ++i)
    later.push({ at: now + (20 + i * 10) * kMillis.minute, kind: 'order.registered', subject: `order/I-${i + 1}`, customer: `C-${1001 + i}` })
  await until(now + 120 * kMillis.minute)

  const of = async (subject) => (await server.owed(subject))[0]
  const broken = await of(open[0])
  const made = { server, now: () => iso(now), broken, subject: open[0], customer: 'C-1001' }
  await tries('reason codes', async () => {
    const codes = await server.must('GET', '/api/v1/reason-codes', { as: 'owner' })
    await server.must('PUT', '/api/v1/reason-codes', {
      as: 'owner',
      headers: { 'If-Match': codes.headers.get('etag').replace(/^W\//, '') },
      body: { codes: [{ code: 'network', zh: '网络', en: 'Network' }, { code: 'fibre-cut', zh: '光缆中断', en: 'Fibre cut', parent: 'network' }, { code: 'staff', zh: '人手不足', en: 'Short of staff' }] },
    })
  })
  await tries('incident', async () => {
    const incident = await post('/api/v1/incidents', 'manager', {
      title: { zh: '城东光缆中断', en: 'Fibre cut in the east' },
      cause: 'fibre-cut',
      promise: 'repair',
      condition: 'area = "城东"',
      from: iso(cut),
      until: iso(now),
    })
    made.incident = incident.json.id
  })
  await tries('improvements', async () => {
    await post('/api/v1/improvements', 'manager', { title: '光缆双路由', promise: 'repair', owner: 'team/network', due: iso(now + 20 * kMillis.day), five_whys: ['光缆被挖断', '没有第二条路由'], plan: '主备两条路由' })
    await post('/api/v1/improvements', 'manager', { title: '晚高峰加一个班', promise: 'repair', owner: 'team/field', due: iso(now + 9 * kMillis.day), plan: '17 点到 21 点多排两人' })
  })
  await tries('claims', async () => {
    const install = await of('order/I-1')
    made.install = install
    await post(`/api/v1/obligations/${install.id}/waiver`, 'agent', { cause: 'third party', reason: '物业不让进场' })
  })
  await tries('word', () => post('/api/v1/words', 'agent', { customer: 'C-1002', about: open[1], text: '半小时内给您回电', until: iso(now + 30 * kMillis.minute) }))
  await tries('draft', async () => {
    const draft = await post('/api/v1/promises', 'manager', { text: kPromise.replace('version: 1', 'version: 2').replace('within: 2 h', 'within: 90 min').replace('两小时修好，', '').replace('报修两小时修好', '报修九十分钟修好') })
    made.draft = draft.json.id
  })
  await tries('expectations', async () => {
    const list = await post('/api/v1/expectations', 'agent', { customer: 'C-1001', kind: 'order', fact: 'fault.reported', fields: { area: '城东' } })
    made.expectation = list.json.id
  })
  made.link = await server.link('C-1001')
  return made
}
