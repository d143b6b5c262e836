// What a customer is told about one obligation, beside its clock.
import { api, ask } from '../shared/api/client'
import { Problem } from '../shared/problem'

export interface Text {
  zh: string
  en: string
}
export interface Told {
  sentence: Text
  if_missed: Text[]
  forecast?: { at?: string; text?: Text; why?: Text; [more: string]: unknown }
  steps: { at: string; kind: string; what: Text; actor?: Text }[]
  contact?: Text
  chase: { may: boolean; why_not?: Text; next_at?: string; rule?: Text }
  reopen: { may: boolean; until?: string }
  claim: { may: boolean }
}

export async function readTold(id: string): Promise<Told | undefined> {
  try {
    const path = '/api/v1/obligations/{id}/told' as '/api/v1/obligations/{id}'
    return (await ask(api.GET(path, { params: { path: { id } } }))) as unknown as Told
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return undefined
    throw error
  }
}
