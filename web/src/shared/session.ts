// Who is signed in, and what they may. The server decides; this only spares people doors that would
// not open.
import { readonly, shallowRef } from 'vue'
import { api, ask } from './api/client'
import { Problem } from './problem'

export interface Me {
  id: string
  name: string
  role: string
  tenant: number
  tenant_name?: string
  tenant_title?: string
  demo?: boolean
  permissions: string[]
  expires_at?: string
}

const current = shallowRef<Me | null>(null)
export const me = readonly(current)

export function may(permission: string): boolean {
  return current.value?.permissions.includes(permission) ?? false
}

/** Asks the server who we are; null: nobody it knows. */
export async function recall(): Promise<Me | null> {
  try {
    current.value = (await ask(api.GET('/api/v1/me'))) as Me
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) throw error
    current.value = null
  }
  return current.value
}

export function became(who: Me | null): void {
  current.value = who
}

export async function signIn(tenant: string, login: string, password: string): Promise<Me> {
  const answer = await ask(api.POST('/api/v1/sessions', { body: { tenant, login, password } }))
  current.value = (answer as { me: Me }).me
  return current.value
}

export async function signOut(): Promise<void> {
  await ask(api.DELETE('/api/v1/sessions/current'))
  current.value = null
}
