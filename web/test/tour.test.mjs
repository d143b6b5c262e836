// The demo's tour on a demo that really runs: a newcomer is led from a published promise to a verified
// receipt, by the keyboard, without a password.
import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { accessible, calm, closeBrowser, openPage, Server, shot, until } from './harness.mjs'

let demo
before(async () => {
  demo = new Server()
  demo.folder = mkdtempSync(join(tmpdir(), 'yinuo-web-'))
  demo.flags = ['--demo', '--demo-speed', '3600', '--demo-examples', resolve(import.meta.dirname, '../../examples')]
  await demo.serve()
  await until(async () => (await (await fetch(`${demo.url}/api/v1/demo/status`)).json()).running, 'the demo to have lived through its first days', 60_000)
})
after(async () => {
  await closeBrowser()
  await demo?.stop()
})

const said = (page) => page.locator('[data-tour] h2').innerText()
// By the keyboard: the panel's heading has the focus when a step opens.
async function press(page, button) {
  await page.locator(button).focus()
  await page.keyboard.press('Enter')
}

test('the tour leads in five steps from a promise to a verified receipt', async () => {
  const page = await openPage(demo, { path: '/app/tour' })
  await page.locator('[data-tour-start]').waitFor()
  await accessible(page)
  await shot(page, 'tour-0')
  await press(page, '[data-tour-start]')

  await page.waitForURL(/\/app\/promises\/broadband-24h%401\?tour=1/)
  assert.match(await said(page), /第 1 步.*已发布的承诺/s)
  assert.ok(await page.evaluate(() => document.activeElement?.closest('[data-tour]') !== null))
  await page.getByText('broadband-24h').first().waitFor()
  await shot(page, 'tour-1')
  await accessible(page)
  await press(page, '[data-tour-next]')

  await page.waitForURL(/\/app\/queue\?.*tour=2/)
  const name = new URL(page.url()).searchParams.get('subject')
  assert.match(name, /^order\/tour-/)
  await page.locator('[data-tour-said]', { hasText: /还剩约 \d+ 秒/ }).waitFor()
  assert.ok(await page.locator('[data-tour-next]').isDisabled())
  await shot(page, 'tour-2')
  // Wherever one goes meanwhile, the step stays in the address bar, and a reload keeps the order.
  await page.locator('[data-group] a[href="/app/promises"]').first().click({ force: true })
  await page.waitForURL(/\/app\/promises\?tour=2/)
  await page.reload()
  await page.locator('[data-tour-said]', { hasText: /还剩约 \d+ 秒|已违约/ }).waitFor()
  await page.locator('[data-tour-next]:enabled').waitFor({ timeout: 30_000 })
  await press(page, '[data-tour-next]')

  await page.waitForURL(/\/app\/subjects\/.*tour=3/)
  await page.locator('[data-tour-said]', { hasText: '500 MB' }).waitFor()
  await page.locator('[data-tour-next]:enabled').waitFor()
  await shot(page, 'tour-3')
  await press(page, '[data-tour-next]')

  await page.waitForURL(/\/my\/promises\/obl_\w+\?tour=4$/) // the link is gone from the address bar
  await page.locator('.chip-broken').first().waitFor()
  await page.locator('[data-payout][data-state=paid]').first().waitFor()
  await shot(page, 'tour-4')
  await accessible(page)
  await press(page, '[data-tour-next]')

  await page.waitForURL(/\/verify\?of=obl_\w+&tour=5/)
  await page.getByText('这份记录是真的').waitFor()
  await shot(page, 'tour-5')
  await calm(page)
  // Back and forth: the customer's session gives way to the agent's and the link again.
  await press(page, '[data-tour-back]')
  await page.waitForURL(/\/my\/promises\/obl_\w+\?tour=4$/)
  await press(page, '[data-tour-next]')
  await page.waitForURL(/tour=5/)
  await press(page, '[data-tour-end]')
  await page.locator('[data-tour]').waitFor({ state: 'detached' })
  assert.ok(!page.url().includes('tour='))

  // It was seen to the end, and says so.
  await page.goto('/app/tour')
  await page.getByText('您已经看完过一遍').waitFor()
  assert.equal(await page.locator('[data-tour]').count(), 0)
  await calm(page)
})

test('the tour can be left, speaks English, and folds', async () => {
  const page = await openPage(demo, { path: '/app/tour', language: 'en', width: 360, height: 640 })
  await page.getByRole('button', { name: 'Begin the tour' }).click()
  await page.waitForURL(/tour=1/)
  assert.match(await said(page), /Step 1 of 5/)
  await page.locator('[data-tour] [aria-expanded]').click()
  assert.equal(await page.locator('[data-tour-next]').count(), 0)
  await page.locator('[data-tour] [aria-expanded]').click()
  await shot(page, 'tour-en-360')
  await page.locator('[data-tour-skip]').click()
  await page.locator('[data-tour]').waitFor({ state: 'detached' })
  await page.waitForURL((url) => !url.searchParams.has('tour'))
  await page.reload()
  await page.waitForLoadState('networkidle')
  assert.equal(await page.locator('[data-tour]').count(), 0)
  await page.goto('/app/tour')
  await page.getByRole('button', { name: 'Begin the tour' }).waitFor() // not seen to its end
  await calm(page)
})

test('where no demo runs, the tour says so', async () => {
  const plain = await Server.start({ flags: [] })
  try {
    const page = await openPage(plain, { path: '/app/tour' })
    await page.getByText('这台服务器没有敞开的演示').waitFor()
    await accessible(page)
    await calm(page)
  } finally {
    await plain.stop()
  }
})
