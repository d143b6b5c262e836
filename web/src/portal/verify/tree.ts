// RFC 6962's tree: is a leaf in it, and did it only grow? Sizes are below 2^53.
import { joined, same, sha256 } from './bytes'

const kLeaf = Uint8Array.of(0)
const kNode = Uint8Array.of(1)
export const leafHash = (entry: Uint8Array): Uint8Array => sha256(kLeaf, entry)
export const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(joined(kNode, left, right))

const half = (n: number): number => Math.floor(n / 2)

/** The root that leaf `index` and its proof lead to (RFC 9162, 2.1.3.2); null: the proof doesn't fit. */
export function rootOf(leaf: Uint8Array, index: number, size: number, proof: Uint8Array[]): Uint8Array | null {
  if (index >= size) return null
  let [fn, sn, hash] = [index, size - 1, leaf]
  for (const step of proof) {
    if (sn === 0) return null
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(step, hash)
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)]
    } else {
      hash = nodeHash(hash, step)
    }
    ;[fn, sn] = [half(fn), half(sn)]
  }
  return sn === 0 ? hash : null
}

export interface Tree {
  size: number
  root: Uint8Array
}

/** Whether `older` is the beginning of `newer` (RFC 9162, 2.1.4.2). */
export function grewFrom(older: Tree, newer: Tree, proof: Uint8Array[]): boolean {
  if (older.size > newer.size || older.size === 0) return false
  if (older.size === newer.size) return proof.length === 0 && same(older.root, newer.root)
  const path = Number.isInteger(Math.log2(older.size)) ? [older.root, ...proof] : [...proof]
  let [fn, sn] = [older.size - 1, newer.size - 1]
  while (fn % 2 === 1) [fn, sn] = [half(fn), half(sn)]
  const first = path[0]
  if (!first) return false
  let [before, after] = [first, first]
  for (const step of path.slice(1)) {
    if (sn === 0) return false
    if (fn % 2 === 1 || fn === sn) {
      before = nodeHash(step, before)
      after = nodeHash(step, after)
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)]
    } else {
      after = nodeHash(after, step)
    }
    ;[fn, sn] = [half(fn), half(sn)]
  }
  return sn === 0 && same(before, older.root) && same(after, newer.root)
}

// --- from the log's tiles -----------------------------------------------------------------------------

/** The hashes of one tile, as wide as it is in a tree of that size. */
export type ReadTile = (level: number, index: number, width: number) => Promise<Uint8Array[]>

function splitOf(count: number): number {
  let split = 1
  while (split * 2 < count) split *= 2
  return split
}

/** The hash over leaves [from, until) of a tree of `size`, from as few tiles as can be. */
async function hashOver(from: number, until: number, size: number, read: ReadTile): Promise<Uint8Array> {
  const count = until - from
  const split = splitOf(count)
  if (count > 1 && split * 2 !== count) {
    const [left, right] = await Promise.all([
      hashOver(from, from + split, size, read),
      hashOver(from + split, until, size, read),
    ])
    return nodeHash(left, right)
  }
  const level = Math.floor(Math.log2(count) / 8)
  const below = 256 ** level // leaves below one hash of this level
  const first = from / below
  const tile = Math.floor(first / 256)
  const width = Math.min(256, Math.floor(size / below) - tile * 256)
  let row = (await read(level, tile, width)).slice(first % 256, (first % 256) + count / below)
  while (row.length > 1) row = Array.from({ length: row.length / 2 }, (_, i) => nodeHash(row[2 * i]!, row[2 * i + 1]!))
  return row[0]!
}

/** RFC 6962, 2.1.2: that the tree of `older` leaves is the beginning of the one of `newer`. */
export async function consistencyProof(older: number, newer: number, read: ReadTile): Promise<Uint8Array[]> {
  const proof: Promise<Uint8Array>[] = []
  let [from, until, whole] = [0, newer, true] // the part of the newer tree that is looked at
  const beyond: Promise<Uint8Array>[] = [] // found from the outside in, told from the inside out
  while (older !== until) {
    const split = splitOf(until - from)
    if (older - from <= split) {
      beyond.push(hashOver(from + split, until, newer, read))
      until = from + split
    } else {
      beyond.push(hashOver(from, from + split, newer, read))
      from += split
      whole = false
    }
  }
  if (!whole) proof.push(hashOver(from, until, newer, read))
  return Promise.all([...proof, ...beyond.reverse()])
}

/** A tile's address below the log's own: 3, 256 → "tile/0/003", "tile/0/x001/234.p/7". */
export function tilePath(level: number, index: number, width: number): string {
  const three = (n: number) => String(n).padStart(3, '0')
  let path = three(index % 1000)
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) path = `x${three(rest % 1000)}/${path}`
  return `tile/${level}/${path}${width < 256 ? `.p/${width}` : ''}`
}
