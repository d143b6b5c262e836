// 兑现看板: what the charts draw is what the tables and the API say.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { accessible, calm, closeBrowser, kPromise, openPage, Server, shot, until } from './harness.mjs'

const kHour = 3_600_000
const kBegun = Date.parse('2026-03-10T02:00:00Z')
const kDays = 24
const kBadDay = 20 // all of this day are late
const kTarget = `  steady:
    title: {zh: 每月九成五按时修好, en: 95 % mended in time each month}
    rate: {of: fact = "fault.mended", good: took <= duration("PT2H"), at least: 95 %, over: month}
remedies:`

let server
before(async () => {
  server = await Server.start({ clock: true })
  await server.publish(
    kPromise
      .replace('remedies:', kTarget)
      .replace('fault.mended: {zh: 修好, en: mended}', 'fault.mended: {zh: 修好, en: mended, fields: [took]}'),
  )
  await server.publish(kPromise.replace('promise: repair', 'promise: visit').replaceAll('报修两小时修好', '两小时上门').replace('subject: order', 'subject: visit'))
  const codes = await server.must('GET', '/api/v1/reason-codes', { as: 'owner' })
  await server.must('PUT', '/api/v1/reason-codes', {
    as: 'owner',
    headers: { 'If-Match': codes.headers.get('etag') },
    body: { codes: [{ code: 'network', zh: '网络', en: 'Network' }, { code: 'parts', zh: '缺配件', en: 'No parts' }] },
  })
  await server.setClock(new Date(kBegun + (kDays + 1) * 24 * kHour).toISOString())
  server.tokens = {} // sessions don't last so long
  const facts = []
  let number = 0
  for (let day = 0; day < kDays; day++)
    for (let i = 0; i < 12; i++) {
      const subject = `order/N${++number}`
      const at = kBegun + (day * 24 + i / 2) * kHour
      const minutes = day === kBadDay ? 150 + 5 * i : i === day % 12 ? 200 : 30 + 7 * i
      facts.push({ kind: 'fault.reported', subject, customer: `C-${number}`, at: new Date(at).toISOString() })
      facts.push({ kind: 'fault.mended', subject, at: new Date(at + minutes * 60_000).toISOString(), fields: { took: `PT${minutes}M` } })
      if (minutes > 120 && number % 3 > 0)
        facts.push({ kind: 'cause.found', subject, at: new Date(at + minutes * 60_000).toISOString(), fields: { cause: number % 3 === 1 ? 'network' : 'parts' } })
    }
  await server.report(facts)
})
after(async () => {
  await closeBrowser()
  await server?.stop()
})

const kSpan = 'from=2026-03-10&to=2026-04-02'
const kAsked = 'promise=repair&clause=mended&from=2026-03-09T16:00:00Z&until=2026-04-02T16:00:00Z'
const path = (more = '') => `/app/dashboards?promise=repair&clause=mended&${kSpan}${more}`
const report = (name, query = kAsked) => server.must('GET', `/api/v1/reports/${name}?${query}`, { as: 'manager' }).then((answer) => answer.json)

/** The card of a report, once its chart stands. */
async function card(page, name) {
  const found = page.locator(`[data-report="${name}"]`)
  await found.locator('.chart-box canvas').first().waitFor()
  return found
}
async function numbers(found) {
  if ((await found.locator('[data-numbers]').getAttribute('aria-expanded')) === 'false') await found.locator('[data-numbers]').click()
  await found.locator('.report-table table').waitFor()
  return found.locator('.report-table tbody tr').evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.innerText.trim())))
}
const drawn = (found, series) =>
  found
    .locator('.chart-box')
    .first()
    .evaluate((box, wanted) => {
      const values = box.chart.getOption().series.find((one) => one.name === wanted || wanted === undefined).data
      return values.map((one) => (one !== null && typeof one === 'object' && !Array.isArray(one) ? one.value : one))
    }, series)
const percent = (value, places = 2) => `${(value * 100).toFixed(places)}%`

test('the line, the table and the API say the same', async () => {
  const kept = await report('kept')
  assert.equal(kept.total.n, kDays * 12)
  assert.equal(kept.total.n - kept.total.kept, 12 + (kDays - 1))
  const page = await openPage(server, { as: 'manager', path: path() })
  const found = await card(page, 'kept')
  const rows = await numbers(found)
  assert.equal(rows.length, kept.series.length)
  const line = await drawn(found, 'kept')
  kept.series.forEach((one, i) => {
    const [day, n, ok, share, low, high] = rows[i]
    assert.equal(day, new Date(Date.parse(one.from) + 8 * kHour).toISOString().slice(0, 10))
    assert.deepEqual([n, ok], [String(one.n), String(one.kept)])
    assert.equal(share, one.share === null ? '–' : percent(one.share))
    if (one.share !== null) assert.deepEqual([low, high], [percent(one.low), percent(one.high)])
    assert.ok(one.share === null ? line[i] === null : Math.abs(line[i] - one.share * 100) < 1e-3)
  })
  const kpi = await found.locator('[data-kpi=kept]').innerText()
  assert.ok(kpi.includes(percent(kept.total.share)) && kpi.includes(`${kept.total.kept} / ${kept.total.n}`), kpi)
  await calm(page)
  await shot(page, 'dashboards-kept')
  await page.context().close()
})

test('a target shows where the promise names one, met or missed in words', async () => {
  const page = await openPage(server, { as: 'manager', path: `/app/dashboards?promise=repair&${kSpan}` })
  const found = await card(page, 'kept')
  const target = found.locator('[data-kpi=target]')
  assert.match(await target.innerText(), /95\.0%[\s\S]*未达标/)
  await page.selectOption('[name=promise]', '')
  await until(async () => /选一个承诺/.test(await target.innerText()), 'the target to go')
  await calm(page)
  await page.context().close()
})

test('every chart has its numbers as a table and as a file, and they are those of the API', async () => {
  const page = await openPage(server, { as: 'manager', path: path() })
  const tabs = { kept: ['kept', 'breaches-by-hour'], time: ['lateness', 'control'], why: ['causes', 'responsibility'], after: ['funnel'] }
  for (const [tab, names] of Object.entries(tabs)) {
    await page.click(`#tab-${tab}`)
    for (const name of names) {
      const found = await card(page, name)
      assert.ok((await numbers(found)).length > 0, name)
      const [download] = await Promise.all([page.waitForEvent('download'), found.locator('[data-csv]').click()])
      assert.match(download.suggestedFilename(), new RegExp(`^${name}.*\\.csv$`))
      const text = readFileSync(await download.path(), 'utf8')
      const step = ['kept', 'control'].includes(name) ? '&step=day' : ''
      const same = await server.must('GET', `/api/v1/reports/${name}?${kAsked}${step}`, { as: 'manager', headers: { Accept: 'text/csv', 'Accept-Language': 'zh-CN' } })
      assert.equal(text.replace('\uFEFF', ''), same.text.replace('\uFEFF', ''), name)
    }
  }
  const hours = await report('breaches-by-hour')
  await page.click('#tab-kept')
  const byHour = await card(page, 'breaches-by-hour')
  const rows = await numbers(byHour)
  assert.equal(rows.reduce((sum, row) => sum + Number(row[3]), 0), hours.broken)
  const cells = await drawn(byHour)
  for (const [hour, day, value] of cells) {
    const cell = hours.cells[day * 24 + hour]
    assert.ok(Math.abs(value - cell.share * 100) < 1e-3)
  }
  assert.equal(cells.length, hours.cells.filter((cell) => cell.n > 0).length)
  await page.click('#tab-after')
  const funnel = await report('funnel')
  const after = await card(page, 'funnel')
  assert.deepEqual(await drawn(after), funnel.stages.map((stage) => stage.count))
  await calm(page)
  await shot(page, 'dashboards-after')
  await page.context().close()
})

test('the control chart names the rule that fired, where, and what to look for', async () => {
  const control = await report('control')
  const page = await openPage(server, { as: 'manager', path: path('&tab=time') })
  const found = await card(page, 'control')
  const beyond = control.signals.find((signal) => signal.rule === 'beyond')
  assert.equal(beyond.first, kBadDay)
  const said = await found.locator('[data-signal]').first().innerText()
  assert.ok(said.includes('1 点超出 3σ 控制限') && said.includes('2026-03-30') && said.includes('偏低'), said)
  assert.equal(await found.locator('[data-signal]').count(), control.signals.length)
  const marks = await found.locator('.chart-box').evaluate((box) => box.chart.getOption().series.find((one) => one.name === 'value').data.map((one) => one.symbol))
  assert.equal(marks[kBadDay], 'diamond')
  await page.selectOption('[data-figure]', 'duration')
  await until(async () => /中心线.*(分|小时)/.test(await found.innerText()), 'the chart of durations')
  await calm(page)
  await shot(page, 'dashboards-time')
  await page.context().close()
})

test('UX 16: pointing at charts, choosing and dating break no policy', async () => {
  const page = await openPage(server, { as: 'manager', path: path() })
  for (const tab of ['kept', 'time', 'why', 'after']) {
    await page.click(`#tab-${tab}`)
    await until(async () => (await page.locator('.chart-box canvas').count()) >= (tab === 'after' ? 1 : 2), `charts of ${tab}`)
    for (const box of await page.locator('.chart-box').all()) {
      await box.scrollIntoViewIfNeeded()
      const { x, y, width, height } = await box.boundingBox()
      for (const part of [0.3, 0.5, 0.8]) await page.mouse.move(x + width * part, y + height * 0.5)
    }
    // A tooltip in the canvas makes no element of its own.
    assert.equal(await page.locator('.chart-box > div > *:not(canvas)').count(), 0)
  }
  await page.selectOption('[name=step]', 'week')
  await page.selectOption('[name=days]', '90')
  await page.selectOption('[name=days]', '0')
  await page.fill('[name=from]', '2026-03-12')
  await page.locator('[name=from]').blur()
  await until(() => page.url().includes('from=2026-03-12'), 'the date in the address bar')
  await calm(page)
  await page.context().close()
})

test('UX 20: ECharts is loaded on dashboards and nowhere else; without motion where that is wished', async () => {
  const page = await openPage(server, { as: 'manager', reducedMotion: 'reduce' })
  const scripts = []
  page.on('response', async (response) => {
    if (!/\.js$/.test(new URL(response.url()).pathname)) return
    scripts.push(/zrender|visualMap/.test(await response.text().catch(() => '')))
  })
  await page.goto('/app/queue')
  await page.waitForLoadState('networkidle')
  assert.ok(scripts.length > 0)
  assert.ok(!scripts.some(Boolean), 'the queue loads charts')
  await page.goto(path())
  const found = await card(page, 'kept')
  await until(() => scripts.some(Boolean), 'the charts to be loaded')
  assert.equal(await found.locator('.chart-box').evaluate((box) => box.chart.getOption().animation), false)
  await page.context().close()
})

test('UX 13: no fault of accessibility, in both languages, with the numbers open', async () => {
  for (const language of ['zh', 'en']) {
    const page = await openPage(server, { as: 'manager', language, path: path() })
    for (const tab of ['kept', 'time', 'why', 'after']) {
      await page.click(`#tab-${tab}`)
      await until(async () => (await page.locator('.chart-box canvas').count()) > 0 && (await page.locator('[data-list-state=loading]').count()) === 0, 'charts')
      await page.locator('[data-numbers]').first().click()
      await accessible(page)
    }
    await shot(page, `dashboards-after-${language}`)
    await calm(page)
    await page.context().close()
  }
})

test('UX 15: the language changes under the charts, and filters stay', async () => {
  const page = await openPage(server, { as: 'manager', path: path('&tab=after') })
  const found = await card(page, 'funnel')
  const names = () => found.locator('.chart-box').evaluate((box) => box.chart.getOption().yAxis[0].data)
  assert.equal((await names())[0], '违约')
  await page.click('[data-language]')
  await until(async () => (await names())[0] === 'Broken', 'the chart to follow')
  assert.match(await found.locator('.chart-box').getAttribute('aria-label'), /broken/)
  assert.equal(await page.inputValue('[name=promise]'), 'repair')
  assert.match(page.url(), /tab=after/)
  assert.match(await page.title(), /Promises kept/)
  await calm(page)
  await page.context().close()
})

test('what is chosen stands in the address bar and is there again after loading', async () => {
  const page = await openPage(server, { as: 'manager', path: '/app/dashboards' })
  await page.selectOption('[name=promise]', 'repair')
  await until(async () => (await page.locator('[name=clause] option').count()) > 1, 'the clauses')
  await page.selectOption('[name=clause]', 'mended')
  await page.selectOption('[name=step]', 'week')
  await page.selectOption('[name=days]', '90')
  await page.locator('#tab-kept').press('ArrowRight')
  await until(() => ['promise=repair', 'clause=mended', 'step=week', 'days=90', 'tab=time'].every((part) => page.url().includes(part)), 'the address bar')
  await page.reload()
  await card(page, 'control')
  assert.equal(await page.inputValue('[name=clause]'), 'mended')
  assert.equal(await page.getAttribute('#tab-time', 'aria-selected'), 'true')
  await calm(page)
  await page.context().close()
})

test('UX 12: nothing due, filtered to nothing, refused, loading: each says what to do next', async () => {
  const page = await openPage(server, { as: 'manager', path: '/app/dashboards?from=2025-01-01&to=2025-01-31' })
  const kept = page.locator('[data-report=kept]')
  await kept.locator('[data-list-state=empty]').waitFor()
  await page.goto('/app/dashboards?promise=visit')
  await kept.locator('[data-list-state=filtered]').waitFor()
  await kept.getByRole('button', { name: '清除筛选' }).click()
  await card(page, 'kept')
  assert.ok(!page.url().includes('promise='))

  let broken = true
  await page.route('**/api/v1/reports/kept*', (route) => (broken ? route.abort() : route.continue()))
  await page.click('[data-renew]')
  await kept.locator('[data-list-state=error]').waitFor()
  broken = false
  await kept.getByRole('button', { name: '再试一次' }).click()
  await card(page, 'kept')

  let release
  const held = new Promise((done) => (release = done))
  await page.route('**/api/v1/reports/lateness*', async (route) => {
    await held
    await route.continue()
  })
  await page.click('#tab-time')
  await page.locator('[data-report=lateness] [data-list-state=loading]').waitFor()
  release()
  await card(page, 'lateness')
  await page.context().close()
})

test('who may not read reports has no such entry, and is told so', async () => {
  const page = await openPage(server, { as: 'agent', path: '/app/dashboards' })
  await page.waitForURL(/forbidden/)
  assert.equal(await page.locator('nav a[href="/app/dashboards"]').count(), 0)
  await calm(page)
  await page.context().close()
})
