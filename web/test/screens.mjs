// Every screen there is: where, as whom, and how one sees that it is ready. A test holds this list to the
// routes of both faces, so that no screen escapes being looked at.
const enc = encodeURIComponent

/** `made`: what world() made. `dialog` opens one, for the screens that have one. */
export function screens(made) {
  const mine = `/my/promises/${made.broken?.id}`
  return [
    { name: 'sign-in', route: '/app/sign-in', path: '/app/sign-in' },
    { name: 'queue', route: '/app/queue', path: '/app/queue', as: 'agent' },
    { name: 'subject', route: '/app/subjects/:name', path: `/app/subjects/${enc(made.subject)}`, as: 'agent' },
    { name: 'portal-sign-in', route: '/', path: '/' },
    { name: 'portal', route: '/', path: `/#${made.link}` },
    { name: 'portal-promise', route: '/my/promises/:id', path: mine, link: made.link },
    { name: 'verify', route: '/verify', path: '/verify' },
  ].map((one) => ({ ...one }))
}

/** Waits until the screen shows what it came to show. */
export async function settle(page, screen) {
  if (screen.link) {
    const here = page.url()
    await page.goto(`/#${screen.link}`)
    await page.waitForFunction(() => !location.hash)
    await page.waitForLoadState('networkidle')
    await page.goto(here)
  }
  await page.locator('main h1, main h2').first().waitFor()
  await page.waitForFunction(() => !document.querySelector('[data-list-state=loading]'))
  if (screen.dialog) await screen.dialog(page)
}
