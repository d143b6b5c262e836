// The one door to the server, typed from its own description of its API (schema.d.ts is made from it
// by `script/web types`; see web/README.md).
//
//     const page = await ask(api.GET('/api/v1/alerts', { params: { query: { limit: 50 } } }))
//
// `ask` gives what came, or throws a Problem: what was wrong and what would be right, in the reader's
// language. A change that creates takes an Idempotency-Key from `once()`, so that sending it again
// after a lost answer has one effect.
import createClient, { type Middleware } from 'openapi-fetch'
import { learnTime, tickNow } from '../clock'
import { heard, missed } from '../network'
import { Problem, problemOf } from '../problem'
import { kTags, language } from '../words'
import type { paths } from './schema'

const kPatience = 20_000 // ms for an answer

async function send(request: Request): Promise<Response> {
  request.headers.set('Accept-Language', kTags[language()])
  const sentAt = Date.now()
  try {
    const response = await fetch(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(kPatience)]) })
    const server = Number(response.headers.get('Yinuo-Now'))
    if (server > 0) {
      learnTime(server, Number(response.headers.get('Yinuo-Clock-Speed') ?? 1), sentAt, Date.now())
      tickNow()
    }
    heard()
    return response
  } catch (error) {
    if (request.signal.aborted) throw error
    missed()
    throw new Problem(0, 'no-answer', String(error))
  }
}

let signedOut: () => void = () => {}
/** What to do when the server no longer knows who we are. */
export function onSignedOut(act: () => void): void {
  signedOut = act
}

const watch: Middleware = {
  onResponse({ response, request }) {
    if (response.status === 401 && !request.url.includes('/sessions')) signedOut()
    return undefined
  },
}

export const api = createClient<paths>({ baseUrl: '', fetch: send })
api.use(watch)

interface Answered<T> {
  data?: T
  error?: unknown
  response: Response
}

export async function ask<T>(call: Promise<Answered<T>>): Promise<T> {
  const { data, error, response } = await call
  if (!response.ok) throw problemOf(response, error)
  return data as T
}

/** The answer with its ETag, for what will be changed with If-Match. */
export async function askTagged<T>(call: Promise<Answered<T>>): Promise<{ value: T; etag: string }> {
  const { data, error, response } = await call
  if (!response.ok) throw problemOf(response, error)
  // A proxy or the packing of answers may have made it a weak one.
  return { value: data as T, etag: (response.headers.get('ETag') ?? '').replace(/^W\//, '') }
}

/** A fresh Idempotency-Key. Keep it while the same act is tried again. */
export function once(): string {
  return crypto.getRandomValues(new Uint32Array(4)).reduce((text, word) => text + word.toString(36), 'web-')
}
