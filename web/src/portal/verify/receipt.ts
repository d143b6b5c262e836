// A receipt (C2SP tlog-proof with our `extra`; docs/internals/receipts.md), read and verified here, in
// this page: nothing is asked of anybody.
import { base64, canonical, hex, same, sha256, toBase64, utf8 } from './bytes'
import { commitment, isSigned, readCheckpoint, readKey, type Checkpoint } from './note'
import { grewFrom, leafHash, rootOf } from './tree'

export interface Content {
  log: string
  type: string
  obligation: string
  promise: string
  clause?: string
  subject: string
  state: string
  started?: string
  due?: string
  broken?: string
  settled?: string
  recorded: string
  text_sha256: string
  facts_sha256?: string
}
interface Extra {
  content: string
  salt: string
  promise?: { text: string }
  facts?: Record<string, unknown>[]
  withheld?: number
  log_key?: string
  zone?: { name: string }
}
export interface Receipt {
  extra: Extra
  index: number
  proof: Uint8Array[]
  note: string
}

const kHead = 'c2sp.org/tlog-proof@v1'

/** null: this is no receipt. */
export function readReceipt(file: string): Receipt | null {
  const lines = file.split('\n')
  if (lines[0] !== kHead || !lines[1]?.startsWith('extra ')) return null
  const packed = base64(lines[1].slice(6))
  const index = /^index (0|[1-9]\d{0,15})$/.exec(lines[2] ?? '')
  const gap = lines.indexOf('', 3)
  if (!packed || !index || gap < 0) return null
  const proof = lines.slice(3, gap).map(base64)
  if (proof.length > 64 || !proof.every((hash): hash is Uint8Array => hash?.length === 32)) return null
  try {
    const extra = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(packed)) as Extra
    if (typeof extra.content !== 'string' || typeof extra.salt !== 'string') return null
    return { extra, index: Number(index[1]), proof, note: lines.slice(gap + 1).join('\n') }
  } catch {
    return null
  }
}

export function readContent(receipt: Receipt): Content | null {
  try {
    const content = JSON.parse(receipt.extra.content) as Content
    return typeof content.subject === 'string' && typeof content.log === 'string' ? content : null
  } catch {
    return null
  }
}

// What is looked at, in this order: is the checkpoint signed, is the leaf in its tree, is the promise's
// text the one that the leaf names, are the facts, did the log only grow.
export type Step = 'signature' | 'inclusion' | 'text' | 'facts' | 'growth'
export interface Finding {
  step: Step
  outcome: 'right' | 'wrong' | 'absent' // absent: the receipt doesn't carry it, or nobody asked
}
export interface Verdict {
  fine: boolean
  findings: Finding[]
  reckoned: string // the root that this page reckoned from the record, hex; '' when the proof fits no tree
  signed: string // the root that the company signed, hex
  leaf: string // hex
  index: number
  size: number
  origin: string
  keyId: string
  keyGiven: boolean // by the reader, not only by the receipt
  content: Content | null
  later?: { size: number; root: string }
}

export interface Later {
  note: string // another checkpoint of the same log
  proof: Uint8Array[] // consistency, from the smaller to the larger tree
}

const kNothing = { fine: false, reckoned: '', signed: '', leaf: '', index: 0, size: 0, origin: '', keyId: '', keyGiven: false, content: null }

/** `vkey`: the log's key as the reader knows it; '' takes the receipt's own. null: no receipt at all. */
export function verify(file: string, vkey = '', later?: Later): Verdict | null {
  const receipt = readReceipt(file)
  if (!receipt) return null
  const { extra } = receipt
  const content = readContent(receipt)
  const checkpoint = readCheckpoint(receipt.note)
  const key = readKey(vkey || extra.log_key || '')
  const salt = base64(extra.salt)
  if (!content || !checkpoint || !salt) return { ...kNothing, findings: [{ step: 'signature', outcome: 'wrong' }] }

  const findings: Finding[] = []
  const find = (step: Step, holds: boolean | undefined) =>
    findings.push({ step, outcome: holds === undefined ? 'absent' : holds ? 'right' : 'wrong' })

  find('signature', key !== null && isSigned(checkpoint, key))
  const leaf = leafHash(commitment(salt, extra.content))
  const root = rootOf(leaf, receipt.index, checkpoint.size, receipt.proof)
  find('inclusion', root !== null && same(root, checkpoint.root) && content.log === checkpoint.origin)
  find('text', extra.promise === undefined ? undefined : hex(sha256(utf8(extra.promise.text))) === content.text_sha256)
  find('facts', extra.facts === undefined ? undefined : factsHash(extra.facts) === content.facts_sha256)
  const other = later && readCheckpoint(later.note)
  if (later) find('growth', !!other && key !== null && isSigned(other, key) && grew(checkpoint, other, later.proof))
  return {
    fine: findings.every(({ outcome }) => outcome !== 'wrong'),
    findings,
    reckoned: root ? hex(root) : '',
    signed: hex(checkpoint.root),
    leaf: hex(leaf),
    index: receipt.index,
    size: checkpoint.size,
    origin: checkpoint.origin,
    keyId: key ? hex(key.id) : '',
    keyGiven: vkey !== '',
    content,
    ...(other ? { later: { size: other.size, root: hex(other.root) } } : {}),
  }
}

function grew(one: Checkpoint, other: Checkpoint, proof: Uint8Array[]): boolean {
  if (one.origin !== other.origin) return false
  return one.size <= other.size ? grewFrom(one, other, proof) : grewFrom(other, one, proof)
}

function factsHash(facts: Record<string, unknown>[]): string {
  return hex(sha256(utf8(facts.map((fact) => `${canonical(fact)}\n`).join(''))))
}

/** The same file with one byte of what it says changed: the year of the due instant, or what stands last. */
export function altered(file: string): string {
  const receipt = readReceipt(file)
  if (!receipt) return file
  const { content } = receipt.extra
  const due = content.indexOf('"due":"')
  const at = due >= 0 ? due + '"due":"202'.length : content.length - 3
  const digit = content[at]!
  const other = /\d/.test(digit) ? String((Number(digit) + 1) % 10) : digit === 'x' ? 'y' : 'x'
  const extra = { ...receipt.extra, content: content.slice(0, at) + other + content.slice(at + 1) }
  return file.replace(/^extra .*$/m, () => `extra ${toBase64(utf8(canonical(extra)))}`)
}
