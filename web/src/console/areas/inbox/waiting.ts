// What waits for somebody's decision, of seven kinds, as far as this person may take it: the server
// decides, this spares them what would be refused, and says so before the click.
import { api, ask } from '../../../shared/api/client'
import type { components } from '../../../shared/api/schema'
import { may, me } from '../../../shared/session'
import { all } from '../../parts/list'

export type S = components['schemas']
export type Text = S['Text2']

export type Kind = 'claims' | 'waivers' | 'payouts' | 'incidents' | 'words' | 'promises' | 'settling'
export const kKinds: Kind[] = ['claims', 'waivers', 'payouts', 'incidents', 'words', 'promises', 'settling']

const kNeeds: Record<Kind, string> = {
  claims: 'claims.decide',
  waivers: 'claims.decide',
  payouts: 'payouts.decide',
  incidents: 'incidents.decide',
  words: 'words.give',
  promises: 'promises.approve',
  settling: 'payouts.settle',
}
/** Those that this person has to do with. */
export function kinds(): Kind[] {
  return kKinds.filter((kind) => may(kNeeds[kind]))
}

export interface Waiting {
  kind: Kind
  id: string
  title: Text | string
  about: string // the subject, promise or sum
  at: string // since when
  due?: string
  amount?: { amount: string; unit?: string }
  own: boolean // it takes somebody else: this person made it
  state?: Text
}
export const decidable = (one: Waiting): boolean => !one.own

const kRank: Record<string, number> = { agent: 1, second_line: 1, manager: 2, owner: 3 }
/** May this person's role agree to a payout that asks for `needed`? */
export function mayApprove(needed: string | undefined): boolean {
  const own = me.value?.role ?? ''
  if (!needed) return true
  return own === needed || (kRank[own] ?? 0) > (kRank[needed] ?? 9)
}
export function mayAgree(word: S['Word']): boolean {
  return me.value?.role === 'owner' || me.value?.role === word.needs
}

type Read = (cursor?: string) => Promise<{ items: Waiting[]; next?: string }>
const limit = 100

const reads: Record<Kind, Read> = {
  claims: async (cursor) => {
    const page = await ask(api.GET('/api/v1/claims', { params: { query: { state: 'open', limit, cursor } } }))
    return {
      next: page.next,
      items: page.items.map((one) => ({
        kind: 'claims',
        id: one.id,
        title: one.title,
        about: one.subject,
        at: one.at,
        due: one.due_at,
        own: !!one.by && one.by === me.value?.name,
      })),
    }
  },
  waivers: async (cursor) => {
    const page = await ask(api.GET('/api/v1/waivers', { params: { query: { state: 'open', limit, cursor } } }))
    return {
      next: page.next,
      items: page.items.map((one) => ({
        kind: 'waivers',
        id: one.id,
        title: one.waiver?.words ?? one.state_text,
        about: one.subject,
        at: one.waiver?.said[0]?.at ?? one.started_at ?? '',
        own: !!one.waiver?.said.some((said) => said.what === 'agreed' && said.by === me.value?.name),
      })),
    }
  },
  payouts: async (cursor) => {
    const page = await ask(api.GET('/api/v1/payouts', { params: { query: { state: 'approving', limit, cursor } } }))
    return { next: page.next, items: page.items.filter((one) => mayApprove(one.role)).map((one) => payoutRow(one, 'payouts')) }
  },
  incidents: async () => {
    const found = await all((cursor) => ask(api.GET('/api/v1/incidents', { params: { query: { limit: 200, cursor } } })))
    return {
      items: found
        .filter((one) => one.state === 'decided' || one.state === 'open')
        .map((one) => ({
          kind: 'incidents',
          id: one.id,
          title: one.title,
          about: one.promise,
          at: one.decided_at ?? one.declared_at,
          state: one.state_text,
          own: one.state === 'decided' && one.decided_by === me.value?.id,
        })),
    }
  },
  words: async (cursor) => {
    const page = await ask(api.GET('/api/v1/words', { params: { query: { state: 'proposed', limit, cursor } } }))
    return {
      next: page.next,
      items: page.items.filter(mayAgree).map((one) => ({
        kind: 'words',
        id: one.id,
        title: one.text ?? one.subject,
        about: one.about ?? one.customer ?? one.subject,
        at: one.made_at,
        due: one.until,
        own: one.by === me.value?.id,
      })),
    }
  },
  promises: async () => {
    const found = await all((cursor) => ask(api.GET('/api/v1/promises', { params: { query: { limit: 200, cursor } } })))
    return {
      items: found
        .filter((one) => one.stage === 'checked' || one.stage === 'approved')
        .map((one) => ({
          kind: 'promises',
          id: one.id,
          title: one.id,
          about: one.name,
          at: one.approved_at ?? one.drafted_at,
          state: one.stage_text,
          own: one.stage === 'checked' && one.drafted_by === me.value?.id,
        })),
    }
  },
  settling: async () => {
    const of = (state: 'failed' | 'sent' | 'reserved') =>
      all((cursor) => ask(api.GET('/api/v1/payouts', { params: { query: { state, limit: 200, cursor } } })))
    const [failed, sent, reserved] = await Promise.all([of('failed'), of('sent'), of('reserved')])
    const toFile = reserved.filter((one) => one.connector === 'csv')
    const items = [...failed, ...sent.filter((one) => one.connector === 'hand')].map((one) => payoutRow(one, 'settling'))
    if (toFile.length > 0)
      items.unshift({
        kind: 'settling',
        id: 'batch',
        title: { zh: `${toFile.length} 笔赔付待导出到批次文件`, en: `${toFile.length} payouts to go into a file` },
        about: 'csv',
        at: toFile[0]!.changed_at,
        own: false,
      })
    return { items }
  },
}

function payoutRow(one: S['Payout'], kind: Kind): Waiting {
  return {
    kind,
    id: one.id,
    title: one.remedy,
    about: one.subject,
    at: one.changed_at,
    amount: { amount: one.money?.amount ?? one.amount, unit: one.unit },
    state: one.state_text as Text,
    own: false,
  }
}

export function waiting(kind: Kind, cursor?: string) {
  return reads[kind](cursor)
}
