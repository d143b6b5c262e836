// 我的一天: my own record, what is due within the hour, what I hand over.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, calm, closeBrowser, kPromise, openPage, Server, shot, until } from './harness.mjs'

const kMinute = 60_000
const kBegun = Date.parse('2026-03-10T02:00:00Z')
let server
before(async () => {
  server = await Server.start({ clock: true })
  await server.publish(kPromise)
  const draft = await server.must('POST', '/api/v1/house-promises/word/draft', { as: 'owner', body: {} })
  await server.push(draft.json.id, draft.headers.get('etag'))
  await server.setClock(new Date(kBegun).toISOString())
})
after(async () => {
  await closeBrowser()
  await server?.stop()
})
const at = (minutes) => new Date(kBegun + minutes * kMinute).toISOString()
const give = (text, minutes, as = 'agent') =>
  server.must('POST', '/api/v1/words', { as, body: { customer: 'C-1', about: 'order/N1', text, until: at(minutes) } }).then((answer) => answer.json)

test('UX 12: an empty day says where to go on', async () => {
  const page = await openPage(server, { as: 'agent', path: '/app/my-day' })
  await page.locator('[data-part=soon] [data-list-state=empty]').waitFor()
  await page.locator('[data-part=hand-over] [data-list-state=empty]').waitFor()
  await accessible(page)
  await page.locator('[data-part=soon] a').click()
  await page.waitForURL('**/app/queue')
  await calm(page)
  await page.context().close()
})

test('my own words make my record and my hand-over list; others do not', async () => {
  await server.report([
    { kind: 'fault.reported', subject: 'order/N1', customer: 'C-1', at: at(-5) },
    { kind: 'fault.mended', subject: 'order/N1', at: at(-4) },
  ])
  const kept = await give('二十分钟内回电', 20)
  const broken = await give('十分钟内发短信', 10)
  const open = await give('今晚八点前再联系', 300)
  await give('经理自己的', 300, 'owner')
  await server.setClock(at(5))
  await server.must('POST', `/api/v1/words/${kept.id}/kept`, { as: 'agent', body: {} })
  await server.report([
    { kind: 'fault.reported', subject: 'order/N2', customer: 'C-2', at: at(-55) }, // due in 40 minutes
    { kind: 'fault.reported', subject: 'order/N3', customer: 'C-3', at: at(0) }, // later than in an hour
  ])
  await server.setClock(at(25))
  await until(async () => (await server.must('GET', `/api/v1/words/${broken.id}`, { as: 'agent' })).json.state === 'broken', 'the word to break')

  const page = await openPage(server, { as: 'agent', path: '/app/my-day', permissions: ['clipboard-read', 'clipboard-write'] })
  const soon = page.locator('[data-part=soon] tbody tr')
  await soon.first().waitFor()
  assert.equal(await soon.count(), 1)
  assert.match(await soon.innerText(), /order\/N2/)
  assert.match(await page.locator('[data-part=mine]').innerText(), /50\.0%[\s\S]*到期 2 个，兑现 1 个/)
  const over = page.locator('[data-part=hand-over] tbody tr')
  assert.deepEqual(await over.evaluateAll((rows) => rows.map((row) => row.dataset.word)), [open.id])
  assert.match(await over.innerText(), /今晚八点前再联系[\s\S]*北京时间/)
  await page.click('[data-copy]')
  await until(async () => /已复制/.test(await page.locator('[data-part=hand-over] [role=status]').innerText()), 'the copy')
  const text = await page.evaluate(() => navigator.clipboard.readText())
  assert.match(text, /孙坐席[\s\S]*order\/N1[\s\S]*今晚八点前再联系/)
  await accessible(page)
  await calm(page)
  await shot(page, 'myday')
  await page.context().close()

  const english = await openPage(server, { as: 'agent', language: 'en', width: 360, height: 640, path: '/app/my-day' })
  await english.locator('[data-part=soon] tbody tr').waitFor()
  await accessible(english)
  assert.ok((await english.evaluate(() => document.documentElement.scrollWidth)) <= 360)
  await calm(english)
  await shot(english, 'myday-en-360')
  await english.context().close()
})
