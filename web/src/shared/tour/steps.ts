// The five steps, each on the real screen: somebody of the demo's company is signed in for it, and the
// order that the story is about is really placed, breaks really, and is really paid for.
import { api, ask } from '../api/client'
import { Problem } from '../problem'
import { keep, type Tour } from './state'

const kCompany = 'telecom'
const kPromise = 'broadband-24h'
const kLimit = 24 * 3_600_000
const kWait = 45_000 // of the visitor's own time, until it breaks

export async function readDemo() {
  return ask(api.GET('/api/v1/demo/status'))
}
/** Is there a demo whose doors are open? */
export async function demoIsOpen(): Promise<boolean> {
  try {
    return (await readDemo()).sign_in_as.length > 0
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return false
    throw error
  }
}
async function stepIn(role: 'manager' | 'agent'): Promise<void> {
  await ask(api.POST('/api/v1/demo/sign-in', { body: { company: kCompany, role } }))
}

// An order as if it had been placed most of a day ago, so that nobody waits that long here.
async function placeOrder(): Promise<Pick<Tour, 'subject' | 'obligation'>> {
  const demo = await readDemo()
  const left = Math.min(demo.speed * kWait, kLimit - 4 * 3_600_000)
  const at = new Date(Date.parse(demo.now) - kLimit + left)
  const name = `tour-${at.getTime().toString(36)}${Math.floor(Math.random() * 1296).toString(36)}`
  const told = await ask(
    api.POST('/api/v1/facts', {
      params: { query: { source: 'tour', expand: 'obligations' } },
      body: { id: name, kind: 'order.placed', subject: `order/${name}`, customer: name, at: at.toISOString(), fields: {} } as never,
    }),
  )
  const owed = (told as { obligations?: { id: string; clause?: string }[] }).obligations?.[0]
  if (!owed) throw new Problem(0, 'no-obligation', kPromise)
  return { subject: `order/${name}`, obligation: owed.id }
}

/** Readies the step and gives the address of its screen. */
export async function addressOf(step: number, tour: Tour | undefined): Promise<string> {
  let story = { subject: tour?.subject ?? '', obligation: tour?.obligation ?? '' }
  if (step === 1) await stepIn('manager')
  else if (step < 5) await stepIn('agent')
  if (step > 1 && !story.obligation) {
    if (step > 2) await stepIn('agent')
    story = await placeOrder()
  }
  keep({ step, ...story })
  switch (step) {
    case 1: {
      const all = await ask(api.GET('/api/v1/promises', { params: { query: { limit: 200 } } }))
      const found = all.items.find((one) => one.name === kPromise && one.stage === 'published')
      return `/app/promises/${found ? encodeURIComponent(found.id) : ''}?tour=1`
    }
    case 2: {
      const state = (await standing(story.obligation))?.state
      const tab = state === 'at risk' ? 'about_to_break' : state === 'broken' ? 'broken' : 'savable'
      return `/app/queue?subject=${encodeURIComponent(story.subject)}&tab=${tab}&tour=2`
    }
    case 3:
      return `/app/subjects/${encodeURIComponent(story.subject)}?tour=3`
    case 4: {
      const customer = story.subject.slice('order/'.length)
      const { link } = await ask(api.POST('/api/v1/links', { body: { customer } }))
      return `/my/promises/${story.obligation}?tour=4#${link}`
    }
    default:
      return `/verify?of=${story.obligation}&tour=5`
  }
}

export interface Standing {
  state: string
  due_at?: string
  paid: boolean
}
/** How the order of the story stands; undefined: it can't be read now. */
export async function standing(obligation: string): Promise<Standing | undefined> {
  const path = { id: obligation }
  try {
    const found = await ask(api.GET('/api/v1/obligations/{id}', { params: { path } }))
    const paid = found.state === 'broken' && (await ask(api.GET('/api/v1/obligations/{id}/payouts', { params: { path } }))).items.some((one) => one.state === 'paid')
    return { state: found.state, due_at: found.due_at, paid }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return undefined
  }
}
