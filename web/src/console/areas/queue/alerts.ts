// Alerts that nobody acknowledged, as one: how many of what, and which is the worst.
import { computed, onUnmounted, shallowRef } from 'vue'
import { api, ask } from '../../../shared/api/client'
import type { components } from '../../../shared/api/schema'
import { onChange } from '../../../shared/live'
import { Problem } from '../../../shared/problem'
import { may } from '../../../shared/session'

export type Alert = components['schemas']['Alert']

const kPages = 5 // of 200; more than that are told as "1000+"
const kAtMost = 2_000 // ms between two looks

const weight = (alert: Alert): number => (alert.what === 'breach' ? 1_000 : (alert.warning ?? 0)) * 1_000 + alert.level
/** A breach before a warning, a later warning before an earlier, who climbed higher, who waits longer. */
function worse(a: Alert, b: Alert): Alert {
  const by = weight(b) - weight(a) || a.raised_at.localeCompare(b.raised_at)
  return by > 0 ? b : a
}

export function useAlerts() {
  const alerts = shallowRef<Alert[]>([])
  const more = shallowRef(false)
  const worst = computed(() => (alerts.value.length > 0 ? alerts.value.reduce(worse) : undefined))
  const breaches = computed(() => alerts.value.filter(({ what }) => what === 'breach').length)
  const obligations = computed(() => new Set(alerts.value.map(({ obligation }) => obligation)))
  let timer: ReturnType<typeof setTimeout> | undefined

  async function refresh(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    if (!may('alerts.read')) return
    try {
      const found: Alert[] = []
      let cursor: string | undefined
      for (let i = 0; i < kPages; ++i) {
        const query = { open: true, limit: 200, ...(cursor ? { cursor } : {}) }
        const page: { items: Alert[]; next?: string } = await ask(api.GET('/api/v1/alerts', { params: { query } }))
        found.push(...page.items)
        cursor = page.next
        if (!cursor) break
      }
      alerts.value = found
      more.value = cursor !== undefined
    } catch (error) {
      if (!(error instanceof Problem)) throw error // the list itself says what is wrong
    }
  }
  const soon = () => {
    timer ??= setTimeout(() => void refresh(), kAtMost)
  }

  /** Gone at once; there again, with the reason, if the server says no. */
  async function acknowledge(some: Alert[]): Promise<void> {
    const before = alerts.value
    const ids = new Set(some.map(({ id }) => id))
    alerts.value = before.filter(({ id }) => !ids.has(id))
    try {
      for (const { id } of some) await ask(api.POST('/api/v1/alerts/{id}/acknowledge', { params: { path: { id: String(id) } } }))
    } catch (error) {
      alerts.value = before
      throw error
    }
    soon()
  }

  const stop = onChange(soon, soon)
  onUnmounted(() => {
    stop()
    clearTimeout(timer)
  })
  void refresh()
  return { alerts, more, worst, breaches, obligations, acknowledge }
}
