// The verify page: anybody's check of a receipt, reckoned in the page.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, calm, closeBrowser, kPromise, openBrowser, openPage, Server, shot } from './harness.mjs'

let server, receipt, first
const body = (page) => page.locator('[name=receipt]')
before(async () => {
  server = await Server.start({ clock: true })
  await server.publish(kPromise)
  await server.setClock('2026-03-10T01:00:10Z') // after the promise was published
  await server.report(Array.from({ length: 40 }, (_, i) => ({ kind: 'fault.reported', subject: `order/${i}`, customer: 'C-1', at: '2026-03-10T01:00:10Z' })))
  const [one] = await server.owed('order/7')
  first = (await server.must('GET', '/log/acme/checkpoint')).text
  receipt = (await server.must('GET', `/api/v1/obligations/${one.id}/receipt`, { as: 'owner' })).text
  // The log goes on, past a full tile.
  await server.report(Array.from({ length: 300 }, (_, i) => ({ kind: 'fault.reported', subject: `order/m${i}`, customer: 'C-2', at: '2026-03-10T01:00:10Z' })))
})
after(async () => {
  await closeBrowser()
  await server?.stop()
})

/** The page with the receipt in it, and every request from then on. */
async function filled(options = {}) {
  const page = await openPage(server, { path: '/verify', ...options })
  await body(page).fill(options.receipt ?? receipt)
  await page.waitForLoadState('networkidle')
  // The page's signs of life go on by the clock, whatever one does; they carry nothing.
  const asked = []
  page.on('request', (request) => !request.url().endsWith('/healthz') && asked.push(request.url()))
  return { page, asked }
}
const outcomes = (page, card = '[data-verdict]') => page.locator(`${card} [data-step]`).evaluateAll((rows) => Object.fromEntries(rows.map((row) => [row.dataset.step, row.dataset.outcome])))

test('UX 19: a good record passes, an altered one fails, and nothing is asked meanwhile', async () => {
  const { page, asked } = await filled()
  await page.click('[data-check]')
  await page.locator('[data-verdict].verdict-fine').waitFor()
  assert.deepEqual(await outcomes(page), { signature: 'right', inclusion: 'right', text: 'right', facts: 'right' })
  const reckoned = await page.locator('[data-verdict] [data-reckoned]').innerText()
  assert.match(reckoned, /^[0-9a-f]{64}$/)
  assert.equal(await page.locator('[data-verdict] [data-signed]').innerText(), reckoned)
  assert.equal(Buffer.from(receipt.split('\n\n')[1].split('\n')[2], 'base64').toString('hex'), reckoned)
  assert.match(await page.locator('[data-verdict]').innerText(), /这份记录是真的[^]*order\/7[^]*2026-03-10 11:00:10 北京时间/)

  await page.click('[data-spoil]')
  await page.locator('[data-spoiled].verdict-wrong').waitFor()
  const spoiled = await page.locator('[data-spoiled] [data-reckoned]').innerText()
  assert.match(spoiled, /^[0-9a-f]{64}$/)
  assert.notEqual(spoiled, reckoned)
  assert.equal(await page.locator('[data-spoiled] [data-signed]').innerText(), reckoned)
  assert.equal((await outcomes(page, '[data-spoiled]')).inclusion, 'wrong')
  assert.deepEqual(asked, [])
  await shot(page, 'verify')
  await calm(page)
  await page.context().close()
})

test('UX 19: every part of a receipt is held by something', async () => {
  const { page } = await filled()
  const extra = JSON.parse(Buffer.from(/^extra (.*)$/m.exec(receipt)[1], 'base64').toString())
  const packed = (change) => {
    const copy = structuredClone(extra)
    change(copy)
    return receipt.replace(/^extra .*$/m, () => `extra ${Buffer.from(JSON.stringify(copy)).toString('base64')}`)
  }
  const lines = receipt.split('\n')
  const proof = lines.findIndex((line) => line.startsWith('index')) + 1
  const cases = {
    inclusion: [
      packed((copy) => (copy.content = copy.content.replace('"running"', '"broken"'))),
      packed((copy) => (copy.salt = Buffer.alloc(32).toString('base64'))),
      lines.with(proof, Buffer.alloc(32, 1).toString('base64')).join('\n'),
      lines.with(proof - 1, 'index 0').join('\n'),
      lines.toSpliced(proof, 1).join('\n'),
    ],
    text: [packed((copy) => (copy.promise.text = copy.promise.text.replace('2 h', '3 h')))],
    facts: [packed((copy) => copy.facts.pop()), packed((copy) => (copy.facts[0].at = '2026-03-10T00:00:00.000Z'))],
    signature: [receipt.replace(/\n(\d+)\n([^\n]+)\n\n—/, (_, size, root) => `\n${Number(size) + 1}\n${root}\n\n—`)],
  }
  for (const [step, files] of Object.entries(cases))
    for (const file of files) {
      assert.notEqual(file, receipt)
      await body(page).fill(file)
      await page.click('[data-check]')
      await page.locator('[data-verdict].verdict-wrong').waitFor()
      assert.equal((await outcomes(page))[step], 'wrong', step)
      await body(page).fill(receipt)
      await page.click('[data-check]')
      await page.locator('[data-verdict].verdict-fine').waitFor()
    }
  // Another company's key, and no key at all.
  await page.locator('details summary').first().click()
  const key = extra.log_key
  await page.fill('[name=key]', key)
  await page.click('[data-check]')
  await page.locator('[data-verdict].verdict-fine').waitFor()
  await page.fill('[name=key]', 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k')
  await page.click('[data-check]')
  await page.locator('[data-verdict].verdict-wrong').waitFor()
  assert.equal((await outcomes(page)).signature, 'wrong')
  await body(page).fill('hello')
  await page.click('[data-check]')
  assert.match(await page.locator('[role=alert]').innerText(), /这不是凭证/)
  await calm(page)
  await page.context().close()
})

test('UX 19: consistency with a later checkpoint and an earlier one, from the public tiles', async () => {
  const { page, asked } = await filled()
  await page.click('[data-check]')
  await page.locator('[data-verdict]').waitFor()
  for (const note of ['', first]) {
    await page.fill('[name=checkpoint]', note)
    await page.click('[data-compare]')
    await page.locator('[data-step=growth]').waitFor()
    assert.equal((await outcomes(page)).growth, 'right')
    assert.match(await page.locator('[data-verdict]').innerText(), /比较的检查点共 \d+ 条/)
    const sent = asked.length
    await page.click('[data-check]') // what was fetched is kept
    await page.locator('[data-step=growth][data-outcome=right]').waitFor()
    assert.equal(asked.length, sent)
  }
  assert.ok(asked.every((url) => new URL(url).pathname.startsWith('/log/acme/')), asked.join())
  await page.fill('[name=checkpoint]', first.replace(/\n(\d+)\n/, '\n1\n'))
  await page.click('[data-compare]')
  await page.locator('[data-step=growth][data-outcome=wrong]').waitFor()
  await page.fill('[name=checkpoint]', 'nonsense')
  await page.click('[data-compare]')
  assert.match(await page.locator('[role=alert]').innerText(), /不是同一份日志/)
  await calm(page)
  await page.context().close()
})

test('UX 19: a file that is chosen is checked; on plain http, where crypto.subtle is undefined, too', async () => {
  const browser = await openBrowser()
  // A name that isn't this machine's to the browser: no secure context there.
  const context = await browser.newContext({ viewport: { width: 360, height: 640 }, locale: 'zh-CN' })
  const page = await context.newPage()
  page.troubles = []
  const host = `http://receipts.example:${server.port}`
  await page.route(`${host}/**`, async (route) => {
    const url = new URL(route.request().url())
    const answer = await fetch(server.url + url.pathname + url.search)
    await route.fulfill({ status: answer.status, headers: Object.fromEntries([...answer.headers].filter(([name]) => !/encoding|length/.test(name))), body: Buffer.from(await answer.arrayBuffer()) })
  })
  await page.goto(`${host}/verify`)
  assert.deepEqual(await page.evaluate(() => [isSecureContext, typeof crypto.subtle]), [false, 'undefined'])
  await page.setInputFiles('input[type=file]', { name: 'my.tlog-proof', mimeType: 'text/plain', buffer: Buffer.from(receipt) })
  await page.locator('[data-verdict].verdict-fine').waitFor()
  await page.click('[data-spoil]')
  await page.locator('[data-spoiled].verdict-wrong').waitFor()
  await calm(page)
  await context.close()
})

test('UX 13, 14: the page is accessible in both languages, and fits a small screen', async () => {
  for (const language of ['zh', 'en']) {
    const { page } = await filled({ language, width: 360, height: 640 })
    await page.click('[data-check]')
    await page.click('[data-spoil]')
    await accessible(page)
    const wide = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth, document.querySelector('main').offsetWidth])
    assert.ok(wide[0] <= wide[1] && wide[2] >= 320, wide.join())
    await page.context().close()
  }
})

test('UX 17: the proof prints on A4: no navigation, the hashes and where it stands, black on white', async () => {
  const { page } = await filled({ width: 794, height: 1123 })
  await page.click('[data-check]')
  await page.locator('[data-verdict]').waitFor()
  await page.emulateMedia({ media: 'print' })
  for (const gone of ['.portal-head', '.portal-foot', '[data-check]', '[name=receipt]', '[data-spoil]']) assert.equal(await page.locator(gone).isVisible(), false, gone)
  assert.ok(await page.locator('[data-verdict] [data-reckoned]').isVisible())
  assert.match(await page.locator('.print-foot').innerText(), new RegExp(`${server.url}/verify`))
  const style = await page.locator('[data-verdict] h2').evaluate((node) => [getComputedStyle(node).color, getComputedStyle(node).backgroundColor])
  assert.deepEqual(style, ['rgb(0, 0, 0)', 'rgb(255, 255, 255)'])
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth))
  assert.ok((await page.pdf({ format: 'A4', preferCSSPageSize: true })).length > 1000)
  await page.context().close()
})
