// A server with some life in it, to look at by hand: node test/look.mjs PORT
import { kPassword, kPromise, Server } from './harness.mjs'

const server = await Server.start({ flags: [] })
await server.publish(kPromise)
const now = Date.now()
for (let i = 1; i <= 40; ++i)
  await server.report({ kind: 'fault.reported', subject: `order/${4700 + i}`, customer: `C-${1000 + (i % 7)}`, at: new Date(now).toISOString() })
await server.end()
await server.serve(Number(process.argv[2] ?? 8090))
console.log(`${server.url}/app   company ${server.company}; log in as owner, manager, agent, …; password: ${kPassword}`)
console.log(`${server.url}/#${await server.link('C-1001')}   a customer`)
process.on('SIGINT', () => void server.stop().then(() => process.exit(0)))
await server.ended
