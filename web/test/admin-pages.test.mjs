// Every page of setting up: who may open it, no fault of accessibility, none against the policy.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, calm, closeBrowser, openPage, Server } from './harness.mjs'

const kPages = ['/app/calendars', '/app/calendars/office.yaml?year=2026', '/app/calendars/office.yaml?part=text', '/app/people', '/app/notices', '/app/notices?part=templates', '/app/notices?part=channels', '/app/imports', '/app/imports/new', '/app/keys', '/app/webhooks', '/app/settings', '/app/audit', '/app/state']

let server
before(async () => {
  server = await Server.start()
  const text = 'zone: Asia/Shanghai\nweekly:\n  mon-fri: 09:00-12:00, 13:30-18:00\nholidays:\n  - cn-statutory\n'
  await server.must('POST', '/api/v1/calendars', { as: 'owner', body: { name: 'office.yaml', text } })
  await server.must('POST', '/api/v1/webhooks', { as: 'owner', body: { url: 'https://hooks.invalid/in', title: 'CRM' } })
  await server.must('POST', '/api/v1/keys', { as: 'owner', body: { name: 'CRM', permissions: ['facts.write'], sources: ['crm'] } })
})
after(async () => {
  await closeBrowser()
  await server?.stop()
})

test('an agent neither sees nor reaches these pages', async () => {
  const page = await openPage(server, { as: 'agent', path: '/app' })
  await page.locator('#app-menu').waitFor()
  assert.equal(await page.locator('[data-group=setup] a[href^="/app/keys"], [data-group=setup] a[href^="/app/people"], [data-group=setup] a[href^="/app/state"]').count(), 0)
  for (const path of kPages) {
    await page.goto(path)
    await page.getByText('您没有打开这个页面的权限').waitFor()
  }
  for (const path of ['/api/v1/users', '/api/v1/keys', '/api/v1/webhooks', '/api/v1/settings', '/api/v1/audit', '/api/v1/state'])
    assert.equal((await server.call('GET', path, { as: 'agent' })).status, 403, path)
  await page.context().close()
})

// The pages themselves are among screens.test.mjs's.
for (const language of ['zh', 'en'])
  test(`UX 13, 16: no fault of accessibility and none against the policy with a dialog open (${language})`, async () => {
    const page = await openPage(server, { as: 'owner', language })
    await page.goto('/app/people?open=new')
    await page.locator('dialog[open]').waitFor()
    await accessible(page)
    await calm(page)
    await page.context().close()
  })
