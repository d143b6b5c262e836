import { instantOf, localOf } from '../incidents/shared'
import type { Wish } from './ItemFields.vue'
import type { Item, S } from './shared'

export function blank(): Wish {
  return { title: '', cause: '', promise: '', clause: '', owner: '', plan: '', notes: '', five_whys: ['', '', '', '', ''], due: '', window_days: 28, watch_days: 90 }
}
export function wishOf(item: Item): Wish {
  return {
    title: item.title,
    cause: item.cause ?? '',
    promise: item.promise ?? '',
    clause: item.clause ?? '',
    owner: item.owner ?? '',
    plan: item.plan ?? '',
    notes: item.notes ?? '',
    five_whys: [0, 1, 2, 3, 4].map((i) => item.five_whys[i] ?? ''),
    due: item.due ? localOf(item.due) : '',
    window_days: item.window_days,
    watch_days: item.watch_days,
  }
}
/** What is sent. What isn't said is left out of a new one; of a change it becomes empty. */
export function bodyOf(wish: Wish, fresh: boolean): S['NewImprovement'] {
  const texts = ['cause', 'promise', 'clause', 'owner', 'plan', 'notes'] as const
  return {
    title: wish.title.trim(),
    ...Object.fromEntries(texts.map((name) => [name, wish[name].trim()]).filter(([, text]) => !fresh || text)),
    five_whys: wish.five_whys.map((why) => why.trim()).filter((why) => why),
    ...(wish.due ? { due: instantOf(wish.due) } : {}),
    window_days: wish.window_days,
    watch_days: wish.watch_days,
  }
}
