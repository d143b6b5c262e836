// Every screen, in both languages and on a phone: no fault that axe finds, no violation of the policy, no
// page wider than its window, every absolute time with its zone, a heading, a title.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, calm, closeBrowser, openPage } from './harness.mjs'
import { open, routes, screens } from './screens.mjs'
import { world } from './world.mjs'

let made
let all
before(async () => {
  made = await world()
  all = screens(made)
})
after(async () => {
  await closeBrowser()
  await made?.server.stop()
})

test('the list of screens has every route of both faces', () => {
  const known = new Set(all.map((screen) => screen.route))
  // An import's own page exists only while there is one; admin.test.mjs looks at it.
  const elsewhere = ['/app', '/app/imports/:id', '/app/tour']
  assert.deepEqual(
    routes().filter((route) => !known.has(route) && !elsewhere.includes(route)),
    [],
  )
})

for (const look of [
  { name: 'zh', language: 'zh', width: 1280, height: 800 },
  { name: 'en', language: 'en', width: 1280, height: 800 },
  { name: '360 px', language: 'zh', width: 360, height: 640 },
]) {
  const phone = look.width === 360
  const name = phone
    ? 'UX 14: 360 x 640: no page is wider than its window, and main has 320 px'
    : `UX 13 and 16: no fault of accessibility and no violation of the policy on any screen (${look.name})`
  test(name, { timeout: 300_000 }, async (t) => {
    const roles = new Map()
    for (const screen of all) {
      // One window for each kind of visitor, so that sixty pages don't each begin anew.
      const who = screen.mine ? 'customer' : (screen.as ?? 'nobody')
      if (!roles.has(who)) roles.set(who, await openPage(made.server, { ...look, as: screen.as, clock: made.now() }))
      const page = roles.get(who)
      await t.test(screen.name, async () => {
        await open(page, screen, made)
        assert.ok((await page.title()).length > 2)
        assert.equal(await page.getAttribute('html', 'lang'), look.language === 'zh' ? 'zh-CN' : 'en')
        if (phone) {
          const wide = await page.evaluate(() => ({ page: document.documentElement.scrollWidth, main: document.querySelector('main').getBoundingClientRect().width }))
          assert.ok(wide.page <= 360, `${wide.page} px wide`)
          assert.ok(wide.main >= 320, `main is ${wide.main} px`)
        } else {
          await accessible(page)
        }
        await calm(page)
      })
      page.troubles.length = 0
    }
    for (const page of roles.values()) await page.context().close()
  })
}
