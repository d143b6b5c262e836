// The subject's page and the recovery panel.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, calm, closeBrowser, openPage, Server, shot, until } from './harness.mjs'

// Two clocks: a first response by the clock, the mending in working time, pausing for the customer.
const kMend = `promise: mend
version: 1
class: {scope: limited, guarantee: guaranteed, form: written, explicitness: explicit, content: time, strength: public}
title: {zh: 报修承诺, en: Repairs}
need: {zh: 家里尽快能上网, en: to be online again soon}
limits: {zh: 客户改约的时间不计入, en: time moved at the customer's wish doesn't count}
owner: team/field
zone: Asia/Shanghai
subject: order
facts:
  fault.reported: {zh: 报修, en: fault reported, fields: [tier]}
  fault.answered: {zh: 首次响应, en: answered}
  fault.mended: {zh: 修好, en: mended}
  visit.moved: {zh: 客户改约, en: visit moved by the customer, fields: [by]}
  visit.begun: {zh: 上门, en: visit begun}
schedules:
  office:
    weekly: {mon-fri: "09:00-12:00, 13:30-18:00"}
clauses:
  first-response:
    title: {zh: 30 分钟首次响应, en: First response in 30 minutes}
    starts: fact = "fault.reported"
    keeps: fact = "fault.answered"
    within: 30 min
    warns: [75 %, 90 %]
  mended:
    title: {zh: 4 个工作小时修好, en: Mended in four working hours}
    starts: fact = "fault.reported"
    keeps: fact = "fault.mended"
    within: 4 work h on office
    warns: [75 %, 90 %]
    pauses:
      customer:
        from: fact = "visit.moved"
        to: fact = "visit.begun"
        text: {zh: 等客户：客户改约, en: "waiting for the customer, who moved the visit"}
remedies:
  late-answer:
    title: {zh: 迟复补偿, en: For a late answer}
    for: first-response
    give: {kind: bill credit, amount: 20 CNY}
    apology: {zh: 让您久等了，对不起。, en: We made you wait and are sorry.}
`
const path = (subject) => `/app/subjects/${encodeURIComponent(subject)}`
const clockOf = (page, clause) => page.locator(`[data-clause="${clause}"]`)
const chipOf = (page, clause) => clockOf(page, clause).locator('.chip')

let server
before(async () => {
  server = await Server.start({ clock: true })
  await server.publish(kMend)
  const policy = await server.must('GET', '/api/v1/fund/policy', { as: 'owner' })
  await server.must('PUT', '/api/v1/fund/policy', {
    as: 'owner',
    headers: { 'If-Match': policy.headers.get('etag').replace(/^W\//, '') },
    body: { approvals: [{ above: '10.00', currency: 'CNY', role: 'agent' }], caps: [{ period: 'month', most: '200.00', currency: 'CNY' }] },
  })
  await server.must('POST', '/api/v1/fund/moves', { as: 'owner', body: { move: 'deposit', amount: '1000.00', currency: 'CNY', reference: '开户' } })
  const codes = await server.must('GET', '/api/v1/reason-codes', { as: 'owner' })
  await server.must('PUT', '/api/v1/reason-codes', {
    as: 'owner',
    headers: { 'If-Match': codes.headers.get('etag').replace(/^W\//, '') },
    body: { codes: [{ code: 'staff', zh: '人手不够', en: 'staffing' }] },
  })
  await server.setClock('2026-03-10T01:10:00Z')
  // 7 is answered and corrected; 8 is paused; 9 and 10 break and are made good.
  for (const n of [7, 8, 9, 10, 11])
    await server.report({ id: `r${n}`, kind: 'fault.reported', subject: `order/${n}`, customer: `C-${n}`, fields: { tier: '金卡' }, at: '2026-03-10T01:10:00Z' })
  await server.setClock('2026-03-10T01:20:00Z')
  await server.report({ id: 'a7', kind: 'fault.answered', subject: 'order/7', at: '2026-03-10T01:20:00Z' })
  await server.report({ kind: 'visit.moved', subject: 'order/8', fields: { by: '王敏' }, at: '2026-03-10T01:20:00Z' })
})
after(async () => {
  await closeBrowser()
  await server?.stop()
})

test('UX 6: a paused clock says why and since when, and stands; working time and the deadline both show', async () => {
  const page = await openPage(server, { as: 'agent', path: path('order/8') })
  const clock = clockOf(page, 'mended')
  await clock.waitFor()
  assert.equal(await clock.locator('[data-kind]').innerText(), '解决')
  assert.match(await clock.locator('[data-paused]').innerText(), /等客户：客户改约 · 王敏 · 自 2026-03-10 09:20 北京时间/)
  const text = await chipOf(page, 'mended').innerText()
  assert.match(text, /已暂停 还剩 3 小时 50 分/)
  await server.setClock('2026-03-10T01:25:00Z')
  await page.reload()
  await clock.waitFor()
  assert.equal(await chipOf(page, 'mended').innerText(), text)
  // It goes on: seven minutes later than 14:40.
  await server.setClock('2026-03-10T01:27:00Z')
  await server.report({ kind: 'visit.begun', subject: 'order/8', at: '2026-03-10T01:27:00Z' })
  await until(async () => (await clock.locator('[data-due]').innerText()).includes('2026-03-10 14:47:00 北京时间'), 'the deadline moved by the pause')
  assert.match(await clock.locator('[data-work-left]').innerText(), /3 小时 (50|49) 分.*按日历 office/)
  assert.match(await clockOf(page, 'first-response').locator('[data-kind]').innerText(), /首响/)
  // The account adds up to the limit.
  await clock.getByRole('link').click()
  const table = page.locator('[data-account]')
  await table.waitFor()
  await until(async () => (await table.locator('[data-sum]').getAttribute('data-sum')) === String(4 * 3_600_000), 'the account of the chosen clock')
  const parts = await table.locator('[data-counted]').evaluateAll((rows) => rows.map((row) => Number(row.dataset.counted)))
  assert.equal(parts.reduce((sum, part) => sum + part, 0), 4 * 3_600_000)
  assert.ok(parts.includes(0), 'what did not count is told, too')
  assert.match(await page.locator('[data-timeline]').innerText(), /客户改约/)
  await shot(page, 'subject-paused-zh')
  await calm(page)
  await page.context().close()
})

test('UX 3: a clock that has ended stays as it is; a corrected fact shows both verdicts and the reason', async () => {
  const page = await openPage(server, { as: 'agent', path: path('order/7') })
  const chip = chipOf(page, 'first-response')
  await chip.waitFor()
  assert.match(await chip.innerText(), /已兑现/)
  const text = await chip.innerText()
  await page.clock.install({ time: new Date(Date.now() + 7 * 86_400_000) })
  await page.clock.runFor(5_000)
  assert.equal(await chip.innerText(), text)
  // The answer came an hour later than was said at first.
  await server.setClock('2026-03-10T02:30:00Z')
  await server.must('POST', '/api/v1/facts?source=crm', {
    as: 'owner',
    body: [{ id: 'a7', change: 'correct', kind: 'fault.answered', subject: 'order/7', at: '2026-03-10T02:20:00Z' }],
  })
  await page.reload()
  await until(async () => /已违约/.test(await chip.innerText()), 'the verdict to change')
  const turned = clockOf(page, 'first-response').locator('[data-turned]')
  await turned.waitFor()
  assert.match(await turned.innerText(), /曾判为已兑现.*改判为已违约.*2026-03-10 10:30 北京时间.*首次响应/s)
  await shot(page, 'subject-turned-zh')
  await calm(page)
  await page.context().close()
})

async function brokenClock(subject) {
  const owed = await server.owed(subject)
  return owed.find((one) => one.clause === 'first-response')
}
async function payoutOf(id) {
  return (await server.must('GET', `/api/v1/obligations/${id}/payouts`, { as: 'owner' })).json.items.find((one) => one.kind === 'bill credit')
}
const postings = async () => (await server.must('GET', '/api/v1/fund/ledger?limit=200', { as: 'owner' })).json.items.length

test('UX 10: a recovery is shown at once, undone within ten seconds, and leaves nothing behind', async () => {
  const { id } = await brokenClock('order/9')
  const payout = await until(() => payoutOf(id), 'the payout')
  assert.equal(payout.state, 'approving')
  const lines = await postings()
  const page = await openPage(server, { as: 'agent', path: `${path('order/9')}?recover=${id}` })
  const panel = page.locator('[data-recovery-panel]')
  await panel.locator('[name=apology]').waitFor()
  assert.equal(await panel.locator('[name=apology]').inputValue(), '让您久等了，对不起。')
  await panel.locator('[name=cause]').selectOption('staff')
  await panel.locator('[name=approve]').check()
  await until(async () => /1,000\.00 → .*980\.00/.test(await panel.innerText()), 'what it takes from the fund')
  assert.match(await panel.locator('[data-message]').innerText(), /让您久等了/)
  await accessible(page)
  await shot(page, 'recovery-panel-zh')
  // The answer is kept waiting: the page doesn't wait for it.
  let answer
  const held = new Promise((go) => (answer = go))
  await page.route('**/recovery', async (route) => {
    await held
    await route.continue()
  })
  const took = await page.evaluate(
    () =>
      new Promise((done) => {
        const begun = performance.now()
        new MutationObserver(() => {
          if (document.querySelector('[data-under-way]')) done(performance.now() - begun)
        }).observe(document.body, { subtree: true, childList: true })
        document.querySelector('[data-go]').click()
      }),
  )
  assert.ok(took < 100, `${took} ms`)
  answer()
  const bar = page.locator(`[data-recovery="${id}"]`)
  await until(async () => (await bar.getAttribute('data-recovery-state')) === 'waiting', 'the server to take it')
  await shot(page, 'recovery-undo-zh')
  await accessible(page)
  await bar.locator('[data-undo]').click()
  await until(async () => (await bar.getAttribute('data-recovery-state')) === 'cancelled', 'it to be undone')
  assert.equal(await page.locator('[data-under-way]').count(), 0)
  await server.setClock('2026-03-10T02:40:00Z')
  assert.equal((await payoutOf(id)).state, 'approving')
  assert.equal(await postings(), lines)
  await calm(page)
  await page.context().close()
})

test('UX 10: what the server refuses is rolled back with a message, and what was written is kept', async () => {
  const { id } = await brokenClock('order/10')
  await until(() => payoutOf(id), 'the payout')
  const page = await openPage(server, { as: 'agent', path: `${path('order/10')}?recover=${id}` })
  const panel = page.locator('[data-recovery-panel]')
  await panel.locator('[name=apology]').waitFor()
  await panel.locator('[name=apology]').fill('王先生，对不起。')
  // Somebody else begins while the decision is on its way.
  let other
  await page.route('**/recovery', async (route) => {
    other ??= await server.must('POST', `/api/v1/obligations/${id}/recovery`, { as: 'manager', body: { note: '已联系' } })
    await route.continue()
  })
  await panel.locator('[data-go]:not([disabled])').click()
  const bar = page.locator(`[data-recovery="${id}"]`)
  await until(async () => (await bar.getAttribute('data-recovery-state')) === 'refused', 'the refusal')
  assert.match(await bar.innerText(), /已恢复原样.*刚有人补救/s)
  assert.equal(await bar.getAttribute('role'), 'alert')
  assert.equal(await page.locator('[data-under-way]').count(), 0)
  await clockOf(page, 'first-response').locator('[data-recover]').click()
  await panel.locator('[name=apology]').waitFor()
  assert.equal(await panel.locator('[name=apology]').inputValue(), '王先生，对不起。')
  await server.must('DELETE', `/api/v1/recovery-acts/${other.json.id}`, { as: 'manager' })
  // And when the server fails outright.
  await page.unroute('**/recovery')
  await page.route('**/recovery', (route) => route.fulfill({ status: 500, contentType: 'application/problem+json', body: '{"title":"坏了","status":500}' }))
  await page.locator('[data-recovery-panel] [name=note]').fill('再试')
  await panel.locator('[data-go]:not([disabled])').click()
  await until(async () => (await bar.innerText()).includes('坏了'), 'the failure to be told')
  assert.equal(await page.locator('[data-under-way]').count(), 0)
  await page.context().close()
})

async function crash(begins) {
  await server.end('SIGKILL')
  server.flags[server.flags.indexOf('--test-clock') + 1] = begins
  await server.serve()
}

test('UX 10: killed in between, the server carries it out once', async () => {
  const { id } = await brokenClock('order/11')
  await until(() => payoutOf(id), 'the payout')
  const waiting = await payoutOf(id)
  const lines = await postings()
  const act = await server.must('POST', `/api/v1/obligations/${id}/recovery`, { as: 'agent', body: { apology: '对不起，今天一定办好。', approve: waiting.id } })
  await crash('2026-03-10T02:41:00Z') // its ten seconds are over
  const read = async () => (await server.must('GET', `/api/v1/recovery-acts/${act.json.id}`, { as: 'owner' })).json
  await until(async () => (await read()).state === 'done', 'it to be carried out')
  await crash('2026-03-10T03:00:00Z')
  assert.equal((await read()).state, 'done')
  assert.equal((await payoutOf(id)).state, 'reserved')
  assert.equal(await postings(), lines + 2) // out of the fund, into what is set aside: once
  const told = await until(async () => {
    const { items } = (await server.must('GET', '/api/v1/customers/C-11/notices', { as: 'agent' })).json
    return items.length > 0 && items
  }, 'the apology')
  assert.equal(told.filter((one) => one.text.includes('今天一定办好')).length, 1)
})

test('UX 10: in the queue the row itself reacts at once', async () => {
  const { id } = await brokenClock('order/9')
  const page = await openPage(server, { as: 'agent', path: '/app/queue?tab=broken' })
  const button = page.getByRole('button', { name: '补救 order/9' })
  await button.click()
  const panel = page.locator('[data-recovery-panel]')
  await panel.locator('[name=note]').fill('电话里说过了')
  await panel.locator('[name=says]').uncheck()
  await panel.locator('[data-go]:not([disabled])').click()
  await page.locator('[data-under-way]').waitFor()
  assert.match(await button.innerText(), /补救中/)
  assert.equal(await panel.count(), 0)
  assert.ok(!page.url().includes('recover='), 'the address says what is open')
  const bar = page.locator(`[data-recovery="${id}"]`)
  await bar.locator('[data-undo]').click()
  await until(async () => (await bar.getAttribute('data-recovery-state')) === 'cancelled', 'it to be undone')
  assert.match(await button.innerText(), /^补救$/)
  await calm(page)
  await page.context().close()
})

test('UX 13: no fault of accessibility, zh and en, with the panel open', async () => {
  const { id } = await brokenClock('order/9')
  for (const language of ['zh', 'en']) {
    const page = await openPage(server, { as: 'agent', language, path: path('order/9') })
    await page.locator('[data-timeline] li').first().waitFor()
    await page.locator('[data-verdict]').waitFor()
    await accessible(page)
    await shot(page, `subject-${language}`)
    await page.goto(`${path('order/9')}?recover=${id}`)
    await page.locator('[data-message]').waitFor()
    await accessible(page)
    await shot(page, `recovery-panel-${language}-2`)
    await calm(page)
    await page.context().close()
  }
  const narrow = await openPage(server, { as: 'agent', width: 360, height: 740, path: path('order/9') })
  await narrow.locator('[data-timeline] li').first().waitFor()
  assert.ok((await narrow.evaluate(() => document.documentElement.scrollWidth)) <= 360)
  await shot(narrow, 'subject-narrow-zh')
  await narrow.context().close()
  const none = await openPage(server, { as: 'agent', path: path('order/none') })
  await none.locator('[data-list-state=error]').waitFor()
  await none.context().close()
})
