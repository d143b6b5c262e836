// How much waits for this person, for the menu and the tabs. Asked for once a minute while the page is
// visible, and after each decision; the lists themselves are loaded only with the page.
import { computed, shallowRef, watch } from 'vue'
import { me } from '../../../shared/session'
import type { Kind, Waiting } from './waiting'

export const counts = shallowRef<Partial<Record<Kind, number>>>({})
const total = computed(() => Object.values(counts.value).reduce((sum, count) => sum + count, 0))

const kEvery = 60_000
let timer: ReturnType<typeof setInterval> | undefined
let whose = ''

export async function recount(): Promise<void> {
  const { kinds, waiting, decidable } = await import('./waiting')
  const mine = me.value?.id ?? ''
  await Promise.all(
    kinds().map(async (kind) => {
      try {
        note(kind, (await waiting(kind)).items.filter(decidable), mine)
      } catch {
        // The list says what is wrong when it is opened.
      }
    }),
  )
}
export function note(kind: Kind, items: Waiting[], whom = me.value?.id ?? ''): void {
  if (whom === me.value?.id) counts.value = { ...counts.value, [kind]: items.length }
}

watch(
  () => me.value?.id ?? '',
  (id) => {
    if (id === whose) return
    whose = id
    counts.value = {}
    clearInterval(timer)
    if (!id || !me.value?.permissions.includes('claims.decide')) return
    void recount()
    timer = setInterval(() => !document.hidden && void recount(), kEvery)
  },
  { immediate: true },
)

export function waitingFor(): number | undefined {
  return total.value || undefined
}
