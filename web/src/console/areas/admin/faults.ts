// A Problem about a text as faults with their lines.
import type { Problem } from '../../../shared/problem'
import type { Fault } from './TextBox.vue'

export function faultsOf(problem: Problem | null): Fault[] {
  if (!problem || problem.offline) return []
  if (problem.flaws.length > 0) return problem.flaws.map((flaw) => ({ line: flaw.line, column: flaw.column, what: flaw.detail ?? '', mend: flaw.mend }))
  return [{ line: problem.line || undefined, column: problem.column || undefined, what: problem.message, mend: problem.mend }]
}
