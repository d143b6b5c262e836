// Inboxes, incidents, the fund, improvements: what two people decide, on a server with real breaches.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, calm, closeBrowser, kPromise, kStart, openPage, Server, shot, until } from './harness.mjs'

const kCoach = `promise: coach
version: 1
class: {scope: limited, guarantee: guaranteed, form: written, content: behaviour, strength: public}
title: {zh: 站外不上客, en: Boards only in stations}
need: {zh: 安全, en: to be safe}
limits: {zh: 无, en: none}
owner: alliance
zone: Asia/Shanghai
subject: trip
clauses:
  boards-in-stations:
    title: {zh: 站外不上客, en: Boards only in stations}
    starts: fact = "trip.planned"
    never: fact = "camera.boarding" and place = "roadside"
    ends: fact = "trip.closed"
    verify:
      claim: fact = "boarding.reported"
      confirms: fact = "dashcam.checked" and boarded = true
      rejects: fact = "dashcam.checked" and boarded = false
      within: 7 days
      undecided: confirmed
`

let server
const at = (minutes) => new Date(Date.parse(kStart) + minutes * 60_000).toISOString()
const etag = (answer) => answer.headers.get('etag').replace(/^W\//, '')
const policy = async (body) => {
  const now = await server.must('GET', '/api/v1/fund/policy', { as: 'owner' })
  await server.must('PUT', '/api/v1/fund/policy', { as: 'owner', headers: { 'If-Match': etag(now) }, body })
}
const payouts = async (state) => (await server.must('GET', `/api/v1/payouts?state=${state}&limit=200`, { as: 'owner' })).json.items

before(async () => {
  server = await Server.start({ clock: true })
  await server.must('POST', '/api/v1/fund/moves', { as: 'owner', body: { move: 'deposit', amount: '900.00', currency: 'CNY', reference: '三月拨款' } })
  await server.publish(kPromise)
  await server.publish(kCoach)
  await server.setClock(at(1))
  // Three breaches above the limit, two of them in the east; one by file.
  await policy({ approvals: [{ above: '5.00', currency: 'CNY', role: 'manager' }], pays: [{ connector: 'csv' }] })
  for (const [order, area] of [['1', '城东'], ['2', '城东'], ['3', '城西']])
    await server.report({ kind: 'fault.reported', subject: `order/${order}`, customer: `C-${order}`, at: at(1), fields: { area } })
  await server.report({ kind: 'trip.planned', subject: 'trip/1', customer: 'C-9', at: at(1) })
  await server.setClock(at(122))
  await until(async () => (await payouts('approving')).length === 3, 'three payouts to be approved')
  const trip = (await server.owed('trip/1')).find((one) => one.clause === 'boards-in-stations')
  const file = await server.must('POST', '/api/v1/evidence?subject=trip/1', {
    as: 'agent',
    text: '行车记录仪：08:31 路边停车',
    headers: { 'Content-Type': 'text/plain', 'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent('记录.txt')}` },
  })
  await server.must('POST', `/api/v1/obligations/${trip.id}/claims`, { as: 'agent', body: { text: '在路边上客', evidence: [file.json.id] } })
})
after(async () => {
  await closeBrowser()
  await server?.stop()
})

test('a claim is decided by somebody else than who made it, with the evidence before them', async () => {
  const mine = await openPage(server, { as: 'agent', path: '/app/inbox/claims' })
  await mine.locator('[data-row]').click()
  await mine.locator('[data-four-eyes]', { hasText: '这条申诉是您提出的' }).waitFor()
  assert.equal(await mine.locator('[data-confirm]').count(), 0)
  await calm(mine)

  const page = await openPage(server, { as: 'manager', path: '/app/inbox/claims' })
  await page.locator('[data-row]').click()
  await page.getByText('行车记录仪：08:31 路边停车').waitFor()
  await page.getByText('与存证一致').waitFor()
  await page.getByText('在路边上客', { exact: true }).waitFor()
  assert.match(page.url(), /open=/)
  await shot(page, 'business-claim')
  await accessible(page)
  assert.ok(await page.locator('[data-confirm]').isDisabled(), 'a reason is needed')
  await page.locator('[name=reason]').fill('记录仪证实')
  await page.locator('[data-confirm]').click()
  await page.locator('[data-list-state=empty]').waitFor()
  const decided = (await server.must('GET', '/api/v1/claims?state=confirmed', { as: 'owner' })).json.items
  assert.equal(decided[0].reason, '记录仪证实')
  assert.equal((await server.owed('trip/1')).find((one) => one.clause === 'boards-in-stations').state, 'broken')
  await calm(page)
})

test('payouts above the limit: those whose role may, approve or refuse with a reason', async () => {
  const agent = await openPage(server, { as: 'agent', path: '/app/inbox/payouts' })
  await agent.locator('[data-list-state=empty]').waitFor() // a manager's matter
  const page = await openPage(server, { as: 'manager', path: '/app/inbox/payouts' })
  await page.locator('[data-row]').first().waitFor()
  assert.equal(await page.locator('[data-row]').count(), 3)
  await until(async () => (await page.locator('.app-menu-count').first().innerText()) !== '', 'the count in the menu')
  const row = page.locator('[data-row]', { hasText: 'order/3' })
  await row.click()
  await page.locator('[data-step=refuse]').click()
  await page.locator('dialog [name=reason]').fill('已由线下补偿')
  await accessible(page)
  await page.locator('dialog [data-go]').click()
  await until(async () => (await payouts('refused')).length === 1, 'the payout to be refused')
  await page.locator('[data-row]', { hasText: 'order/3' }).waitFor({ state: 'detached' })
  await shot(page, 'business-payouts')
  await calm(page)
})

test('an incident: declared, weighed, decided by one, agreed to by another, carried out, made public', async () => {
  const page = await openPage(server, { as: 'manager', path: '/app/incidents' })
  await page.locator('[data-list-state=empty]').waitFor()
  await page.locator('[data-declare]').click()
  await page.locator('dialog [name=zh]').fill('城东光缆中断')
  await page.locator('dialog [name=en]').fill('Fibre cut in the east')
  await page.locator('dialog [name=cause]').fill('fibre-cut')
  await page.locator('dialog [name=promise]').fill('repair')
  await page.locator('dialog [name=condition]').fill('area = "城东"')
  await page.locator('dialog [data-go]').click()
  await page.waitForURL(/\/app\/incidents\/1$/)
  await page.locator('[data-member]').nth(1).waitFor()
  assert.equal(await page.locator('[data-member]').count(), 2)

  await page.locator('[data-step=decide]').click()
  await page.locator('dialog [name=gift]').check()
  await page.locator('dialog [name=amount]').fill('20.00')
  await page.locator('dialog [name=amount]').blur()
  await page.locator('dialog [data-figures]', { hasText: '¥40.00' }).waitFor() // two members
  await page.locator('dialog [name=reason]').fill('全区中断')
  assert.equal(await page.locator('dialog [data-go]').innerText(), '提交决定')
  await shot(page, 'business-decide')
  await accessible(page)
  await page.locator('dialog [data-go]').click()
  await page.locator('[data-four-eyes]').waitFor()
  assert.ok(await page.locator('[data-step=approve]').isDisabled(), 'who decided agrees to nothing')
  assert.equal((await server.must('GET', '/api/v1/incidents/1', { as: 'owner' })).json.state, 'decided')
  await calm(page)

  const other = await openPage(server, { as: 'owner', path: '/app/inbox/incidents' })
  await other.locator('[data-row]').click()
  await other.locator('[data-step=approve]').click()
  await other.locator('dialog [data-go]').click()
  await until(async () => ['done', 'running'].includes((await server.must('GET', '/api/v1/incidents/1', { as: 'owner' })).json.state), 'the incident to run')
  await other.goto('/app/incidents/1')
  await until(async () => (await server.must('GET', '/api/v1/incidents/1', { as: 'owner' })).json.state === 'done', 'the incident to be done')
  await other.locator('[data-state=done]').waitFor()
  await other.locator('[data-step=publish]').click()
  await other.locator('dialog [data-go]').click()
  await other.getByText('任何人都能看到').waitFor()
  const board = await (await fetch(`${server.url}/public/acme/incidents`)).json()
  assert.equal(board.items[0].members, 2)
  await shot(other, 'business-incident')
  await calm(other)
})

test('a rule is written, tried on history, and stays off', async () => {
  const page = await openPage(server, { as: 'manager', path: '/app/incidents/rules' })
  await page.locator('[data-new-rule]').click()
  await page.locator('dialog [name=rule-name]').fill('by-area')
  await page.locator('dialog [name=zh]').fill('同区多单')
  await page.locator('dialog [name=cause]').fill('fibre-cut')
  await page.locator('dialog [name=promise]').fill('repair')
  await page.locator('dialog [name=group]').fill('area')
  await page.locator('dialog [name=least]').fill('2')
  await page.locator('dialog [data-go]').click()
  await page.locator('[data-rule=by-area]', { hasText: '只供试验' }).waitFor()
  await page.locator('[data-try]').click()
  await page.locator('[data-trial]', { hasText: /会声明 1 次/ }).waitFor()
  await accessible(page)
  await calm(page)
})

test('the fund: a deposit, the ledger tied to its breach, a file out, a statement in that differs', async () => {
  await policy({ pays: [{ connector: 'csv' }] })
  await server.report({ kind: 'fault.reported', subject: 'order/7', customer: 'C-7', at: at(122) })
  await server.setClock(at(250))
  await until(async () => (await payouts('reserved')).some((one) => one.subject === 'order/7'), 'a payout for a file')

  const page = await openPage(server, { as: 'owner', path: '/app/fund' })
  const free = page.locator('[data-free]')
  await free.waitFor()
  const before = (await server.must('GET', '/api/v1/fund', { as: 'owner' })).json.currencies[0].accounts.fund
  await page.locator('[data-move=deposit]').click()
  await page.locator('dialog [name=amount]').fill('100.00')
  await page.locator('dialog [name=reference]').fill('追加')
  assert.ok(await page.locator('dialog [data-go]').isDisabled(), 'amount and currency are to be checked')
  await page.locator('dialog [name=sure]').check()
  await accessible(page)
  await page.locator('dialog [data-go]').click()
  const after = new Intl.NumberFormat('zh-CN', { style: 'currency', currency: 'CNY' }).format(Number(before) + 100)
  await page.locator('[data-free]', { hasText: after }).waitFor()
  await page.locator('.days-chart canvas').waitFor()
  await page.locator('.days-chart').hover()
  await shot(page, 'business-fund')
  await page.locator('[data-days] [data-table]').click()
  await page.locator('[data-days] table tbody tr').first().waitFor()

  await page.goto('/app/fund/ledger')
  await page.locator('button[data-payout]').first().click()
  await page.locator('[data-payout-facts]', { hasText: /违约 \d+，赔付 \d+/ }).waitFor()
  assert.match(page.url(), /payout=pay_/)
  await page.keyboard.press('Escape')
  const download = page.waitForEvent('download')
  await page.locator('[data-csv]').click()
  assert.equal((await download).suggestedFilename(), 'fund-ledger.csv')

  await page.goto('/app/fund/files')
  await page.locator('[data-make]').click()
  await page.locator('dialog [data-go]').click()
  await page.locator('[data-batch]').waitFor()
  const sent = (await payouts('sent')).find((one) => one.subject === 'order/7')
  assert.ok(sent)
  const lines = ['payout,status,amount,currency,at,reference', `${sent.id},paid,1.00,CNY,2026-03-10T13:00:00+08:00,B-1`, 'pay_zzz,paid,3.00,CNY,2026-03-10T13:00:00+08:00,B-2']
  await page.locator('[name=statement]').setInputFiles({ name: 'bank.csv', mimeType: 'text/csv', buffer: Buffer.from(lines.join('\n') + '\n') })
  await page.locator('[data-read]').click()
  await page.locator('[data-difference=amount_differs]', { hasText: sent.id }).waitFor()
  await page.locator('[data-difference=unknown]').waitFor()
  assert.equal((await payouts('sent')).some((one) => one.id === sent.id), true, 'what differs is left to people')
  await shot(page, 'business-files')
  await accessible(page)
  await calm(page)
})

test('improvements move by buttons and by the keyboard; reason codes are one tree', async () => {
  const page = await openPage(server, { as: 'owner', path: '/app/improvements/codes' })
  await page.locator('[data-list-state=empty]').waitFor()
  await page.locator('[data-add-code]').click()
  const row = page.locator('[data-code]').first()
  await row.locator('input').nth(0).fill('network')
  await row.locator('input').nth(1).fill('网络')
  await page.locator('[data-save]').click()
  await page.getByText('已保存').waitFor()
  assert.deepEqual((await server.must('GET', '/api/v1/reason-codes', { as: 'owner' })).json.codes, [{ code: 'network', zh: '网络', en: '网络' }])

  await page.goto('/app/improvements')
  await page.locator('[data-new]').click()
  await page.locator('dialog [name=title]').fill('光缆双路由')
  await page.locator('dialog [name=cause]').selectOption('network')
  await page.locator('dialog [name=why-1]').fill('光缆被挖断')
  await accessible(page)
  await page.locator('dialog [data-go]').click()
  const item = (stage) => page.locator(`[data-column=${stage}] [data-item=光缆双路由]`)
  await item('plan').locator('[data-to=do]').click()
  await item('do').waitFor()
  await item('do').focus()
  await page.keyboard.press('ArrowRight')
  await item('check').waitFor()
  await until(() => item('check').evaluate((node) => node === document.activeElement), 'the card to keep the focus')
  await page.keyboard.press('ArrowLeft')
  await item('plan').waitFor()
  await until(() => item('plan').evaluate((node) => node === document.activeElement), 'the card to keep the focus')
  await page.keyboard.press('Enter')
  await page.getByText('光缆被挖断').waitFor()
  assert.equal((await server.must('GET', '/api/v1/improvements', { as: 'owner' })).json.items[0].state, 'plan')
  await shot(page, 'business-improvement')
  await calm(page)
})

test('UX 11: money buttons wait while the server can\'t be heard', async () => {
  const page = await openPage(server, { as: 'owner', path: '/app/fund' })
  await page.locator('[data-move=deposit]:enabled').click()
  await page.locator('dialog [name=amount]').fill('1.00')
  await page.locator('dialog [name=reference]').fill('x')
  await page.locator('dialog [name=sure]').check()
  await page.context().setOffline(true)
  await page.locator('dialog [data-go]:disabled').waitFor({ timeout: 5000 })
  await page.getByText('连接中断时不能做这件事').waitFor()
  await page.context().setOffline(false)
  await page.locator('dialog [data-go]:enabled').waitFor()
})

test('UX 12: loading, wrong, filtered to nothing, each with a next step', async () => {
  const page = await openPage(server, { as: 'manager' })
  for (const [path, asks] of [['/app/incidents', '**/api/v1/incidents?*'], ['/app/fund/ledger', '**/api/v1/fund/ledger?*'], ['/app/improvements', '**/api/v1/improvements?*'], ['/app/inbox/payouts', '**/api/v1/payouts?*']]) {
    let go
    const held = new Promise((done) => (go = done))
    await page.route(asks, async (route) => {
      await held
      await route.fulfill({ status: 500, contentType: 'application/problem+json', body: '{"detail":"盘满了","mend":"稍后再试","code":"store-stopped"}' })
    })
    await page.goto(path)
    await page.locator('[data-list-state=loading]').first().waitFor()
    go()
    const wrong = page.locator('[data-list-state=error]', { hasText: '盘满了' }).first()
    await wrong.waitFor()
    await page.unroute(asks)
    await wrong.getByRole('button').click()
    await wrong.waitFor({ state: 'detached' })
  }
  for (const [path, gone] of [['/app/incidents?state=running', 'state'], ['/app/improvements?owner=nobody', 'owner'], ['/app/fund/payouts?state=expired', 'state']]) {
    await page.goto(path)
    await page.locator('[data-list-state=filtered]').getByRole('button').click()
    await page.waitForURL((url) => !url.searchParams.has(gone))
  }
})

// The plain pages are among screens.test.mjs's.
test('UX 13, 16: no fault of accessibility and none of the policy on the inbox’s tabs and with a dialog open', async () => {
  const paths = ['inbox/waivers', 'inbox/payouts', 'inbox/promises', 'inbox/settling', 'incidents?declare=yes']
  for (const language of ['zh', 'en']) {
    const page = await openPage(server, { as: 'owner', language })
    for (const path of paths) {
      await page.goto(`/app/${path}`)
      await page.waitForLoadState('networkidle')
      await page.locator('[data-list-state=loading]').waitFor({ state: 'detached' })
      await accessible(page)
      await calm(page)
    }
    await page.context().close()
  }
})
