// Who looks: a customer by number and code, by a signed link, or nobody yet.
import { computed, ref } from 'vue'
import { api, ask, onSignedOut } from '../shared/api/client'
import { Problem } from '../shared/problem'
import { became, me, recall, type Me } from '../shared/session'

/** undefined: not asked yet. */
export const known = ref(false)
export const customer = computed(() => (me.value?.role === 'customer' ? me.value : null))
/** Why the link that one came by opened nothing. */
export const linkTrouble = ref<Problem | null>(null)

export async function arrive(link: string | undefined): Promise<void> {
  onSignedOut(() => became(null))
  try {
    if (link) await open({ link })
    else await recall()
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    if (link) linkTrouble.value = error
    if (link && !error.offline) await recall().catch(() => null) // perhaps signed in before
  } finally {
    known.value = true
  }
}

type Way = { link: string } | { tenant: string; number: string; code: string }
export async function open(way: Way): Promise<void> {
  const { me: who } = await ask(api.POST('/api/v1/customer-sessions', { body: way }))
  linkTrouble.value = null
  became(who as Me)
}
