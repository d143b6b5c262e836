// How long the queue's first rows take with a million obligations behind it; not a test, and not quick:
//   node test/million.mjs [OBLIGATIONS]   (about a minute for each 100,000)
import { closeBrowser, kPromise, openPage, Server } from './harness.mjs'

const wanted = Number(process.argv[2] ?? 1_000_000)
const kBatch = 1000
const server = await Server.start()
// Half a year, so that they stay open; in three promises, so that filters have something to tell apart.
for (const name of ['repair', 'install', 'survey'])
  await server.publish(kPromise.replace('promise: repair', `promise: ${name}`).replace('subject: order', `subject: ${name}`).replace('within: 2 h', 'within: 180 days'))
const { text: key } = (await server.must('POST', '/api/v1/keys', { as: 'owner', body: { name: 'crm', permissions: ['facts.write'] } })).json
const begun = Date.now()
for (let done = 0; done < wanted; done += 4 * kBatch) {
  const batch = (from) => {
    const at = new Date(Date.now()).toISOString()
    return Array.from({ length: kBatch }, (_, i) => {
      const n = from + i
      return JSON.stringify({ id: `m${n}`, kind: 'fault.reported', subject: `${['repair', 'install', 'survey'][n % 3]}/${n}`, customer: `C-${n % 50_000}`, at })
    }).join('\n')
  }
  await Promise.all(
    [0, 1, 2, 3].map((part) =>
      server.must('POST', '/api/v1/facts?source=crm', { as: key, text: batch(done + part * kBatch), headers: { 'Content-Type': 'application/x-ndjson' } }),
    ),
  )
  if (done % 100_000 === 0) console.log(`${done} after ${((Date.now() - begun) / 1000).toFixed(0)} s`)
}
const lanes = (await server.must('GET', '/api/v1/lanes', { as: 'agent' })).json
console.log(`${lanes.tabs.savable.total} open obligations after ${((Date.now() - begun) / 1000).toFixed(0)} s`)
for (const path of ['/app/queue', '/app/queue?lane=days', '/app/queue?promise=survey@1']) {
  const page = await openPage(server, { as: 'agent' })
  const from = Date.now()
  await page.goto(path, { waitUntil: 'commit' })
  await page.locator('[data-row]').first().waitFor()
  const first = Date.now() - from
  await page.locator('[data-count=savable]:not(:text("…"))').waitFor()
  console.log(`${path}: first rows after ${first} ms, counts after ${Date.now() - from} ms`)
  await page.context().close()
}
for (const path of ['/api/v1/obligations?tab=savable&limit=50&with=clock', '/api/v1/lanes']) {
  const times = []
  for (let i = 0; i < 20; ++i) {
    const from = performance.now()
    await server.must('GET', path, { as: 'agent' })
    times.push(performance.now() - from)
  }
  times.sort((a, b) => a - b)
  console.log(`${path}: median ${times[10].toFixed(1)} ms, most ${times[19].toFixed(1)} ms`)
}
await closeBrowser()
await server.stop()
