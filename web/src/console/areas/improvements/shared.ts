import { api, ask } from '../../../shared/api/client'
import type { components } from '../../../shared/api/schema'

export type S = components['schemas']
export type Item = S['Improvement']
export type Stage = S['ImprovementState']
export const kColumns: Stage[] = ['plan', 'do', 'check', 'act']

/** Where an item may go from where it is: on, back to the plan where it didn't help, or be dropped. */
export function ways(from: Stage): Stage[] {
  switch (from) {
    case 'plan':
      return ['do', 'dropped']
    case 'do':
      return ['check', 'plan', 'dropped']
    case 'check':
      return ['act', 'plan', 'dropped']
    case 'act':
      return ['plan']
    case 'dropped':
      return ['plan']
  }
}
export function readCodes() {
  return ask(api.GET('/api/v1/reason-codes'))
}
export const kBadges: Record<string, string> = {
  better: 'badge-good',
  worse: 'badge-bad',
  'no difference': 'badge-calm',
  'too early': 'badge-wait',
  'not done': 'badge-calm',
}
