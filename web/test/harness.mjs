// What browser tests stand on: a real server in a fresh folder with a company in it, Debian's chromium,
// and what every page must keep to (no violation of the policy, no fault of accessibility).
import axe from 'axe-core'
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium } from 'playwright-core'

export const kProgram = process.env.YINUO_PROGRAM ?? resolve(import.meta.dirname, '../../build/yinuo')
const kChromium = process.env.YINUO_CHROMIUM ?? '/usr/bin/chromium'
export const kPassword = 'a long enough sentence'
export const kRoles = ['owner', 'manager', 'agent', 'second_line', 'partner', 'auditor']
/** Where a test clock begins: a Tuesday, 09:00 in Beijing. */
export const kStart = '2026-03-10T01:00:00Z'

export function pause(ms) {
  return new Promise((done) => setTimeout(done, ms))
}
/** Asks until it is so; `what` says what was waited for. */
export async function until(is, what, ms = 10_000) {
  const end = Date.now() + ms
  for (;;) {
    const found = await is()
    if (found) return found
    if (Date.now() > end) throw new Error(`waited ${ms} ms for: ${what}`)
    await pause(50)
  }
}

/**
 * A server of its own. `flags`: of `yinuo serve`; with `clock: true` time stands still until
 * `server.setClock()`. People of every role are there: login = role, password kPassword.
 */
export class Server {
  static async start({ flags = [], port = 0, clock = false, company = 'acme', title = '示例电信' } = {}) {
    const server = new Server()
    server.folder = mkdtempSync(join(tmpdir(), 'yinuo-web-'))
    server.company = company
    server.flags = [...flags]
    if (clock) {
      server.flags.push('--test-clock', kStart)
      server.command(['user', 'add', 'operator'], kPassword) // who may set the clock
    }
    server.command(['tenant', 'add', company, '--title', title])
    const titles = { owner: '赵总', manager: '钱经理', agent: '孙坐席', second_line: '李二线', partner: '周外协', auditor: '吴审计' }
    for (const role of kRoles)
      server.command(
        ['user', 'add', role, '--tenant', company, '--role', role, '--title', titles[role], ...(role === 'partner' ? ['--subjects', 'order/P'] : [])],
        kPassword,
      )
    await server.serve(port)
    return server
  }

  command(words, input = '') {
    const clock = this.flags.includes('--test-clock') ? ['--test-clock', kStart] : []
    return execFileSync(kProgram, [...words, ...clock, '--data', this.folder], { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] })
  }

  async serve(port = 0) {
    const web = process.env.YINUO_WEB ? ['--web', process.env.YINUO_WEB] : []
    const rates = ['--rate-guest', '100000', '--rate-user', '100000', '--rate-key', '1000000']
    this.process = spawn(
      kProgram,
      ['serve', '--data', this.folder, '--listen', `127.0.0.1:${port}`, ...rates, ...web, ...this.flags],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    this.said = []
    this.ended = new Promise((done) => this.process.once('exit', done))
    this.port = await new Promise((listening, failed) => {
      for (const stream of [this.process.stdout, this.process.stderr])
        createInterface({ input: stream }).on('line', (line) => {
          if (this.said.length < 200 && !line.includes('"request"')) this.said.push(line)
          const found = /"port":(\d+)/.exec(line) ?? /https?:\/\/[^ /]*:(\d+)/.exec(line)
          if (found) listening(Number(found[1]))
        })
      void this.ended.then((code) => failed(new Error(`the server ended (${code}): ${this.said.join('\n')}`)))
    })
    this.url = `http://127.0.0.1:${this.port}`
    await until(() => fetch(`${this.url}/readyz`).then((r) => r.ok, () => false), 'the server to be ready')
  }

  /** Ends it: 'SIGTERM' as usual, or 'SIGKILL'. The folder stays; serve() goes on with it. */
  async end(signal = 'SIGTERM') {
    this.process.kill(signal)
    await this.ended
  }
  async stop() {
    await this.end()
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** {status, json, headers}; `as`: a role, a token, or nothing. */
  async call(method, path, { as, body, headers = {}, text } = {}) {
    const token = kRoles.includes(as) || as === 'operator' ? await this.token(as) : as
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(token ? { Authorization: token.startsWith('Link ') ? token : `Bearer ${token}` } : {}),
        ...(body !== undefined ? { 'Content-Type': 'application/json' } : {}),
        ...(text !== undefined ? { 'Content-Type': 'text/yaml' } : {}),
        ...headers,
      },
      body: body !== undefined ? JSON.stringify(body) : text,
    })
    const said = await response.text()
    if (response.status === 401 && this.tokens?.[as] === token && token) {
      delete this.tokens[as] // a session lasts 12 hours of the server's clock
      return this.call(method, path, { as, body, headers, text })
    }
    let json
    try {
      json = said ? JSON.parse(said) : undefined
    } catch {
      json = undefined
    }
    return { status: response.status, json, text: said, headers: response.headers }
  }
  /** The same, and it must go well. */
  async must(method, path, more) {
    const answer = await this.call(method, path, more)
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`)
    return answer
  }
  async token(role) {
    this.tokens ??= {}
    const tenant = role === 'operator' ? '' : this.company
    this.tokens[role] ??= (await this.must('POST', '/api/v1/sessions', { body: { tenant, login: role, password: kPassword } })).json.token
    return this.tokens[role]
  }

  /** Moves a test clock on; to an instant, ISO text. */
  async setClock(now) {
    await this.must('PUT', '/api/v1/test-clock', { as: 'operator', body: { now } })
  }
  /** Drafted and checked by the owner, approved and published by the manager. */
  async publish(text, calendars = {}) {
    const draft = await this.must('POST', '/api/v1/promises', { as: 'owner', body: { text, calendars } })
    await this.push(draft.json.id, draft.headers.get('etag'))
    return draft.json.id
  }
  /** The same from a draft on. */
  async push(id, etag) {
    for (const [step, as] of [
      ['check', 'owner'],
      ['approve', 'manager'],
      ['publish', 'manager'],
    ]) {
      const done = await this.must('POST', `/api/v1/promises/${encodeURIComponent(id)}/${step}`, {
        as,
        headers: { 'If-Match': etag.replace(/^W\//, '') },
      })
      etag = done.headers.get('etag') ?? etag
    }
  }
  /** Facts, one or several: {kind, subject, at?, customer?, fields?}. Ids are given unless said; `at` is now. */
  async report(facts, source = 'crm') {
    const all = (Array.isArray(facts) ? facts : [facts]).map((fact) => ({
      id: `t${(this.reported = (this.reported ?? 0) + 1)}`,
      ...fact,
    }))
    const clock = all.some((fact) => !fact.at) && (await fetch(`${this.url}/healthz`)).headers.get('Yinuo-Now')
    for (const fact of all) fact.at ??= new Date(Number(clock)).toISOString()
    for (let i = 0; i < all.length; i += 5000) {
      const answer = await this.must('POST', `/api/v1/facts?source=${source}`, { as: 'owner', body: all.slice(i, i + 5000) })
      const refused = answer.json.items.filter((item) => item.outcome === 'refused')
      if (refused.length > 0) throw new Error(`refused: ${JSON.stringify(refused[0])}`)
    }
  }
  /** The obligations about a subject. */
  async owed(subject, as = 'owner') {
    return (await this.must('GET', `/api/v1/obligations?subject=${encodeURIComponent(subject)}`, { as })).json.items
  }
  /** A signed link for a customer's handle. */
  async link(customer) {
    return (await this.must('POST', '/api/v1/links', { as: 'agent', body: { customer } })).json.link
  }
}

// --- the browser --------------------------------------------------------------------------------------

let browser
export async function openBrowser() {
  browser ??= await chromium.launch({
    executablePath: kChromium,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
  return browser
}
export async function closeBrowser() {
  await browser?.close()
  browser = undefined
}

/**
 * A fresh page (own cookies). `as`: signed in with that role. `page.troubles` gathers what must not be:
 * violations of the policy, errors of scripts; `calm(page)` asserts that there was none.
 */
export async function openPage(server, { as, language = 'zh', width = 1280, height = 800, path, clock, ...context } = {}) {
  const opened = await (await openBrowser()).newContext({
    viewport: { width, height },
    locale: language === 'zh' ? 'zh-CN' : 'en-US',
    timezoneId: 'Asia/Shanghai',
    baseURL: server.url,
    ...context,
  })
  opened.setDefaultTimeout(10_000)
  if (as) {
    await server.must('GET', '/api/v1/me', { as }) // renews a session that is over
    const token = await server.token(as)
    await opened.addCookies([{ name: 'yn_session', value: token, url: server.url, httpOnly: true, sameSite: 'Lax' }])
  }
  await opened.addInitScript((chosen) => {
    try {
      if (!localStorage.getItem('yinuo.language')) localStorage.setItem('yinuo.language', chosen)
    } catch {}
    globalThis.__violations = []
    document.addEventListener('securitypolicyviolation', (event) =>
      globalThis.__violations.push(`${event.violatedDirective}: ${event.blockedURI || event.sample || event.sourceFile}`),
    )
  }, language)
  const page = await opened.newPage()
  page.troubles = []
  page.on('pageerror', (error) => page.troubles.push(`script: ${error.message}`))
  page.on('console', (message) => {
    if (/Content.Security.Policy/i.test(message.text())) page.troubles.push(`policy: ${message.text()}`)
    else if (/\[Vue warn\]|no words for/.test(message.text())) page.troubles.push(message.text())
  })
  if (clock) await page.clock.install({ time: new Date(clock) })
  if (path) await page.goto(path)
  return page
}

/** Throws if the page saw a violation of its policy or an error of a script. */
export async function calm(page) {
  const violations = await page.evaluate(() => globalThis.__violations ?? [])
  const all = [...page.troubles, ...violations]
  if (all.length > 0) throw new Error(`on ${page.url()}:\n${[...new Set(all)].join('\n')}`)
}

/** Throws unless axe finds no fault of WCAG 2.1 A and AA. */
export async function accessible(page, { without = [] } = {}) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source)
  const found = await page.evaluate(
    (exclude) => globalThis.axe.run({ exclude }, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }),
    without,
  )
  if (found.violations.length > 0)
    throw new Error(
      `on ${page.url()}:\n` +
        found.violations.map((v) => `${v.id} (${v.impact}): ${v.help}\n` + v.nodes.slice(0, 5).map((n) => `    ${n.target.join(' ')}  ${n.failureSummary?.split('\n').slice(1, 3).join('; ')}`).join('\n')).join('\n'),
    )
}

/** A picture for whoever looks, when YINUO_SHOTS names a folder. */
export async function shot(page, name) {
  const folder = process.env.YINUO_SHOTS
  if (!folder) return
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`) })
}

// --- a promise to test with ---------------------------------------------------------------------------

/** Two hours by the clock, warned at 75 % and 90 %, pausing for the customer; late means ¥10 an hour. */
export const kPromise = `promise: repair
version: 1
class: {scope: limited, guarantee: guaranteed, form: written, explicitness: explicit, content: time, strength: public}
title: {zh: 报修两小时修好, en: Repaired within two hours}
need: {zh: 家里尽快能上网, en: to be online again soon}
limits: {zh: 客户改约的时间不计入, en: time moved at the customer's wish doesn't count}
owner: team/field
zone: Asia/Shanghai
subject: order
facts:
  fault.reported: {zh: 报修, en: fault reported}
  fault.mended: {zh: 修好, en: mended}
  visit.moved: {zh: 客户改约, en: visit moved by the customer}
  visit.begun: {zh: 上门, en: visit begun}
clauses:
  mended:
    title: {zh: 两小时修好, en: Mended in two hours}
    starts: fact = "fault.reported"
    keeps: fact = "fault.mended"
    within: 2 h
    pauses:
      customer:
        from: fact = "visit.moved"
        to: fact = "visit.begun"
        text: {zh: 等客户：客户改约, en: "waiting for the customer, who moved the visit"}
    warns: [75 %, 90 %]
remedies:
  late:
    title: {zh: 逾期赔付, en: Paid for being late}
    for: mended
    give: {kind: bill credit, amount: 10 CNY, per started: 1 h, at most: 5}
`
