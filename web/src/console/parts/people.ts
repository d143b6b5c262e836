// Who somebody is. Only some may read the list of people; others see what the server wrote.
import { shallowRef } from 'vue'
import { api, ask } from '../../shared/api/client'
import { may, me } from '../../shared/session'
import { has, t } from '../../shared/words'
import { all } from './list'

const names = shallowRef(new Map<string, string>())
let asked = ''

async function learn(): Promise<void> {
  if (!me.value || asked === me.value.id || !may('users.read')) return
  asked = me.value.id
  try {
    const people = await all((cursor) => ask(api.GET('/api/v1/users', { params: { query: { limit: 200, cursor } } })))
    names.value = new Map(people.map((person) => [person.id, person.title || person.login]))
  } catch {
    asked = '' // their ids will do
  }
}

/** 您 for oneself, otherwise a name, otherwise the id. */
export function nameOf(id: string | undefined): string {
  void learn()
  if (!id) return '–'
  if (id === me.value?.id) return t('parts.you')
  if (id.startsWith('rule:')) return t('parts.byRule', { name: id.slice(5) })
  return names.value.get(id) ?? id
}
export function roleName(role: string): string {
  const key = `console.role.${role}`
  return has(key) ? t(key) : role
}
