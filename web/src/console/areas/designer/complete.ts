// What may be written where: keys by the mapping that the cursor is in, FEEL's names in conditions and
// amounts. docs/reference/language.md is where the keys come from.
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete'
import type { Trial } from './designer'
import { language } from '@/shared/words'

const kHead =
  'promise version effective until zone title need limits owner subject class audience schedules schedule facts clauses remedies economics'.split(' ')
const kClause = [
  ...'title owner schedule audience per starts keeps voids breaks ends lasts covers pauses duties extends reopens verify waives warns legs give remedy'.split(' '),
  ...'within by window never always every rate'.split(' '),
  'voids by us',
  'at most',
]
const kRemedy = [
  ...'for when give cap round payees spent paid title apology statutory'.split(' '),
  'also if kept',
  'once per',
  'stacks not with',
  'charged on',
  'pay within',
]
const kGift = ['when', 'kind', 'amount', 'total', 'unit', 'choice', 'per started', 'at most']
const kInside: Record<string, string[]> = {
  title: ['zh', 'en'],
  need: ['zh', 'en'],
  limits: ['zh', 'en'],
  apology: ['zh', 'en'],
  text: ['zh', 'en'],
  class: ['scope', 'guarantee', 'form', 'explicitness', 'content', 'strength', 'unconditional'],
  pauses: [],
  within: ['if', 'limit', 'amount', 'unit'],
  give: kGift,
  economics: ['benefit per obligation', 'price'],
  verify: ['claim', 'confirms', 'rejects', 'within', 'undecided'],
  waives: ['cause', 'evidence', 'agrees', 'refuses', 'who', 'people'],
  extends: ['when', 'to', 'times'],
  reopens: ['when', 'how'],
}
const kPause = ['from', 'to', 'cap', 'text']
const kSchedule = ['weekly', 'holidays', 'days', 'makeup days', 'breaks', 'closures', 'cutoff', 'union', 'intersection', 'cycle', 'versions', 'announced until', 'always open', 'zone']

// Keys whose values are FEEL.
const kFeel = new Set(
  'starts keeps voids breaks ends covers audience when if from to claim confirms rejects cause evidence agrees refuses never holds paid spent amount cap payees per good except of at around choice'.split(' '),
)
kFeel.add('voids by us').add('once per')

/** The keys above a line, outermost first, by indentation. */
export function keysAbove(lines: string[], line: number, indent: number): string[] {
  const path: string[] = []
  let least = indent
  for (let i = line - 1; i >= 0 && least > 0; i--) {
    const found = /^(\s*)(?:- )?([^#\s][^:#]*):/.exec(lines[i]!)
    if (found && found[1]!.length < least) {
      least = found[1]!.length
      path.unshift(found[2]!.trim())
    }
  }
  return path
}

export function keysFor(path: string[]): string[] {
  if (path.length === 0) return kHead
  const [first, , third] = path
  const last = path.at(-1)!
  if (kInside[last]) return kInside[last]!
  if (first === 'clauses') return path.length === 2 ? kClause : third === 'pauses' || third === 'duties' ? kPause : []
  if (first === 'remedies') return path.length === 2 ? kRemedy : []
  if (first === 'schedules') return path.length === 2 ? kSchedule : []
  return []
}

function feel(names: Trial['names']): Completion[] {
  const zh = language() === 'zh'
  const said = (text?: { zh: string; en: string }) => (text ? (zh ? text.zh : text.en) : undefined)
  return [
    ...names.fields.map((name) => ({ label: name, type: 'property', boost: 3 })),
    ...names.values.map((value) => ({ label: value.name, type: 'variable', detail: said(value.what), boost: 2 })),
    ...names.functions.map((fun) => ({
      label: fun.name,
      type: 'function',
      detail: fun.signatures[0]?.slice(fun.name.length),
      apply: `${fun.name}(`,
    })),
    ...['and', 'or', 'in', 'not(', 'if', 'then', 'else', 'some', 'every', 'satisfies', 'between'].map((label) => ({ label, type: 'keyword', boost: -1 })),
  ]
}
function kinds(names: Trial['names']): Completion[] {
  const zh = language() === 'zh'
  return [
    ...names.kinds.map((kind) => ({ label: kind.name, type: 'constant', detail: kind.title ? (zh ? kind.title.zh : kind.title.en) : undefined })),
    ...names.clauses.flatMap((clause) => ['started', 'kept', 'broken', 'waived'].map((end) => ({ label: `${clause.name}.${end}`, type: 'constant', boost: -1 }))),
  ]
}

export function completions(context: CompletionContext, names: Trial['names'] | undefined): CompletionResult | null {
  const line = context.state.doc.lineAt(context.pos)
  const before = line.text.slice(0, context.pos - line.from)
  const quoted = /"([^"]*)$/.exec(before)
  if (names && quoted && /(fact\s*=\s*|\bin\s*\(.*|latest\(|earliest\(|facts\()"[^"]*$/.test(before))
    return { from: context.pos - quoted[1]!.length, options: kinds(names), validFor: /^[\w.-]*$/ }
  const value = /(?:^|[{,]|- )\s*([\w ]+):\s+(?:.*[\s(,'])?([\p{L}\w]*)$/u.exec(before)
  const lastKey = /([\w ]+):\s+[^:]*$/.exec(before.replace(/^[\s{-]+/, ''))?.[1]?.trim()
  if (value && lastKey) {
    const key = lastKey.split(/[{,]/).at(-1)!.trim()
    const word = value[2]!
    if (!names || !kFeel.has(key) || (word === '' && !context.explicit)) return null
    return { from: context.pos - word.length, options: feel(names), validFor: /^[\p{L}\w]*$/u }
  }
  const key = /^(\s*)(- )?([\w ]*)$/.exec(before)
  if (!key || (key[3] === '' && !context.explicit)) return null
  const indent = key[1]!.length + (key[2]?.length ?? 0)
  const lines = context.state.doc.toString().split('\n')
  const options = keysFor(keysAbove(lines, line.number - 1, indent)).map((label) => ({ label, type: 'keyword', apply: `${label}: ` }))
  return options.length > 0 ? { from: context.pos - key[3]!.length, options, validFor: /^[\w ]*$/ } : null
}
