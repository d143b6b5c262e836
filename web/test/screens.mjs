// Every screen there is: where, and as whom. A test holds this list to the routes of both faces, so that
// no screen escapes being looked at.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const enc = encodeURIComponent
const kSource = join(import.meta.dirname, '../src')

/** `made`: what world() made. `mine`: as the customer whom the link is for. `dialog` opens one. */
export function screens(made) {
  const promise = `/app/promises/${enc('repair@1')}`
  return [
    { name: 'sign-in', route: '/app/sign-in' },
    { name: 'forbidden', route: '/app/forbidden', as: 'agent' },
    { name: 'queue', route: '/app/queue', as: 'agent' },
    { name: 'my-day', route: '/app/my-day', as: 'agent' },
    { name: 'queue-broken', route: '/app/queue', path: '/app/queue?tab=broken', as: 'agent' },
    { name: 'subject', route: '/app/subjects/:name', path: `/app/subjects/${enc(made.subject)}`, as: 'agent' },
    { name: 'inbox', route: '/app/inbox/:kind?', path: '/app/inbox', as: 'manager' },
    { name: 'incidents', route: '/app/incidents', as: 'manager' },
    { name: 'incident', route: '/app/incidents/:id', path: `/app/incidents/${made.incident}`, as: 'manager' },
    { name: 'incident-rules', route: '/app/incidents/rules', as: 'manager' },
    { name: 'promises', route: '/app/promises', as: 'manager' },
    { name: 'promise', route: '/app/promises/:id', path: promise, as: 'manager' },
    { name: 'draft', route: '/app/promises/:id', path: `/app/promises/${enc(made.draft)}?panel=diff`, as: 'manager' },
    { name: 'new-promise', route: '/app/promises/new', as: 'manager' },
    { name: 'fund', route: '/app/fund', as: 'manager' },
    { name: 'fund-ledger', route: '/app/fund/ledger', as: 'manager' },
    { name: 'fund-payouts', route: '/app/fund/payouts', as: 'manager' },
    { name: 'fund-charges', route: '/app/fund/charges', as: 'manager' },
    { name: 'fund-policy', route: '/app/fund/policy', as: 'owner' },
    { name: 'fund-files', route: '/app/fund/files', as: 'manager' },
    { name: 'dashboards', route: '/app/dashboards', as: 'manager' },
    { name: 'improvements', route: '/app/improvements', as: 'manager' },
    { name: 'reason-codes', route: '/app/improvements/codes', as: 'owner' },
    { name: 'people', route: '/app/people', as: 'owner' },
    { name: 'keys', route: '/app/keys', as: 'owner' },
    { name: 'webhooks', route: '/app/webhooks', as: 'owner' },
    { name: 'notices', route: '/app/notices', as: 'owner' },
    { name: 'calendars', route: '/app/calendars', as: 'owner' },
    { name: 'calendar', route: '/app/calendars/:name', path: `/app/calendars/${enc('office.yaml')}`, as: 'owner' },
    { name: 'imports', route: '/app/imports', as: 'manager' },
    { name: 'new-import', route: '/app/imports/new', as: 'manager' },
    { name: 'settings', route: '/app/settings', as: 'owner' },
    { name: 'audit', route: '/app/audit', as: 'owner' },
    { name: 'state', route: '/app/state', as: 'owner' },
    { name: 'portal-sign-in', route: '/' },
    { name: 'portal', route: '/', mine: true },
    { name: 'portal-promise', route: '/my/promises/:id', path: `/my/promises/${made.broken.id}`, mine: true },
    { name: 'portal-compensation', route: '/my/compensation', mine: true },
    { name: 'portal-expectations', route: '/my/expectations', mine: true },
    { name: 'portal-expectation', route: '/my/expectations/:id', path: `/my/expectations/${made.expectation}`, mine: true },
    { name: 'portal-notices', route: '/my/notices', mine: true },
    { name: 'verify', route: '/verify' },
    { name: 'board', route: '/board' },
    { name: 'board-company', route: '/board/{tenant}', path: `/board/${made.server.company}` },
    { name: 'board-promise', route: '/board/{tenant}/{promise}', path: `/board/${made.server.company}/repair` },
  ].map((one) => ({ path: one.route, ...one }))
}

/** The routes that the sources name. */
export function routes() {
  const files = [join(kSource, 'portal/router.ts'), join(kSource, 'console/router.ts')]
  for (const area of readdirSync(join(kSource, 'console/areas'))) files.push(join(kSource, 'console/areas', area, 'index.ts'))
  return files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/path: [`'](\/[^`']*)[`'](, redirect)?/g)].filter(([, path, moved]) => !moved && !path.includes('rest') && !path.includes('${')).map(([, path]) => path),
  )
}

/** Signs a page in as the customer, if the screen is theirs; goes there; waits until it shows what it has. */
export async function open(page, screen, made) {
  if (screen.mine) {
    const { json } = await made.server.must('POST', '/api/v1/customer-sessions', { body: { link: made.link } })
    await page.context().addCookies([{ name: 'yn_session', value: json.token, url: made.server.url, httpOnly: true, sameSite: 'Lax' }])
  }
  await page.goto(screen.lang ? `${screen.path}?lang=${screen.lang}` : screen.path)
  await page.locator('main').waitFor()
  // Quiet for a while: nothing is asked for any more (a stream of events stays open, so no networkidle).
  await page.evaluate(async () => {
    let last = -1
    for (let calm = 0; calm < 3; ) {
      await new Promise((done) => setTimeout(done, 120))
      const count = performance.getEntriesByType('resource').length
      calm = count === last && !document.querySelector('[data-list-state=loading]') ? calm + 1 : 0
      last = count
    }
  })
  if (screen.dialog) await screen.dialog(page)
}
