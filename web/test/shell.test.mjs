// The shell of both faces: signing in, languages, the policy, accessibility, budgets.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { accessible, calm, closeBrowser, kPassword, openPage, Server } from './harness.mjs'

let server
before(async () => {
  server = await Server.start()
})
after(async () => {
  await closeBrowser()
  await server?.stop()
})

test('one signs in, arrives where one wanted, and signs out', async () => {
  const page = await openPage(server, { path: '/app/queue' })
  await page.waitForURL(/\/app\/sign-in\?then=/)
  await page.fill('[name=tenant]', server.company)
  await page.fill('[name=login]', 'agent')
  await page.fill('[name=password]', 'something else')
  await page.click('form .button-main')
  await page.getByRole('alert').waitFor()
  assert.match(await page.getByRole('alert').innerText(), /不对/)
  await page.fill('[name=password]', kPassword)
  await page.click('form .button-main')
  await page.waitForURL('**/app/queue')
  assert.equal(await page.locator('.app-person').innerText(), '孙坐席 · 坐席')
  await page.click('[data-sign-out]')
  await page.waitForURL(/sign-in/)
  assert.equal((await page.context().cookies()).length, 0)
  await calm(page)
  await page.context().close()
})

test('what a role may not open is refused without loading it', async () => {
  const page = await openPage(server, { path: '/app/sign-in', language: 'en' })
  await accessible(page)
  await page.goto('/app/no-such-page')
  await page.getByRole('heading').waitFor()
  await calm(page)
  await page.context().close()
})

test('UX 15: the language changes in under 300 ms, without loading again, and keeps what was typed', async () => {
  for (const path of ['/', '/app/sign-in']) {
    const page = await openPage(server, { path })
    await page.locator('[data-language]').waitFor()
    await page.evaluate(() => (globalThis.__same = true))
    if (path !== '/') await page.fill('[name=login]', 'li')
    for (const language of ['en', 'zh-CN', 'en']) {
      const took = await page.evaluate(async (wanted) => {
        const begun = performance.now()
        document.querySelector('[data-language]').click()
        while (document.documentElement.lang !== wanted) await new Promise(requestAnimationFrame)
        return performance.now() - begun
      }, language)
      assert.ok(took < 300, `${took} ms`)
    }
    assert.equal(await page.evaluate(() => globalThis.__same), true)
    if (path !== '/') assert.equal(await page.inputValue('[name=login]'), 'li')
    assert.match(await page.title(), path === '/' ? /My promises/ : /Sign in/)
    await calm(page)
    await page.context().close()
  }
})

test('UX 16: every document comes under a strict policy', async () => {
  for (const path of ['/', '/app', '/app/queue', '/verify', '/my/promises/obl_1']) {
    const response = await fetch(server.url + path)
    const policy = response.headers.get('content-security-policy')
    for (const part of ["default-src 'self'", "script-src 'self'", "style-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"])
      assert.ok(policy.includes(part), `${path}: ${policy}`)
    assert.ok(!policy.includes('unsafe'))
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
    assert.ok(response.headers.get('referrer-policy'))
  }
})

test('documents are asked for again, files are kept for ever, both packed', async () => {
  const page = await fetch(server.url + '/app', { headers: { 'Accept-Encoding': 'gzip' } })
  assert.equal(page.headers.get('cache-control'), 'no-cache')
  const again = await fetch(server.url + '/app', { headers: { 'If-None-Match': page.headers.get('etag') } })
  if (!process.env.YINUO_WEB) assert.equal(again.status, 304)
  const asset = /\/assets\/[\w.-]+\.js/.exec(await page.text())[0]
  const script = await fetch(server.url + asset)
  if (!process.env.YINUO_WEB) assert.match(script.headers.get('cache-control'), /immutable/)
  const plain = await new Promise((done, failed) => {
    import('node:http').then(({ get }) =>
      get(server.url + asset, { headers: { 'Accept-Encoding': 'identity' } }, (response) => {
        const parts = []
        response.on('data', (part) => parts.push(part)).on('end', () => done({ headers: response.headers, body: Buffer.concat(parts) })).on('error', failed)
      }),
    )
  })
  assert.equal(plain.headers['content-encoding'], undefined)
  assert.equal(plain.body.toString(), await script.text())
  assert.throws(() => gunzipSync(plain.body))
})

/** What a first visit loads until the page is quiet, packed as it is sent: [address, bytes]. */
async function firstLoad(path, as) {
  const page = await openPage(server, { as })
  const rows = []
  page.on('response', (response) => {
    const { pathname } = new URL(response.url())
    if (!pathname.startsWith('/api/')) rows.push([pathname, Number(response.headers()['content-length'] ?? 0)])
  })
  await page.goto(path)
  await page.waitForLoadState('networkidle')
  await page.context().close()
  return { total: rows.reduce((sum, [, size]) => sum + size, 0), rows }
}

test('UX 20: the portal is at most 60 kB at first, the console 180 kB without charts', async (t) => {
  const portal = await firstLoad('/')
  const console = await firstLoad('/app/queue', 'agent')
  t.diagnostic(`portal ${(portal.total / 1000).toFixed(1)} kB, console ${(console.total / 1000).toFixed(1)} kB`)
  assert.ok(portal.total <= 60_000, JSON.stringify(portal.rows))
  assert.ok(console.total <= 180_000, JSON.stringify(console.rows))
  assert.ok(!console.rows.some(([url]) => /echarts/i.test(url)))
})
