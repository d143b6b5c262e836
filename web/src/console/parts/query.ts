// Members of the address's query as what they stand for: filters, tabs, what is open.
import { computed, type WritableComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'

export function useQuery(name: string, unsaid = ''): WritableComputedRef<string> {
  const route = useRoute()
  const router = useRouter()
  return computed({
    get: () => String(route.query[name] ?? unsaid),
    set: (to) => {
      const query = { ...route.query }
      if (to === unsaid) delete query[name]
      else query[name] = to
      void router.replace({ query })
    },
  })
}
