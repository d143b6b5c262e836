// The promise queue: what its clocks say and when, its order, its keys, being cut off, and its words.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, calm, closeBrowser, kPromise, kStart, openPage, pause, Server, shot, until } from './harness.mjs'

const kMinute = 60_000
/** The next morning, ten minutes before the office opens. */
const start = Date.parse(kStart) + 24 * 60 * kMinute - 10 * kMinute
const at = (minutes, millis = 0) => new Date(start + minutes * kMinute + millis).toISOString()

/** Four hours of working time; the office has a lunch break. */
const kOffice = 'zone: Asia/Shanghai\nweekly:\n  mon-fri: 09:00-12:00, 13:30-18:00\n'
const kWork = kPromise
  .replace('promise: repair', 'promise: survey')
  .replace('subject: order', 'subject: visit')
  .replace('clauses:', 'schedules: {office: office.yaml}\nclauses:')
  .replace('within: 2 h', 'within: 4 work h on office')
  .replaceAll('两小时修好', '四个工作小时上门')

let server
before(async () => {
  server = await Server.start({ clock: true })
  await server.publish(kPromise)
  await server.publish(kWork, { 'office.yaml': kOffice })
  await server.setClock(at(0))
})
after(async () => {
  await closeBrowser()
  await server?.stop()
})

const fault = (subject, minutes, more = {}) => ({ kind: 'fault.reported', subject, at: at(minutes), customer: 'C-1', ...more })
const row = (page, subject) => page.locator(`[data-subject="${subject}"]`)
const chipOf = async (page, subject) => (await row(page, subject).locator('.chip').innerText()).replace(/\s+/g, ' ').trim()
const subjects = (page) => page.locator('[data-row]').evaluateAll((rows) => rows.map((one) => one.dataset.subject))
async function open(options = {}) {
  const page = await openPage(server, { as: 'agent', path: '/app/queue', ...options })
  return page
}
const shows = (page, subject, what) => until(async () => what.test(await chipOf(page, subject)), `${subject} to say ${what}`, 5000)

test('UX 12: with nothing in it, each tab says so and what comes next; wrong filters and a failing server, too', async () => {
  const page = await open()
  const state = page.locator('[data-list-state]')
  await page.locator('[data-list-state=empty]').waitFor()
  assert.match(await state.innerText(), /没有在途的承诺[\s\S]*上报事实/)
  await page.goto('/app/queue?subject=order/nowhere')
  await page.locator('[data-list-state=filtered]').waitFor()
  await page.locator('[data-list-state] button').click()
  await page.waitForURL(/queue$/)
  await page.locator('[data-list-state=empty]').waitFor()

  await page.route('**/api/v1/obligations?*', async (route) => {
    await pause(400)
    await route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"title":"x","detail":"请稍候","mend":"过一会儿再试","code":"busy"}' })
  })
  await page.reload()
  await page.locator('[data-list-state=loading]').waitFor()
  await page.locator('[data-list-state=error]').waitFor()
  assert.match(await state.innerText(), /请稍候[\s\S]*过一会儿再试/)
  await accessible(page)
  await page.unroute('**/api/v1/obligations?*')
  await page.locator('[data-list-state] button').click()
  await page.locator('[data-list-state=empty]').waitFor()
  await calm(page)
  await page.context().close()
})

test('UX 2: the chip changes at the instants that the promise states, and not a millisecond earlier', async () => {
  // The second is due a millisecond before the first.
  await server.report([fault('order/first', 0), fault('order/second', 0, { at: at(0, -1) })])
  const page = await openPage(server, { as: 'agent' })
  await page.clock.setFixedTime(start)
  await page.goto('/app/queue')
  await row(page, 'order/first').waitFor()
  assert.equal(await chipOf(page, 'order/first'), '● 正常 还剩 2 小时')
  // Cut off, so that nothing but the page's own clock can tell it.
  await page.context().setOffline(true)
  for (const [minutes, millis, text] of [
    [90, -1, /● 正常 还剩 30 分/],
    [90, 0, /▲ 预警 还剩 30 分/],
    [108, -1, /▲ 预警/],
    [108, 0, /◆ 即将违约 还剩 12 分/],
    [120, 0, /◆ 即将违约 还剩 0 秒/],
    [120, 1, /✕ 已违约 已超时 0 秒/],
  ]) {
    await page.clock.setFixedTime(start + minutes * kMinute + millis)
    await shows(page, 'order/first', text)
    if (minutes === 120 && millis === 0) assert.match(await chipOf(page, 'order/second'), /✕ 已违约/)
  }
  assert.equal((await server.call('GET', '/api/v1/obligations?state=broken', { as: 'agent' })).json.items.length, 0)
  await page.context().close()
})

test('UX 1: five states have five icons and five words, in forced colours as well', async () => {
  await server.report([fault('order/broken', 0), fault('order/paused', 0), { kind: 'visit.moved', subject: 'order/paused', at: at(0, 1) }])
  await server.setClock(at(60))
  await server.report([fault('order/breaking', 60)])
  await server.setClock(at(70))
  await server.report([fault('order/warned', 70)])
  await server.setClock(at(170))
  await server.report([fault('order/fine', 169), fault('visit/1', 170)])
  const page = await open({ forcedColors: 'active' })
  const said = new Map()
  for (const [tab, names] of [
    ['savable', ['fine']],
    ['about_to_break', ['warned', 'breaking']],
    ['broken', ['broken']],
    ['paused', ['paused']],
  ]) {
    await page.goto(`/app/queue?tab=${tab}`)
    for (const name of names) {
      await row(page, `order/${name}`).waitFor()
      const chip = row(page, `order/${name}`).locator('.chip')
      assert.equal(await chip.getAttribute('data-state'), name)
      const icon = await chip.locator('.chip-icon').innerText()
      const words = (await chip.locator('.chip-text').innerText()).replace(/[\d\s]|小时|分|秒|天|还剩|已超时/g, '')
      assert.ok(icon && words, `${name}: "${icon}" "${words}"`)
      said.set(name, { icon, words })
      assert.equal(await chip.evaluate((one) => getComputedStyle(one).borderTopStyle), 'solid')
    }
    await shot(page, `queue-forced-${tab}`)
  }
  assert.equal(new Set([...said.values()].map(({ icon }) => icon)).size, 5)
  assert.deepEqual(new Set([...said.values()].map(({ words }) => words)).size, 5)
  await calm(page)
  await page.context().close()
})

test('UX 6: a paused clock says why and since when, and stands; working time is told with its deadline', async () => {
  const page = await openPage(server, { as: 'agent' })
  await page.clock.setFixedTime(start + 170 * kMinute)
  await page.goto('/app/queue?tab=paused')
  const paused = row(page, 'order/paused')
  await paused.waitFor()
  assert.match(await paused.innerText(), /等客户：客户改约[\s\S]*自\s*2026-03-11 08:50 北京时间/)
  const before = await chipOf(page, 'order/paused')
  assert.match(before, /❚❚ 已暂停 还剩 1 小时 59 分/)
  await page.goto('/app/queue?subject=visit/1')
  await row(page, 'visit/1').waitFor()
  // Reported at 11:40: 20 minutes before lunch, 3 h 40 after it.
  assert.match(await row(page, 'visit/1').innerText(), /2026-03-11 17:10 北京时间\s*工作时间剩 4 小时/)
  await page.context().setOffline(true)
  await page.clock.setFixedTime(start + 175 * kMinute)
  await until(async () => /工作时间剩 3 小时 55 分/.test(await row(page, 'visit/1').innerText()), 'working time to go on')
  await page.clock.setFixedTime(start + 200 * kMinute) // 12:10, lunch: it stands
  await until(async () => /工作时间剩 3 小时 40 分/.test(await row(page, 'visit/1').innerText()), 'working time to stand at lunch')
  await page.context().setOffline(false)
  await page.clock.setFixedTime(start + 170 * kMinute)
  await page.goto('/app/queue?tab=paused')
  await paused.waitFor()
  await page.context().setOffline(true)
  await page.clock.setFixedTime(start + 500 * kMinute)
  await page.locator('.offline-bar').waitFor()
  await pause(1200) // a tick
  assert.equal(await chipOf(page, 'order/paused'), before)
  await page.context().close()
})

test('UX 5: an absolute time carries its zone, and the reader’s own stands beside it', async () => {
  const page = await open({ timezoneId: 'America/New_York' })
  await row(page, 'order/fine').waitFor()
  const times = await page.locator('time').evaluateAll((all) => all.map((one) => [one.innerText, one.title]))
  assert.ok(times.length > 0)
  for (const [text, title] of times) {
    assert.match(text, /^\d{4}-\d\d-\d\d \d\d:\d\d 北京时间$/)
    assert.match(title, /^\d{4}-\d\d-\d\d \d\d:\d\d 纽约时间$/)
  }
  const due = row(page, 'order/fine').locator('time')
  assert.equal(await due.innerText(), '2026-03-11 13:39 北京时间')
  assert.equal(await due.getAttribute('title'), '2026-03-11 01:39 纽约时间')
  await page.context().close()
})

test('UX 7: keys go through the list and the app, and rest while one types', async () => {
  const many = Array.from({ length: 60 }, (_, i) => fault(`order/k${100 + i}`, 170, { at: at(170, -i) }))
  await server.report(many)
  const page = await open({ path: '/app/queue?promise=repair@1' })
  await page.locator('[data-row]').first().waitFor()
  const active = () => page.locator('.row-active').getAttribute('aria-rowindex')
  const took = await page.evaluate(async () => {
    const begun = performance.now()
    for (let i = 0; i < 40; ++i) {
      document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'j', bubbles: true, cancelable: true }))
      await Promise.resolve().then(() => {}) // the page renders it
    }
    await new Promise(requestAnimationFrame)
    return performance.now() - begun
  })
  assert.ok(took < 1000, `${took} ms`)
  assert.equal(await active(), '41')
  const grid = page.locator('[data-grid]')
  assert.equal(await grid.getAttribute('aria-activedescendant'), await page.locator('.row-active').getAttribute('id'))
  await page.keyboard.press('k')
  assert.equal(await active(), '40')
  await page.keyboard.press('Home')
  assert.equal(await active(), '2')

  await page.keyboard.press('?')
  const sheet = page.locator('[data-key-sheet]')
  await sheet.waitFor()
  for (const key of ['j', 'k', 'Enter', 'r', 'a', 'R', '/', '?', 'Esc', 'g']) assert.ok((await sheet.locator('kbd').allInnerTexts()).includes(key), key)
  await accessible(page)
  await page.keyboard.press('j') // not behind a dialog
  await page.keyboard.press('Escape')
  await sheet.waitFor({ state: 'detached' })
  assert.equal(await active(), '2')

  await page.keyboard.press('/')
  await page.keyboard.type('jkra?')
  assert.equal(await page.inputValue('[name=subject]'), 'jkra?')
  assert.equal(await active(), '2')
  await page.locator('[name=subject]').fill('')
  await page.locator('[name=subject]').blur()
  await page.evaluate(() => document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'j', bubbles: true, isComposing: true })))
  await page.evaluate(() => document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'j', keyCode: 229, bubbles: true })))
  assert.equal(await active(), '2')
  await page.keyboard.press('Escape')
  assert.equal(await page.locator('.row-active').count(), 0)

  await page.keyboard.press('Control+k')
  const palette = page.locator('[data-command-palette]')
  await palette.waitFor()
  await accessible(page)
  await page.keyboard.type('order/k101')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/app\/queue\?subject=order(%2F|\/)k101/)
  await until(async () => (await subjects(page)).join() === 'order/k101', 'the one row')
  await page.goto('/app/no-such-page')
  await page.locator('[data-palette]').waitFor()
  await page.keyboard.press('g')
  await page.keyboard.press('q')
  await page.waitForURL(/\/app\/queue$/)
  await page.locator('[data-row]').first().waitFor()
  await page.keyboard.press('j')
  const path = await page.locator('.row-active a.subject').getAttribute('href')
  await page.keyboard.press('Enter')
  await page.waitForURL(`**${path}`)
  await calm(page)
  await page.context().close()
})

test('key a acknowledges the alert of the row, and the strip jumps to the worst', async () => {
  const page = await open()
  const strip = page.locator('[data-alerts]')
  await strip.waitFor()
  const openAlerts = async () => (await server.must('GET', '/api/v1/alerts?open=true&limit=200', { as: 'agent' })).json.items
  const before = await openAlerts()
  assert.ok(before.length > 2)
  assert.match(await strip.innerText(), new RegExp(`${before.length} 条提醒待确认`))
  assert.match(await strip.innerText(), /最急：order\//)
  await strip.locator('[data-jump]').click()
  await page.waitForURL(/subject=order/)
  await page.locator('[data-row]').first().waitFor()
  await page.keyboard.press('j')
  const id = await page.locator('.row-active').getAttribute('data-row')
  const theirs = before.filter(({ obligation }) => obligation === id).length
  assert.ok(theirs > 0)
  await page.keyboard.press('a')
  await until(async () => (await openAlerts()).length === before.length - theirs, 'the alerts to be acknowledged')
  await until(async () => (await page.locator('.row-active .bell').count()) === 0, 'the row to have no flag')
  await calm(page)
  await page.context().close()
})

test('key r opens the recovery panel over the list, and Esc leads back', async () => {
  const page = await open({ path: '/app/queue?tab=broken&subject=order/broken' })
  await row(page, 'order/broken').waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('r')
  const panel = page.locator('[data-recovery-panel]')
  await panel.waitFor()
  assert.match(page.url(), /recover=obl_/)
  await page.keyboard.press('j') // not behind it
  await page.keyboard.press('Escape')
  await panel.waitFor({ state: 'detached' })
  assert.ok(!page.url().includes('recover='))
  assert.equal(await row(page, 'order/broken').count(), 1)
  await calm(page)
  await page.context().close()
})

test('UX 8: the order stands still while the pointer is in the list; R applies what changed', async () => {
  const page = await open({ path: '/app/queue?promise=repair@1' })
  await page.locator('[data-row]').first().waitFor()
  await row(page, 'order/k159').hover()
  const before = await subjects(page)
  const shown = before.indexOf('order/k158')
  assert.ok(shown >= 0)
  await server.report([
    { kind: 'fault.mended', subject: 'order/k158', at: at(170) },
    fault('order/early', 168),
    fault('order/earlier', 167),
  ])
  await page.locator('[data-moved]', { hasText: '3 条已变动 · 按 R 刷新' }).waitFor()
  assert.deepEqual(await subjects(page), before)
  await shows(page, 'order/k158', /✓ 已兑现/) // what it says changes, where it stands
  await shot(page, 'queue-frozen')
  await page.keyboard.press('R')
  await page.locator('[data-moved]').waitFor({ state: 'detached' })
  const now = await subjects(page)
  assert.deepEqual(now.slice(0, 3), ['order/earlier', 'order/early', 'order/fine'])
  assert.ok(!now.includes('order/k158'))
  assert.equal(new Set(now).size, now.length)

  // With the pointer elsewhere it moves by itself.
  await page.mouse.move(5, 300)
  await server.report([fault('order/earliest', 166)])
  await until(async () => (await subjects(page))[0] === 'order/earliest', 'the list to move by itself')
  await page.context().close()
})

test('UX 11: cut off, it says so within five seconds, counts on, moves no money, and misses nothing', async () => {
  const page = await openPage(server, { as: 'agent' })
  await page.clock.setFixedTime(start + 170 * kMinute)
  await page.goto('/app/queue?promise=repair@1')
  await row(page, 'order/fine').waitFor()
  const begun = Date.now()
  await page.context().setOffline(true)
  await page.locator('.offline-bar').waitFor({ timeout: 5000 })
  assert.ok(Date.now() - begun < 5000)
  assert.match(await page.locator('.offline-bar').innerText(), /^连接中断，数据截至 \d\d:\d\d:\d\d$/)
  const buttons = page.locator('[data-money]')
  assert.ok((await buttons.count()) > 3)
  assert.equal(await buttons.and(page.locator(':enabled')).count(), 0)
  await shot(page, 'queue-offline')
  await page.clock.setFixedTime(start + 172 * kMinute)
  await shows(page, 'order/fine', /正常 还剩 1 小时 57 分/)
  await server.report([
    { kind: 'fault.mended', subject: 'order/k157', at: at(170) },
    fault('order/meanwhile', 165),
    { kind: 'fault.mended', subject: 'order/k156', at: at(170) },
  ])
  await page.context().setOffline(false)
  await page.locator('.offline-bar').waitFor({ state: 'detached' })
  await until(async () => (await subjects(page))[0] === 'order/meanwhile', 'what happened meanwhile', 15_000)
  const now = await subjects(page)
  assert.ok(!now.includes('order/k157') && !now.includes('order/k156'))
  assert.equal(new Set(now).size, now.length)
  await page.context().close()
})

test('UX 11: a server that falls silent without a word shows within five seconds, too', async () => {
  const page = await open({ path: '/app/queue?promise=repair@1' })
  await page.locator('[data-row]').first().waitFor()
  const bar = page.locator('.offline-bar')
  server.process.kill('SIGSTOP')
  try {
    const begun = Date.now()
    await bar.waitFor({ timeout: 8000 })
    assert.ok(Date.now() - begun < 5500, `${Date.now() - begun} ms`)
  } finally {
    server.process.kill('SIGCONT')
  }
  await bar.waitFor({ state: 'detached' })
  await page.context().close()
})

test('UX 15: the language changes at once and keeps place, filters and what was typed', async () => {
  const page = await open({ path: '/app/queue?promise=repair@1&lane=hours' })
  await row(page, 'order/fine').waitFor()
  await page.locator('[name=owner]').pressSequentially('team')
  const url = page.url()
  await page.evaluate(() => (globalThis.__same = true))
  for (const [language, tab] of [
    ['en', /Savable/],
    ['zh-CN', /可挽救/],
    ['en', /Savable/],
  ]) {
    const took = await page.evaluate(async (wanted) => {
      const begun = performance.now()
      document.querySelector('[data-language]').click()
      while (document.documentElement.lang !== wanted) await new Promise(requestAnimationFrame)
      return performance.now() - begun
    }, language)
    assert.ok(took < 300, `${took} ms`)
    assert.match(await page.locator('[data-tab=savable]').innerText(), tab)
  }
  assert.equal(await page.evaluate(() => globalThis.__same), true)
  assert.equal(page.url(), url)
  assert.equal(await page.inputValue('[name=owner]'), 'team')
  assert.match(await page.title(), /Promise queue/)
  assert.match(await row(page, 'order/fine').innerText(), /On track \d/)
  assert.match(await row(page, 'order/fine').innerText(), /Beijing time/)
  await accessible(page)
  await shot(page, 'queue-en')
  await calm(page)
  await page.context().close()
})

test('the owner’s rows, a lane, and the way back through the address', async () => {
  await server.setClock(at(170, 2000)) // counts are kept for a second
  const page = await open()
  await page.locator('[data-row]').first().waitFor()
  await until(async () => Number(await page.locator('[data-count=savable]').innerText()) > 50, 'the count of the tab')
  await page.locator('[name=owner]').fill('team/nobody')
  await page.keyboard.press('Enter')
  await page.locator('[data-list-state=filtered]').waitFor()
  await page.goBack()
  await page.locator('[data-row]').first().waitFor()
  assert.equal(await page.inputValue('[name=owner]'), '')
  await page.locator('[data-lane=seconds]').click()
  await page.waitForURL(/lane=seconds/)
  await page.locator('[data-list-state=filtered]').waitFor()
  await page.locator('[data-lane=hours]').click()
  await page.locator('[data-row]').first().waitFor()
  await page.context().close()
})

test('UX 18: chips are timers that are silent; one polite sentence when thresholds are crossed', async () => {
  const page = await openPage(server, { as: 'agent' })
  await page.clock.setFixedTime(start + 170 * kMinute)
  await page.goto('/app/queue?promise=repair@1')
  await row(page, 'order/fine').waitFor()
  const chips = await page.locator('.chip').evaluateAll((all) => all.map((one) => [one.getAttribute('role'), one.getAttribute('aria-live')]))
  assert.ok(chips.length > 5)
  for (const [role, live] of chips) assert.deepEqual([role, live], ['timer', 'off'])
  const region = page.locator('#polite')
  assert.equal(await region.getAttribute('aria-live'), 'polite')
  assert.equal(await region.innerText(), '')
  await page.evaluate(() => {
    globalThis.__said = []
    new MutationObserver(() => globalThis.__said.push(document.getElementById('polite').textContent)).observe(document.getElementById('polite'), { childList: true, characterData: true, subtree: true })
  })
  await page.context().setOffline(true)
  await page.clock.setFixedTime(start + 175 * kMinute) // nothing is crossed
  await page.locator('.offline-bar').waitFor()
  await pause(1500)
  assert.deepEqual(await page.evaluate(() => globalThis.__said), [])
  await page.clock.setFixedTime(start + 260.5 * kMinute) // 75 % of all
  await until(() => page.evaluate(() => globalThis.__said.length === 1), 'one sentence', 4000)
  assert.match((await page.evaluate(() => globalThis.__said))[0], /^\d+ 条进入预警。最急：order\//)
  await page.clock.setFixedTime(start + 279 * kMinute) // 90 %: within half a minute of the first
  await shows(page, 'order/fine', /即将违约/)
  await pause(1500)
  assert.equal(await page.evaluate(() => globalThis.__said.length), 1)
  await page.context().close()
})

test('UX 13: no fault of accessibility on any tab, in either language', async () => {
  for (const language of ['zh', 'en']) {
    const page = await open({ language })
    for (const tab of ['savable', 'about_to_break', 'broken', 'paused']) {
      await page.goto(`/app/queue?tab=${tab}`)
      await page.locator('[data-row]').first().waitFor()
      await accessible(page)
      await shot(page, `queue-${language}-${tab}`)
    }
    await calm(page)
    await page.context().close()
  }
})

test('UX 4: a visitor’s wrong clock shows the same time left', async () => {
  const live = await Server.start()
  try {
    await live.publish(kPromise.replace('within: 2 h', 'within: 50 min'))
    await live.report({ kind: 'fault.reported', subject: 'order/1', at: new Date().toISOString() })
    for (const off of [-10 * kMinute, 10 * kMinute]) {
      const page = await openPage(live, { as: 'agent', clock: Date.now() + off, path: '/app/queue' })
      await row(page, 'order/1').waitFor()
      const { text, left } = await page.evaluate(async () => {
        const response = await fetch('/api/v1/obligations?limit=1')
        const due = Date.parse((await response.json()).items[0].due_at)
        return { text: document.querySelector('.chip-text').innerText, left: (due - Number(response.headers.get('Yinuo-Now'))) / 1000 }
      })
      const [, minutes, seconds] = /(\d+) 分(?: (\d+) 秒)?/.exec(text)
      const shown = Number(minutes) * 60 + Number(seconds ?? 0)
      assert.ok(Math.abs(shown - left) <= 1.2, `${text}: ${shown} s, the server has ${left} s`) // with the way there
      await page.context().close()
    }
  } finally {
    await live.stop()
  }
})
