// Promise versions as lists have them, and what goes wrong while they are read.
import type { components } from '@/shared/api/schema'
import { api, ask } from '@/shared/api/client'
import { Problem } from '@/shared/problem'

export type Head = components['schemas']['PromiseHead']
export const kStages = ['draft', 'checked', 'approved', 'published', 'retired'] as const

/** Every version; a company has hundreds at most. */
export async function allHeads(): Promise<Head[]> {
  const all: Head[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await ask(api.GET('/api/v1/promises', { params: { query: { limit: 200, cursor } } }))
    all.push(...page.items)
    cursor = page.next
    if (!cursor || all.length > 5000) return all
  }
}

export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem(-1, 'unexpected', error instanceof Error ? error.message : String(error))
}
