// The whole product in one story, in a browser: a promise is designed, tried on history, approved by a
// second person, published; an order arrives, counts down, breaks; the customer is told by mail before
// they ask, finds the compensation on their page, and verifies the receipt; the cause is mended.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, calm, closeBrowser, openPage, Server, shot, until } from './harness.mjs'
import { freePort, openMailbox } from './mailbox.mjs'

const kText = `promise: swift
version: 1
class: {scope: limited, guarantee: guaranteed, form: written, explicitness: explicit, content: time, strength: public}
title: {zh: 一小时上门, en: At your door within the hour}
need: {zh: 不用在家干等, en: not to wait at home}
limits: {zh: 城区以内, en: within the city}
owner: team/field
zone: Asia/Shanghai
subject: order
facts:
  order.placed: {zh: 下单, en: ordered}
  visit.begun: {zh: 上门, en: at the door}
clauses:
  visit:
    title: {zh: 一小时上门, en: At the door within the hour}
    starts: fact = "order.placed"
    keeps: fact = "visit.begun"
    within: 1 h
    warns: [75 %, 90 %]
remedies:
  late:
    title: {zh: 迟到补偿, en: Paid for being late}
    for: visit
    give: {kind: bill credit, amount: 20.00 CNY}
    apology: {zh: 让您久等了，抱歉。, en: We are sorry that you had to wait.}
`
const kMapping = `zone: Asia/Shanghai
subject: order/{id}
fields: {id: text, placed: instant, begun: instant}
facts:
  - {fact: order.placed, at: placed}
  - {fact: visit.begun, at: begun}
`
// Twelve orders of last year: nine within the hour, three late.
const kHistory = ['id,placed,begun']
  .concat(Array.from({ length: 12 }, (_, i) => `${i},2025-06-0${1 + (i % 9)}T09:00:00+08:00,2025-06-0${1 + (i % 9)}T${i % 4 === 3 ? '11:10' : '09:40'}:00+08:00`))
  .join('\n')

let server
let mailbox
before(async () => {
  mailbox = await openMailbox()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const mail = mailbox ? ['--mail-server', `smtp+plain://127.0.0.1:${mailbox.port}`, '--mail-from', 'care@example.com'] : []
  server = await Server.start({ clock: true, port, flags: ['--public-url', url, ...mail] })
  const put = async (path, body) => {
    const now = await server.must('GET', path, { as: 'owner' })
    const value = typeof body === 'function' ? body(now.json) : body
    await server.must('PUT', path, { as: 'owner', headers: { 'If-Match': now.headers.get('etag').replace(/^W\//, '') }, body: value })
  }
  await server.must('POST', '/api/v1/fund/moves', { as: 'owner', body: { move: 'deposit', amount: '500.00', currency: 'CNY', reference: '三月' } })
  await put('/api/v1/fund/policy', (policy) => ({ ...policy, pays: [{ kind: 'bill credit', connector: 'sandbox' }] }))
  await put('/api/v1/notices/rules', { rules: [{ event: 'obligation.broken', notice: 'breach', channels: ['mail', 'page'] }] })
  await server.must('POST', '/api/v1/contacts', {
    as: 'owner',
    body: { customer: 'C-8', name: '李女士', email: 'li@example.net', language: 'zh', quiet: { from_minute: 0, until_minute: 0 } },
  })
})
after(async () => {
  await closeBrowser()
  mailbox?.close()
  await server?.stop()
})

let at = Date.parse('2026-03-10T01:00:00Z')
const later = async (minutes) => {
  at += minutes * 60_000
  await server.setClock(new Date(at).toISOString())
}

test('the story of a promise, from its first line to a cause that is mended', { timeout: 120_000 }, async (t) => {
  // The promise manager writes it, is told what it means, and tries it on last year.
  const manager = await openPage(server, { as: 'manager', width: 1440, height: 1000, path: '/app/promises/new' })
  await manager.locator('.cm-content').click()
  await manager.keyboard.press('Control+A')
  await manager.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await manager.evaluate((text) => navigator.clipboard.writeText(text), kText)
  await manager.keyboard.press('Control+V')
  await until(async () => /一小时上门/.test(await manager.locator('[data-sentence]').innerText()), 'the sentence of the new promise')
  await manager.click('[data-save]')
  await manager.waitForURL(/\/app\/promises\/swift/)
  await manager.click('[data-panel=backtest]')
  await manager.check('input[value=file]')
  await manager.setInputFiles('[data-history]', { name: 'h.csv', mimeType: 'text/csv', buffer: Buffer.from(kHistory) })
  await manager.fill('[data-mapping]', kMapping)
  await manager.click('[data-run]')
  await manager.locator('[data-figures]').waitFor()
  assert.match(await manager.locator('[data-figures] tbody tr').first().innerText(), /12\s+9\s+3\s+0\s+75/)
  await shot(manager, 'story-1-designer')
  await manager.click('[data-do=check]')
  // Its author can't approve it; a second person can.
  await manager.locator('[data-step=approve] [data-blocked]').waitFor()
  const owner = await openPage(server, { as: 'owner', width: 1440, height: 1000, path: '/app/promises/swift@1' })
  await owner.click('[data-do=approve]')
  await owner.click('[data-do=publish]')
  await owner.click('[data-publish]')
  await owner.locator('[data-step=publish][data-done=true]').waitFor()
  await calm(owner)
  await calm(manager)

  // An order arrives, and the agent's queue counts down.
  const agent = await openPage(server, { as: 'agent', path: '/app/queue' })
  await agent.locator('[data-list-state=empty], [role=grid]').first().waitFor()
  await later(1)
  await server.report({ kind: 'order.placed', subject: 'order/8001', customer: 'C-8' })
  await agent.reload()
  await agent.getByRole('link', { name: 'order/8001' }).waitFor()
  assert.match(await agent.locator('.chip').first().innerText(), /正常 还剩 (59 分|1 小时)/)
  await later(46)
  await agent.goto('/app/queue?tab=about_to_break')
  await agent.getByRole('link', { name: 'order/8001' }).waitFor()
  assert.match(await agent.locator('.chip').first().innerText(), /(预警|即将违约) 还剩 1[34] 分/)
  await shot(agent, 'story-2-queue')

  // It breaks; the customer is told before anybody asks.
  await later(15)
  const [owed] = await server.owed('order/8001')
  assert.equal(owed.state, 'broken')
  let link
  if (mailbox) {
    const mail = await until(() => mailbox.mails.find((one) => one.to === 'li@example.net'), 'the mail')
    assert.match(mail.subject, /一小时上门.*对不起/)
    assert.match(mail.text, /20\.00/)
    link = new RegExp(`${server.url}/#[\\w-]+`).exec(mail.text)?.[0]
    assert.ok(link, mail.text)
  } else {
    t.diagnostic('python3-aiosmtpd is missing: the mail was not looked at')
    link = `${server.url}/#${await server.link('C-8')}`
  }
  await later(2)

  // On the phone: what was promised, what was missed, what is given without asking.
  const customer = await openPage(server, { width: 360, height: 640, path: link })
  await customer.getByText('order/8001').first().waitFor()
  assert.ok(!customer.url().includes('#'), 'the link leaves the address bar')
  await customer.goto(`/my/promises/${owed.id}`)
  await customer.locator('[data-payout]').first().waitFor()
  assert.match(await customer.locator('[data-payout]').first().innerText(), /20\.00/)
  assert.match(await customer.locator('main').innerText(), /已违约/)
  await accessible(customer)
  await shot(customer, 'story-3-portal')
  await until(async () => (await server.must('GET', `/api/v1/obligations/${owed.id}/payouts`, { as: 'owner' })).json.items[0].state === 'paid', 'the payout to be paid')

  // The receipt, verified where the customer is; one byte turned, and it isn't.
  const receipt = await server.must('GET', `/api/v1/obligations/${owed.id}/receipt`, { as: await customerToken(customer) })
  await customer.goto('/verify')
  await customer.fill('[name=receipt]', receipt.text)
  await customer.click('[data-check]')
  await customer.locator('[data-verdict]').waitFor()
  assert.equal(await customer.locator('[data-verdict] [data-outcome=failed], [data-verdict] [data-outcome=wrong]').count(), 0)
  await customer.click('[data-spoil]')
  await customer.locator('[data-spoiled]').waitFor()
  await shot(customer, 'story-4-verify')
  assert.notEqual(await customer.locator('[data-verdict]').getAttribute('class'), await customer.locator('[data-spoiled]').getAttribute('class'))
  await calm(customer)

  // The cause is taken up, and the item goes round to its end.
  await manager.goto('/app/improvements')
  await manager.click('[data-new]')
  await manager.fill('[name=title]', '早高峰多排一班')
  await manager.fill('[name=promise]', 'swift')
  await manager.fill('[name=owner]', 'team/field')
  await manager.fill('[name=plan]', '七点到十点加两人')
  await manager.click('form [data-go]')
  const item = manager.locator('[data-item="早高峰多排一班"]')
  for (const stage of ['do', 'check', 'act']) {
    await item.locator(`[data-to=${stage}]`).click()
    await manager.locator(`[data-column=${stage}] [data-item="早高峰多排一班"]`).waitFor()
  }
  await shot(manager, 'story-5-improvements')
  const items = (await server.must('GET', '/api/v1/improvements', { as: 'manager' })).json.items
  assert.equal(items.find((one) => one.title === '早高峰多排一班').state, 'act')
  await calm(manager)
  await calm(agent)
})

async function customerToken(page) {
  return (await page.context().cookies()).find((cookie) => cookie.name === 'yn_session').value
}
