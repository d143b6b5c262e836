// One act of a customer at a time: its button waits, what was wrong is said beside it, and trying again
// after a lost answer has one effect.
import { ref, shallowRef } from 'vue'
import { once } from '../shared/api/client'
import { Problem } from '../shared/problem'
import { t } from '../shared/words'

export function useAct() {
  const busy = ref(false)
  const problem = shallowRef<Problem | null>(null)
  let key = once()
  /** Whether it went well. `act` gets the Idempotency-Key. */
  async function run(act: (key: string) => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    problem.value = null
    try {
      await act(key)
      key = once()
      return true
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (!error.offline) key = once()
      problem.value = error
      return false
    } finally {
      busy.value = false
    }
  }
  return { busy, problem, run }
}

export function sentence(problem: Problem): string {
  if (problem.offline) return t('state.offline')
  const flaws = problem.flaws.flatMap(({ detail, mend }) => [detail, mend])
  return [...new Set([problem.message, problem.mend, ...flaws])].filter(Boolean).join(' ')
}
