// The designer: form and text are one, findings stand where they belong, worked deadlines, back-tests,
// and that two people publish.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, calm, closeBrowser, kPassword, kPromise, openPage, Server, shot, until } from './harness.mjs'

const kText = `# 为什么有这个承诺：装机慢是去年第一大投诉
promise: live-24h
version: 1
class: {scope: limited, guarantee: guaranteed, form: written, explicitness: explicit, content: time, strength: public}
title: {zh: 24 小时开通, en: Live in 24 hours}
need: {zh: 心里有底, en: to know where one stands}
limits: {zh: 客户改约不计, en: moved visits don't count}
owner: team/broadband
zone: Asia/Shanghai
subject: order
facts:
  order.placed: {zh: 下单, en: ordered, fields: [area]}
  service.active: {zh: 开通, en: live}
schedules:
  office: {weekly: {mon-fri: "09:00-12:00, 13:30-18:00"}, holidays: [{date: 2026-10-01, name: 国庆节}]}
clauses:
  live:
    title: {zh: 24 小时开通, en: Live in 24 hours}
    starts: fact = "order.placed" # 以下单为准
    keeps: fact = "service.active"
    within: 24 h
    warns: [80 %]
  answer:
    title: {zh: 8 个工作小时答复, en: Answered in 8 working hours}
    starts: fact = "order.placed"
    keeps: fact = "service.active"
    within: 8 work h on office
remedies:
  late:
    title: {zh: 逾期赔付, en: Paid for being late}
    for: live
    give:
      - {when: 'late > duration("PT1H")', kind: bill credit, amount: 10.00 CNY}
    apology: {zh: 抱歉, en: Sorry}
`

let server
before(async () => {
  server = await Server.start()
  await server.publish(kPromise)
})
after(async () => {
  await closeBrowser()
  await server?.stop()
})

const kOf = (id) => `/api/v1/promises/${encodeURIComponent(id)}`
async function draft(name, as = 'manager') {
  const text = kText.replace('promise: live-24h', `promise: ${name}`)
  return (await server.must('POST', '/api/v1/promises', { as, body: { text } })).json.id
}
/** The editor's text, as the document has it; the editor shows only what is in sight. */
const saved = async (id) => (await server.must('GET', kOf(id), { as: 'manager' })).json.text
async function open(id, options = {}) {
  const page = await openPage(server, { as: 'manager', width: 1440, height: 1000, path: `/app/promises/${id}`, ...options })
  await page.locator('.cm-content').waitFor()
  return page
}
const save = async (page) => {
  await page.click('[data-save]')
  await page.locator('[data-save]:disabled').waitFor()
}

test('the list shows every promise with its versions; filters stand in the address', async () => {
  await draft('listed')
  const page = await openPage(server, { as: 'agent', path: '/app/promises' })
  await page.locator('[data-version="repair@1"]').waitFor()
  assert.match(await page.locator('[data-version="repair@1"]').innerText(), /已发布/)
  assert.equal(await page.locator('a[href="/app/promises/new"]').count(), 0, 'an agent drafts nothing')
  await page.selectOption('select', 'draft')
  await page.waitForURL(/stage=draft/)
  assert.equal(await page.locator('[data-version="repair@1"]').count(), 0)
  await page.fill('input[type=search]', 'nothing like it')
  await page.locator('[data-list-state=filtered]').waitFor()
  await page.click('[data-list-state=filtered] button')
  await page.locator('[data-version="repair@1"]').waitFor()
  await accessible(page)
  await shot(page, 'designer-list')
  await calm(page)
  await page.context().close()
})

test('what the form changes is changed in the text, comments stay, and the form reads the text back', async () => {
  const id = await draft('form-and-text')
  const page = await open(id)
  const limit = page.locator('[data-clause=live] [data-limit] input')
  await limit.fill('36 h')
  await limit.press('Enter')
  await until(async () => (await page.locator('.cm-content').innerText()).includes('within: 36 h'), 'the text to follow the form')
  await page.locator('[data-remedy=late] [data-add-row]').click()
  await page.locator('[data-remedy=late] [data-gifts] tbody tr').nth(1).waitFor()
  await save(page)
  const text = await saved(id)
  assert.equal(text.split('\n').length, kText.split('\n').length + 1)
  assert.ok(text.startsWith('# 为什么有这个承诺'))
  assert.ok(text.includes('starts: fact = "order.placed" # 以下单为准'))
  assert.match(text, /- \{when: 'late > duration\("PT1H"\)', kind: bill credit, amount: 10\.00 CNY\}\n\s+- \{when: late > duration\("PT24H"\)/)

  // And back: typed into the text, it stands in the form.
  await page.locator('.cm-line', { hasText: 'within: 36 h' }).click()
  await page.keyboard.press('End')
  await page.keyboard.press('Backspace')
  await page.keyboard.type('h 30 min')
  await until(async () => (await limit.inputValue()) === '36 h 30 min', 'the form to follow the text')
  await page.locator('[data-sentence]', { hasText: '36 小时 30 分钟' }).waitFor()
  await shot(page, 'designer')
  await calm(page)
  await page.context().close()
})

test('a finding stands at its line, in the list and in the editor, with what would be right', async () => {
  const id = await draft('findings')
  const page = await open(id)
  const limit = page.locator('[data-clause=live] [data-limit] input')
  await limit.fill('24 parsecs')
  await limit.press('Enter')
  const finding = page.locator('[data-findings] [data-severity=error]').first()
  await finding.waitFor()
  const line = kText.split('\n').findIndex((one) => one.includes('within: 24 h')) + 1
  assert.equal(Number(await finding.getAttribute('data-line')), line)
  await page.locator('.cm-lintRange-error').first().waitFor()
  // Saved as it is, it can't be checked, and the step says why.
  await save(page)
  await page.locator('[data-step=check] [data-blocked]', { hasText: '必须改' }).waitFor()
  assert.ok(await page.locator('[data-do=check]').isDisabled())
  // A cell of the remedy's table says itself that it can't be read.
  const cell = page.locator('[data-remedy=late] [data-gifts] input').first()
  await cell.fill('late > ')
  await page.locator('[data-remedy=late] .said-wrong').waitFor()
  await page.locator('.finding-place').first().click()
  assert.ok(await page.evaluate(() => document.querySelector('[data-text-editor]').shadowRoot.activeElement !== null))
  await accessible(page)
  await shot(page, 'designer-findings')
  await calm(page)
  await page.context().close()
})

test('keys and FEEL names are completed', async () => {
  const id = await draft('completion')
  const page = await open(id)
  await page.locator('[data-sentence]').waitFor() // the names come with the first trial
  await page.locator('.cm-line', { hasText: 'within: 24 h' }).click()
  await page.keyboard.press('End')
  await page.keyboard.press('Enter')
  await page.keyboard.type('voi')
  await page.locator('.cm-tooltip-autocomplete li', { hasText: 'voids by us' }).waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.type('ds: are')
  await page.locator('.cm-tooltip-autocomplete li', { hasText: 'area' }).first().waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.type('a = "city" and fact = "ser')
  await page.locator('.cm-tooltip-autocomplete li', { hasText: 'service.active' }).waitFor()
  await calm(page)
  await page.context().close()
})

test('three worked deadlines of each clause, and one for a start of one’s own', async () => {
  const id = await draft('deadlines')
  const page = await open(id, { path: `/app/promises/${id}?panel=deadlines` })
  const answer = page.locator('[data-deadlines=answer]')
  await answer.locator('[data-occasion=holiday]').waitFor()
  assert.deepEqual(
    await answer.locator('[data-occasion]').evaluateAll((all) => all.map((one) => one.dataset.occasion)),
    ['usual', 'holiday_eve', 'holiday'],
  )
  assert.match(await answer.locator('[data-occasion=holiday]').innerText(), /国庆节当天/)
  await page.fill('[data-own-start]', '2026-09-30T17:00')
  const asked = answer.locator('[data-occasion=asked]')
  await asked.waitFor()
  // One hour on the eve, then seven on 10-02 (a Friday): 09:00-12:00 and 13:30-17:30.
  assert.match(await asked.innerText(), /2026-10-02（周五）17:30/)
  assert.match(page.url(), /start=2026-09-30/)
  await accessible(page)
  await shot(page, 'designer-deadlines')
  await calm(page)
  await page.context().close()
})

test('a back-test of the text runs as a job; its curves have tables, its figures become evidence', async () => {
  const id = await draft('tested')
  const facts = []
  for (let i = 0; i < 40; i++) {
    const at = Date.parse('2026-03-02T02:00:00Z') + i * 3_600_000
    facts.push({ kind: 'order.placed', subject: `order/${i}`, at: new Date(at).toISOString() })
    facts.push({ kind: 'service.active', subject: `order/${i}`, at: new Date(at + (i % 4 === 0 ? 30 : 5 + (i % 9)) * 3_600_000).toISOString() })
  }
  await server.report(facts)
  const page = await open(id, { path: `/app/promises/${id}?panel=backtest` })
  assert.equal(await page.evaluate(() => performance.getEntriesByType('resource').filter((one) => /Curve/.test(one.name)).length), 0)
  await page.click('[data-run]')
  await page.locator('[data-figures]').waitFor()
  assert.match(await page.locator('[data-figures] tbody tr').first().innerText(), /40\s+30\s+10\s+0\s+75\.0%/)
  await page.locator('[data-chart] svg').first().waitFor()
  assert.ok((await page.locator('[data-chart]').count()) >= 2, 'kept rate and cost')
  await page.locator('[data-table]').first().click()
  await page.locator('figure table tbody tr').nth(3).waitFor()
  await page.locator('[data-chart]').first().hover()
  await accessible(page)
  await page.locator('[data-chart]').first().scrollIntoViewIfNeeded()
  await shot(page, 'designer-backtest')
  await page.click('[data-keep]')
  await page.locator('[data-kept]').waitFor()
  await page.click('[data-panel=talk]')
  await page.locator('[data-comments] summary').click()
  assert.match(await page.locator('[data-comments] [data-figures]').innerText(), /75\.0%/)
  await calm(page)
  await page.context().close()
})

test('a back-test that runs shows how far it is, and can be cancelled', async () => {
  const id = await draft('cancelled')
  const page = await open(id, { path: `/app/promises/${id}?panel=backtest` })
  let deleted = 0
  await page.route('**/api/v1/jobs/*', async (route) => {
    if (route.request().method() === 'DELETE') {
      deleted = (await route.fetch()).status()
      return route.fulfill({ status: deleted })
    }
    const response = await route.fetch()
    if (deleted) return route.fulfill({ response })
    // A job of the server's that takes its time.
    const job = await response.json()
    return route.fulfill({ json: { ...job, state: 'running', state_text: { zh: '运行中', en: 'running' }, percent: 40 } })
  })
  await page.click('[data-run]')
  await page.locator('progress[value="40"]').waitFor()
  assert.ok(await page.locator('[data-run]').isDisabled())
  await page.click('[data-cancel]')
  await page.locator('[data-run]:enabled').waitFor()
  assert.ok(deleted === 202 || deleted === 204)
  await calm(page)
  await page.context().close()
})

test('a history from a file, with its mapping; what is wrong with it is said', async () => {
  const id = await draft('from-file')
  const page = await open(id, { path: `/app/promises/${id}?panel=backtest` })
  await page.check('input[value=file]')
  assert.ok(await page.locator('[data-run]').isDisabled())
  await page.setInputFiles('[data-history]', { name: 'h.csv', mimeType: 'text/csv', buffer: Buffer.from('id,placed\n1,2026-03-02T02:00:00Z\n') })
  await page.fill('[data-mapping]', 'nonsense: [')
  await page.click('[data-run]')
  await page.getByRole('alert').waitFor()
  assert.match(await page.getByRole('alert').innerText(), /mapping/)
  await page.setInputFiles('[data-history]', {
    name: 'h.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from('id,placed,active\n1,2026-03-02T02:00:00Z,2026-03-02T09:00:00Z\n2,2026-03-02T02:00:00Z,2026-03-05T09:00:00Z\n'),
  })
  await page.fill(
    '[data-mapping]',
    `zone: Asia/Shanghai
subject: order/{id}
fields:
  id: text
  placed: {type: instant, required: yes}
  active: instant
facts:
  - {fact: order.placed, at: placed, fields: []}
  - {fact: service.active, at: active, fields: []}
`,
  )
  await page.click('[data-run]')
  await page.locator('[data-figures]').waitFor()
  assert.match(await page.locator('[data-figures] tbody tr').first().innerText(), /2\s+1\s+1\s+0\s+50\.0%/)
  await calm(page)
  await page.context().close()
})

test('colleagues comment and vote on a draft', async () => {
  const id = await draft('talked-about')
  const page = await openPage(server, { as: 'agent', path: `/app/promises/${id}?panel=talk` })
  await page.locator('[data-sentence]', { hasText: '24 小时内' }).waitFor()
  assert.equal(await page.locator('[data-save]').count(), 0)
  await page.fill('[data-comment]', '郊区 24 小时太紧')
  await page.locator('[data-comments] form button').click()
  await page.locator('[data-comments] li', { hasText: '郊区 24 小时太紧' }).waitFor()
  await page.click('[data-vote=against]')
  await page.locator('[data-vote=against][aria-pressed=true]').waitFor()
  assert.match(await page.locator('[data-votes] .counts').innerText(), /反对 1/)
  await accessible(page)
  await shot(page, 'designer-talk')
  await calm(page)
  await page.context().close()
})

test('the author can’t approve; another does, and then it is published', async () => {
  const id = await draft('two-people')
  const author = await open(id)
  await author.locator('[data-do=check]:enabled').click()
  await author.locator('[data-step=check][data-done=true]').waitFor()
  assert.ok(await author.locator('[data-do=approve]').isDisabled())
  assert.match(await author.locator('[data-step=approve] [data-blocked]').innerText(), /起草人不能批准/)
  const other = await open(id, { as: 'owner', language: 'en' })
  await other.locator('[data-do=approve]:enabled').click()
  await other.locator('[data-step=approve][data-done=true]').waitFor()
  await other.locator('[data-do=publish]:enabled').click()
  await other.locator('[data-publish]').waitFor()
  await accessible(other)
  await shot(other, 'designer-publish-en')
  await other.locator('[data-publish]').click()
  await other.locator('[data-step=publish][data-done=true]').waitFor()
  assert.equal(await other.locator('[data-save]').count(), 0, 'what is published stays as it is')
  // The next version begins with this one's text, and is compared with it.
  await other.locator(`a[href="/app/promises/new?from=${id}"]`).click()
  await other.waitForURL(/new\?from=/)
  await until(async () => (await other.locator('.cm-content').innerText()).includes('version: 2'), 'the next version')
  const limit = other.locator('[data-clause=live] [data-limit] input')
  await limit.fill('12 h')
  await limit.press('Enter')
  await other.click('[data-save]')
  await other.waitForURL(/two-people@2/)
  await other.click('[data-panel=diff]')
  await other.locator('[data-changes] .added', { hasText: '12 hours' }).waitFor()
  await accessible(other)
  await calm(author)
  await calm(other)
  await author.context().close()
  await other.context().close()
})

test('where two departments approve, the page says whose approval is missing', async () => {
  const owner = { as: 'owner' }
  const settings = await server.must('GET', '/api/v1/settings', owner)
  const { title, personal_fields, roster } = settings.json
  await server.must('PUT', '/api/v1/settings', {
    ...owner,
    body: { title, personal_fields, roster, approving_teams: ['operations', 'marketing'] },
    headers: { 'If-Match': settings.headers.get('etag') },
  })
  for (const [login, team] of [['olga', 'operations'], ['mark', 'marketing']])
    await server.must('POST', '/api/v1/users', { ...owner, body: { login, title: login, role: 'manager', team, password: kPassword } })
  const id = await draft('two-teams')
  const checked = await server.must('POST', `${kOf(id)}/check`, { as: 'manager', headers: { 'If-Match': '"1"' } })
  assert.deepEqual(checked.json.teams_missing, ['operations', 'marketing'])
  for (const [login, done] of [['olga', false], ['mark', true]]) {
    const token = (await server.must('POST', '/api/v1/sessions', { body: { tenant: server.company, login, password: kPassword } })).json.token
    const page = await openPage(server, { path: '/app/sign-in' })
    await page.context().addCookies([{ name: 'yn_session', value: token, url: server.url, httpOnly: true, sameSite: 'Lax' }])
    await page.goto(`/app/promises/${id}`)
    if (!done) assert.match(await page.locator('[data-step=approve]').innerText(), /operations、marketing/)
    await page.locator('[data-do=approve]:enabled').click()
    await page.locator('[data-step=approve] .approvals li', { hasText: login }).waitFor()
    await page.locator(`[data-step=approve][data-done=${done}]`).waitFor()
    if (!done) assert.match(await page.locator('[data-step=approve] .quiet').last().innerText(), /marketing/)
    await calm(page)
    await page.context().close()
  }
})
