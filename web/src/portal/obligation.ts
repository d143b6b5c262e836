// All that the page of one promise shows, asked for together.
import { api, ask } from '../shared/api/client'
import { Problem } from '../shared/problem'

/** What one may not see, or what a company doesn't have, is left out; other troubles are told. */
async function maybe<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof Problem && [403, 404, 409].includes(error.status)) return undefined
    throw error
  }
}

export async function readPromise(id: string) {
  const path = { path: { id } }
  const [it, told, explained, acts, payouts] = await Promise.all([
    ask(api.GET('/api/v1/obligations/{id}', { params: path })),
    ask(api.GET('/api/v1/obligations/{id}/told', { params: path })),
    maybe(ask(api.GET('/api/v1/obligations/{id}/explain', { params: path }))),
    maybe(ask(api.GET('/api/v1/obligations/{id}/acts', { params: path }))),
    maybe(ask(api.GET('/api/v1/obligations/{id}/payouts', { params: path }))),
  ])
  const chases = await maybe(ask(api.GET('/api/v1/chases', { params: { query: { about: it.subject, limit: 20 } } })))
  return { it, told, explained, acts: acts?.items ?? [], payouts: payouts?.items ?? [], chases: chases?.items ?? [] }
}
export type PromiseView = Awaited<ReturnType<typeof readPromise>>
export type Act = PromiseView['acts'][number]
export type Payout = PromiseView['payouts'][number]
export type Chase = PromiseView['chases'][number]
