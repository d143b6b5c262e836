// 承诺公示板: read with scripts off, by everybody, on paper.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, calm, closeBrowser, kPromise, openPage, Server, shot, until } from './harness.mjs'

let server
const kPages = ['/board', '/board/acme', '/board/acme/repair']

before(async () => {
  server = await Server.start({ clock: true })
  await server.publish(kPromise)
  const standing = await server.must('GET', '/api/v1/settings', { as: 'owner' })
  const { title, personal_fields, roster } = standing.json
  await server.must('PUT', '/api/v1/settings', {
    as: 'owner',
    headers: { 'If-Match': standing.headers.get('etag') },
    body: { title, personal_fields, roster, public_board: true },
  })
  await server.setClock('2026-03-10T01:30:00Z')
  await server.report(Array.from({ length: 12 }, (_, i) => ({ kind: 'fault.reported', subject: `order/${i}`, customer: `C-${i}` })))
  await server.setClock('2026-03-10T02:30:00Z')
  await server.report(Array.from({ length: 9 }, (_, i) => ({ kind: 'fault.mended', subject: `order/${i}` })))
  await server.setClock('2026-03-10T05:00:00Z')
  await until(async () => (await server.must('GET', '/api/v1/obligations?state=broken', { as: 'owner' })).json.items.length === 3, 'three to be broken')
  await until(async () => (await server.must('GET', '/public/acme/promises')).json.items[0].last_90_days, 'the figures to be counted')
})
after(async () => {
  await closeBrowser()
  await server?.stop()
})

test('the board is read with scripts off: what was promised, how much was kept of how much, and as of when', async () => {
  const page = await openPage(server, { path: '/board', javaScriptEnabled: false })
  assert.equal(new URL(page.url()).pathname, '/board/acme') // the only company
  const text = await page.locator('main').innerText()
  for (const part of ['报修两小时修好', '两小时修好', '75.0 %', '9 / 12', '46.8 – 91.1 %', '2026-03-10 13:00 UTC+08:00']) assert.ok(text.includes(part), `${part} in ${text}`)
  await page.getByRole('link', { name: '报修两小时修好' }).click()
  await page.waitForURL('**/board/acme/repair')
  assert.equal(await page.locator('svg.weeks rect').count(), 2)
  await page.getByRole('link', { name: 'English' }).click()
  await page.waitForURL(/lang=en/)
  assert.equal(await page.locator('html').getAttribute('lang'), 'en')
  assert.match(await page.locator('main').innerText(), /Repaired within two hours/)
  await page.context().close()
})

test('UX 13: no fault of accessibility on the board, in either language', async () => {
  for (const language of ['zh', 'en'])
    for (const path of kPages) {
      const page = await openPage(server, { path: `${path}?lang=${language}`, language })
      await accessible(page)
      await calm(page)
      await shot(page, `board-${language}-${path.replaceAll('/', '-')}`)
      await page.context().close()
    }
})

test('UX 14: the board fits on 360 px, and what is touched is 44 px high', async () => {
  for (const path of kPages.slice(1)) {
    const page = await openPage(server, { path, width: 360, height: 640 })
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    assert.ok(width <= 360, `${path} is ${width} px wide`)
    for (const box of await page.locator('header a, .up a, .links a').all()) assert.ok((await box.boundingBox()).height >= 44)
    await shot(page, `board-360-${path.replaceAll('/', '-')}`)
    await page.context().close()
  }
})

test('UX 17: on paper there is no navigation, and the checkpoint is written out', async () => {
  const page = await openPage(server, { path: '/board/acme' })
  await page.emulateMedia({ media: 'print' })
  assert.equal(await page.getByRole('link', { name: 'English' }).isVisible(), false)
  assert.ok(await page.getByText('/log/acme/checkpoint').first().isVisible())
  const color = await page.locator('h1').evaluate((one) => getComputedStyle(one).color)
  assert.equal(color, 'rgb(0, 0, 0)')
  await page.context().close()
})

test('UX 16: the board runs nothing: its policy allows no script at all', async () => {
  for (const path of kPages.slice(1)) {
    const { headers, text } = await server.call('GET', path)
    assert.match(headers.get('content-security-policy'), /default-src 'none'/)
    assert.doesNotMatch(text, /<script|style="/)
    const again = await server.call('GET', path, { headers: { 'If-None-Match': headers.get('etag') } })
    assert.equal(again.status, 304)
  }
})
