// What all charts are asked about: promise, clause, span, step. It stands in the address bar.
import { computed, reactive, ref, type ComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { serverNow } from '@/shared/clock'
import { kCompanyZone, wall } from '@/shared/when'

export type Step = 'hour' | 'day' | 'week'
export const kDays = [7, 30, 90, 180, 365] as const
export const kTabs = ['kept', 'time', 'why', 'after'] as const
export type Tab = (typeof kTabs)[number]
const kDay = 86_400_000

/** What goes into every report's query. */
export interface Asked {
  promise?: string
  clause?: string
  from: string
  until: string
}

/** The first instant of a day, "2026-03-10", in a zone. */
export function startOfDay(day: string, zone = kCompanyZone): number {
  const noon = Date.parse(`${day}T12:00:00Z`)
  const there = Date.parse(`${wall(noon, zone).replace(' ', 'T')}:00Z`)
  return Date.parse(`${day}T00:00:00Z`) - (there - noon)
}
export const dayOf = (at: number): string => wall(at).slice(0, 10)

const isDay = (text: unknown): text is string => typeof text === 'string' && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text))

export interface Filters {
  tab: Tab
  promise: string
  clause: string
  days: number // 0: from `from` to `to`, both included
  from: string
  to: string
  step: Step
}

export function useFilters() {
  const route = useRoute()
  const router = useRouter()
  const text = (name: string): string => {
    const one = route.query[name]
    return typeof one === 'string' ? one : ''
  }
  const filters: ComputedRef<Filters> = computed(() => {
    const own = isDay(text('from')) && isDay(text('to')) && text('from') <= text('to')
    const days = own ? 0 : (kDays.find((one) => String(one) === text('days')) ?? 30)
    const length = own ? (Date.parse(text('to')) - Date.parse(text('from'))) / kDay + 1 : days
    const step = (['hour', 'day', 'week'] as const).find((one) => one === text('step')) ?? 'day'
    return {
      tab: kTabs.find((one) => one === text('tab')) ?? 'kept',
      promise: text('promise'),
      clause: text('promise') ? text('clause') : '',
      days,
      from: own ? text('from') : '',
      to: own ? text('to') : '',
      step: step === 'hour' && length > 31 ? 'day' : step,
    }
  })

  const kept: Partial<Record<keyof Filters, string>> = { tab: 'kept', days: '30', step: 'day' }
  async function change(some: Partial<Filters>): Promise<void> {
    const next = { ...filters.value, ...some }
    const query: Record<string, string> = {}
    for (const [name, value] of Object.entries(next)) {
      const said = String(value)
      if (said && said !== '0' && said !== kept[name as keyof Filters]) query[name] = said
    }
    await router.replace({ query })
  }

  // One moment for all charts of the page, until it is renewed.
  const asOf = ref(serverNow())
  const window = computed(() => {
    const { days, from, to } = filters.value
    if (days === 0) return { from: startOfDay(from), until: Math.min(startOfDay(dayOf(startOfDay(to) + kDay + kDay / 4)), asOf.value) }
    return { from: startOfDay(dayOf(asOf.value - (days - 1) * kDay)), until: asOf.value }
  })
  const asked = computed<Asked>(() => ({
    ...(filters.value.promise ? { promise: filters.value.promise } : {}),
    ...(filters.value.clause ? { clause: filters.value.clause } : {}),
    from: new Date(window.value.from).toISOString(),
    until: new Date(Math.max(window.value.until, window.value.from + 1)).toISOString(),
  }))
  const renewed = ref(0) // how often: late facts may change what a past day says, too
  function renew(): void {
    asOf.value = serverNow()
    renewed.value++
  }
  return reactive({ filters, change, asked, asOf, renewed, renew })
}
export type FilterDesk = ReturnType<typeof useFilters>
