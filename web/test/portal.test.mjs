// The customer portal: coming in, what one sees, what one can do, on a phone.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, calm, closeBrowser, kPromise, openPage, Server, shot, until } from './harness.mjs'
import { openMailbox } from './mailbox.mjs'
import { kInstall, kManners, newestCode } from './portal_house.mjs'

const kBegin = '2026-03-10T01:00:10Z'
const kPhone = { width: 360, height: 640 }
let server, box, link, mended, install, visit, list
const as = () => `Link ${link}`
const owned = async (subject) => (await server.owed(subject))[0].id
before(async () => {
  box = await openMailbox()
  assert.ok(box, 'python3-aiosmtpd is missing: script/setup installs it')
  server = await Server.start({ clock: true, flags: ['--mail-server', `smtp+plain://127.0.0.1:${box.port}`, '--mail-from', 'nuo@example.com'] })
  const post = (path, who, body) => server.must('POST', path, { as: who, body })
  for (const text of [kPromise, kInstall, kManners]) await server.publish(text)
  const houses = (await server.must('GET', '/api/v1/house-promises', { as: 'owner' })).json.items
  const draft = await post(`/api/v1/house-promises/${houses.find(({ name }) => name.startsWith('chase')).name}/draft`, 'owner', { zone: 'Asia/Shanghai', owner: 'team/service' })
  await server.push(draft.json.promise?.id ?? draft.json.id, draft.headers.get('etag'))
  await post('/api/v1/contacts', 'owner', { customer: 'C-1', name: '李雷', email: 'li@example.com', language: 'zh', consent: { mail: 'given' } })
  await server.setClock(kBegin)
  const at = kBegin
  await server.report([
    { kind: 'fault.reported', subject: 'order/1', customer: 'C-1', at },
    { kind: 'order.registered', subject: 'order/2', customer: 'C-1', at },
    { kind: 'visit.planned', subject: 'visit/3', customer: 'C-1', at },
    { kind: 'fault.reported', subject: 'order/9', customer: 'C-2', at },
    { kind: 'visit.moved', subject: 'order/9', customer: 'C-2', at: kBegin },
  ])
  link = await server.link('C-1')
  ;[mended, install, visit] = [await owned('order/1'), await owned('order/2'), await owned('visit/3')]
  list = (await post('/api/v1/expectations', 'agent', { customer: 'C-1', kind: 'order', fact: 'fault.reported', fields: {} })).json.id
})
after(async () => {
  await closeBrowser()
  await server?.stop()
  box?.close()
})

/** A phone that came by the signed link, at `path`. */
async function customerPage(path = '/', options = {}) {
  const page = await openPage(server, { ...kPhone, path: `/#${options.link ?? link}`, ...options })
  await page.locator('.cards, [data-list-state=empty]').first().waitFor()
  if (path !== '/') {
    await page.goto(path)
    await page.locator('main .card, [data-list-state]:not([data-list-state=loading])').first().waitFor()
  }
  return page
}
const routes = () => ['/', `/my/promises/${mended}`, `/my/promises/${install}`, '/my/expectations', `/my/expectations/${list}`, '/my/compensation', '/my/notices']
async function done(page) {
  await calm(page)
  await page.context().close()
}

test('one comes in by a number and a code, and goes', async () => {
  const page = await openPage(server, { ...kPhone, path: '/my/compensation' })
  await page.fill('[name=company]', server.company)
  await page.fill('[name=number]', 'order/1')
  await page.click('form .button-main')
  await page.locator('[name=code]').waitFor()
  assert.ok(await page.locator('[data-again]').isDisabled())
  await page.fill('[name=code]', '000000')
  await page.click('form .button-main')
  await page.locator('.wrong').waitFor()
  const code = await until(() => newestCode(box.mails), 'the mail with the code')
  await page.fill('[name=code]', `${code.slice(0, 3)} ${code.slice(3)}`)
  await until(async () => {
    await page.click('form .button-main').catch(() => {})
    return (await page.locator('[data-list-state=empty]').count()) === 1
  }, 'to be signed in, where one wanted to be')
  assert.equal(new URL(page.url()).pathname, '/my/compensation')
  await page.click('[data-sign-out]')
  await page.locator('[name=number]').waitFor()
  assert.equal((await page.context().cookies()).length, 0)
  await done(page)
})

test('a signed link opens the list and is gone from the address bar and the history', async () => {
  const page = await customerPage()
  assert.equal(page.url(), `${server.url}/`)
  assert.equal(await page.evaluate(() => JSON.stringify(history.state ?? {}).includes('#')), false)
  assert.deepEqual(await page.locator('.promise').evaluateAll((rows) => rows.map((row) => row.dataset.id).sort()), [mended, install, visit].sort())
  await page.goto(`/my/promises/${await owned('order/9')}`) // somebody else's
  await page.locator('[data-list-state=error]').waitFor()
  await done(page)
  const other = await openPage(server, { path: `/#${link.slice(0, -6)}AAAAAA` })
  await other.getByRole('alert').waitFor()
  assert.ok(!other.url().includes('#'))
  await other.locator('[name=number]').waitFor()
  await done(other)
})

test('UX 2, 11: the chip turns at the instants that the promise states, also while the network is cut', async () => {
  const begin = Date.parse(kBegin)
  const page = await openPage(server, kPhone)
  await page.clock.setFixedTime(new Date(begin + 600_000)) // this machine is ten minutes ahead
  await page.goto(`/#${link}`)
  const chip = page.locator(`[data-id="${mended}"] [role=timer]`)
  await chip.waitFor()
  await page.context().setOffline(true)
  const cut = Date.now()
  await page.locator('.offline-bar').waitFor({ timeout: 5000 })
  assert.ok(Date.now() - cut < 5000)
  assert.match(await page.locator('.offline-bar').innerText(), /连接中断，数据截至 \d\d:\d\d:\d\d/)
  const minute = 60_000
  for (const [after, state, text] of [
    [0, 'fine', /正常 还剩 2 小时/],
    [90 * minute - 1, 'fine', /正常/],
    [90 * minute, 'warned', /预警 还剩 30 分/],
    [108 * minute - 1, 'warned', /预警/],
    [108 * minute, 'breaking', /即将违约 还剩 12 分/],
    [120 * minute, 'breaking', /即将违约 还剩 0 秒/],
    [120 * minute + 1, 'broken', /已违约/],
  ]) {
    await page.clock.setFixedTime(new Date(begin + 600_000 + after))
    await until(async () => (await chip.getAttribute('data-state')) === state && text.test(await chip.innerText()), `${state} after ${after} ms`, 4000)
  }
  assert.equal(await chip.getAttribute('aria-live'), 'off')
  await done(page)
})

test('UX 18: what crosses a threshold is spoken once, merged', async () => {
  const page = await openPage(server, kPhone)
  await page.clock.setFixedTime(new Date(kBegin))
  await page.goto(`/#${link}`)
  await page.locator('.promise').first().waitFor()
  await page.context().setOffline(true)
  assert.equal(await page.locator('#polite').innerText(), '')
  await page.clock.setFixedTime(new Date(Date.parse(kBegin) + 91 * 60_000))
  await page.waitForFunction(() => /1 条承诺进入预警：两小时修好 order\/1/.test(document.getElementById('polite').textContent))
  await page.clock.setFixedTime(new Date(Date.parse(kBegin) + 109 * 60_000))
  await page.locator('[data-state=breaking]').waitFor()
  assert.match(await page.locator('#polite').innerText(), /预警/) // nothing more within half a minute
  await done(page)
})

test('UX 5, 6: times name their zone, a paused clock says why and since when', async () => {
  const theirs = await server.link('C-2')
  const page = await customerPage(`/my/promises/${await owned('order/9')}`, { link: theirs, timezoneId: 'America/New_York' })
  const times = await page.locator('time').evaluateAll((nodes) => nodes.map((node) => [node.textContent, node.title]))
  assert.ok(times.length > 2)
  for (const [shown, own] of times) {
    assert.match(shown, /北京时间$/)
    assert.match(own, /纽约时间$/)
  }
  const text = await page.locator('main').innerText()
  assert.match(text, /已暂停 还剩|已暂停/)
  assert.match(text, /暂停自[^]*2026-03-10 09:00 北京时间[^]*等客户：客户改约[^]*还剩 2 小时/)
  assert.doesNotMatch(text, /\dT\d\d:\d\d/)
  await done(page)
})

test('UX 12: empty, filtered to nothing, wrong, loading: each with a next step', async () => {
  const nobody = await (await server.must('POST', '/api/v1/contacts', { as: 'owner', body: { customer: 'C-7', name: '韩梅', email: 'h@example.com', language: 'zh', consent: { mail: 'given' } } }), server.link('C-7'))
  const page = await customerPage('/', { link: nobody })
  for (const path of ['/', '/my/expectations', '/my/compensation', '/my/notices']) {
    await page.goto(path)
    await page.locator('[data-list-state=empty]').locator('a, button').first().waitFor()
  }
  await done(page)
  const full = await customerPage('/?show=done')
  await full.locator('[data-list-state=filtered] button').click()
  await full.locator('.promise').first().waitFor()
  assert.equal(full.url(), `${server.url}/`)
  for (const [path, api] of [['/', 'obligations'], ['/my/compensation', 'payouts'], ['/my/notices', 'me/notices'], ['/my/expectations', 'expectations']]) {
    let fails = true
    let go
    const held = new Promise((open) => (go = open))
    await full.route(`**/api/v1/${api}?*`, async (route) => {
      await held
      return fails ? route.fulfill({ status: 500, contentType: 'application/problem+json', body: '{"detail":"机器坏了","code":"broken"}' }) : route.continue()
    })
    await full.goto(path)
    await full.locator('[data-list-state=loading]').waitFor()
    go()
    assert.match(await full.locator('[data-list-state=error]').innerText(), /机器坏了/)
    fails = false
    await full.locator('[data-list-state=error] button').click()
    await full.locator('.card, [data-list-state=empty]').first().waitFor()
    await full.unroute(`**/api/v1/${api}?*`)
  }
  await done(full)
})

test('UX 13, 14: every page is accessible in both languages, fits 360 pixels, with fingers and large text', async () => {
  for (const language of ['zh', 'en']) {
    const page = await customerPage('/', { language })
    for (const path of routes()) {
      await page.goto(path)
      await page.locator('main .card, [data-list-state=empty]').first().waitFor()
      await accessible(page)
      const small = await page.locator('a:visible, button:visible, input:visible, summary:visible, select:visible, textarea:visible').evaluateAll((nodes) =>
        nodes
          .filter((node) => !node.matches('.skip-link, .whole, input[type=radio]'))
          .map((node) => ({ name: node.textContent.trim() || node.name, box: node.getBoundingClientRect() }))
          .filter(({ box }) => box.height < 43.5 || box.width < 43.5)
          .map(({ name, box }) => `${name} ${box.width}x${box.height}`),
      )
      assert.deepEqual(small, [], path)
      for (const size of ['100%', '200%']) {
        const wide = await page.evaluate((size) => {
          document.documentElement.style.fontSize = size
          const sizes = [document.documentElement.scrollWidth, innerWidth, document.querySelector('main').offsetWidth]
          document.documentElement.style.fontSize = ''
          return sizes
        }, size)
        assert.ok(wide[0] <= wide[1] && wide[2] >= 320, `${path} at ${size}: ${wide}`)
      }
      await shot(page, `portal${path.replaceAll('/', '-')}-${language}`)
    }
    await page.goto(`/my/promises/${visit}`)
    await page.click('[data-act=claim]')
    await page.getByRole('dialog').waitFor()
    await accessible(page)
    await shot(page, `portal-claim-${language}`)
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await done(page)
  }
})

test('UX 15: the language changes without loading, and keeps route, filter and what was typed', async () => {
  const page = await customerPage(`/my/promises/${visit}`)
  await page.evaluate(() => (globalThis.__same = true))
  await page.click('[data-language]')
  await page.waitForFunction(() => document.documentElement.lang === 'en')
  assert.match(await page.locator('h1').innerText(), /Shoe covers/)
  assert.equal(await page.evaluate(() => globalThis.__same), true)
  assert.ok(page.url().endsWith(visit))
  await page.goto('/?show=open')
  await page.click('[data-language]')
  await page.waitForFunction(() => document.documentElement.lang === 'zh-CN')
  assert.match(await page.locator('.tab[aria-current]').innerText(), /进行中\s3/)
  assert.match(page.url(), /show=open/)
  await done(page)
})

test('asking again by the rule; a claim with a file; a new date agreed to', async () => {
  const page = await customerPage(`/my/promises/${mended}`)
  await page.locator('[data-chase] time').first().waitFor()
  assert.ok(await page.locator('[data-chase-open]').isDisabled())
  assert.match(await page.locator('[data-chase]').innerText(), /开始办理 \d+ 分钟后可以催办[^]*下次可催/)
  await server.setClock('2026-03-10T02:00:10Z')
  await page.reload()
  await page.click('[data-chase-open]')
  await page.getByRole('dialog').locator('textarea').fill('还要多久？')
  await page.getByRole('dialog').locator('[type=submit]').click()
  await page.locator('[data-chase] li').waitFor()
  assert.match(await page.locator('[data-chase]').innerText(), /等答复[^]*还要多久？[^]*下次可催/)
  assert.ok(await page.locator('[data-chase-open]').isDisabled())

  await page.goto(`/my/promises/${visit}`)
  await page.click('[data-act=claim]')
  await page.getByRole('dialog').locator('textarea').fill('没穿鞋套')
  await page.setInputFiles('[data-files]', { name: '地板.txt', mimeType: 'text/plain', buffer: Buffer.from('脚印') })
  await page.click('[data-send]')
  await page.locator('[data-claim]').waitFor()
  assert.match(await page.locator('[data-claim]').innerText(), /附 1 份材料[^]*最晚答复/)
  const [claim] = (await server.must('GET', '/api/v1/claims', { as: 'owner' })).json.items
  assert.equal(claim.evidence.length, 1)

  await server.must('POST', `/api/v1/obligations/${install}/dates`, { as: 'agent', body: { to: '2026-03-13T01:00:00Z', reason: '缺料' } })
  await page.goto(`/my/promises/${install}`)
  assert.match(await page.locator('[data-dates]').innerText(), /2026-03-13 09:00 北京时间[^]*缺料/)
  await page.click('[data-agree]')
  await until(async () => /2026-03-13 09:00 北京时间/.test(await page.locator('.head').innerText()), 'the new deadline')
  await done(page)
})

test('UX 17: an expectation list is read, signed with a code, and printed', async () => {
  const page = await customerPage(`/my/expectations/${list}`)
  assert.match(await page.locator('[data-hash]').innerText(), /原文与哈希相符/)
  const items = await page.locator('.item').count()
  assert.ok(items > 0)
  for (let i = 0; i < items; ++i) await page.locator('.item').nth(i).getByLabel(i === 0 ? '同意' : '不同意', { exact: true }).check()
  box.mails.splice(0)
  await page.click('[data-code]')
  await page.fill('[name=code]', await until(() => newestCode(box.mails), 'the code for signing'))
  await page.fill('[name=name]', '李雷')
  await page.click('[data-sign] .button-main')
  await page.locator('[data-agreed=true]').waitFor()
  assert.match(await page.locator('.paper').innerText(), /李雷/)
  const kept = (await server.must('GET', `/api/v1/expectations/${list}`, { as: as() })).json
  assert.equal(kept.state, 'signed')
  assert.equal(await page.locator('.hash').innerText(), kept.sha256)
  await page.setViewportSize({ width: 794, height: 1123 })
  await page.emulateMedia({ media: 'print' })
  for (const gone of ['.portal-nav', '.portal-head', '.portal-foot', '[data-print]']) assert.equal(await page.locator(gone).isVisible(), false, gone)
  assert.ok((await page.locator('.print-foot').innerText()).includes(`${server.url}/my/expectations/${list}`))
  assert.equal(await page.locator('.lead').first().evaluate((node) => getComputedStyle(node).color), 'rgb(0, 0, 0)')
  assert.ok((await page.pdf({ preferCSSPageSize: true })).length > 1000)
  await done(page)
})

test('UX 3, 11: a breach pays by itself or lets one choose, never offline; a verdict stays, or both are shown', async () => {
  await server.setClock('2026-03-13T01:00:01Z') // past both deadlines
  const page = await customerPage('/my/compensation')
  const choosing = page.locator('[data-payout][data-state=choosing]')
  await choosing.waitFor()
  assert.match(await page.locator('main').innerText(), /¥10\.00[^]*自动到账，无需申请/)
  await page.context().setOffline(true)
  await page.locator('.offline-bar').waitFor({ timeout: 5000 })
  assert.ok(await page.locator('[data-choose]').isDisabled())
  await page.context().setOffline(false)
  await page.locator('.offline-bar').waitFor({ state: 'detached' })
  await page.click('[data-choose]')
  await page.getByRole('dialog').getByLabel('重做').check()
  await page.getByRole('dialog').locator('[type=submit]').click()
  await until(async () => (await choosing.count()) === 0, 'the choice to be taken')
  const paid = (await server.must('GET', '/api/v1/payouts', { as: as() })).json.items.find(({ choices }) => choices?.length)
  assert.equal(paid.choice, 'redo')

  // Mended in time after all, as a late fact says: both verdicts, and what turned it.
  await page.goto(`/my/promises/${mended}`)
  assert.equal(await page.locator('.head [role=timer]').getAttribute('data-state'), 'broken')
  await server.report({ kind: 'fault.mended', subject: 'order/1', customer: 'C-1', at: '2026-03-10T02:30:00Z' })
  await page.reload()
  await page.locator('.head [data-state=kept]').waitFor()
  assert.match(await page.locator('[data-turned]').innerText(), /原先判为已违约，现在判为已兑现/)
  const chip = await page.locator('.head [role=timer]').innerText()
  await page.clock.setFixedTime(new Date(Date.now() + 7 * 86_400_000))
  await page.waitForFunction(() => new Promise((done) => setTimeout(() => done(true), 1500)))
  assert.equal(await page.locator('.head [role=timer]').innerText(), chip)
  await done(page)
})

test('UX 20: at first at most 60 kB, painted within 2.5 s by a slow phone, nothing moves for who wants that', async (t) => {
  const page = await openPage(server, { ...kPhone, reducedMotion: 'reduce' })
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  await session.send('Emulation.setCPUThrottlingRate', { rate: 4 })
  await session.send('Network.emulateNetworkConditions', { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8 })
  let bytes = 0 // packed, as they are sent
  page.on('response', (response) => {
    if (!/^\/(api|public|healthz)/.test(new URL(response.url()).pathname)) bytes += Number(response.headers()['content-length'] ?? 0)
  })
  await page.goto('/')
  await page.locator('[name=number]').waitFor()
  await page.waitForLoadState('networkidle')
  const painted = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime)
  t.diagnostic(`${(bytes / 1000).toFixed(1)} kB, first paint after ${Math.round(painted)} ms`)
  assert.ok(bytes <= 60_000, `${bytes} bytes`)
  assert.ok(painted <= 2500, `${painted} ms`)
  assert.equal(await page.evaluate(() => document.getAnimations().length), 0)
  await done(page)
})
