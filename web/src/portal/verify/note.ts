// Signed checkpoints: C2SP signed-note and tlog-checkpoint, keys as "name+id+base64".
import { ed25519 } from '@noble/curves/ed25519.js'
import { base64, hex, joined, same, sha256, utf8 } from './bytes'

export interface Key {
  name: string
  id: Uint8Array // 4 bytes
  key: Uint8Array // 32
}
export interface Checkpoint {
  text: string // what is signed
  origin: string
  size: number
  root: Uint8Array
  signatures: { name: string; id: Uint8Array; bytes: Uint8Array }[]
}

export function readKey(vkey: string): Key | null {
  const found = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(vkey.trim())
  const material = found && base64(found[3]!)
  if (!found || !material || material.length !== 33 || material[0] !== 1) return null
  const name = found[1]!
  const id = sha256(utf8(`${name}\n`), material).slice(0, 4)
  return hex(id) === found[2] ? { name, id, key: material.slice(1) } : null
}

/** A note as it was served; null: it is none. Believe nothing of it before `isSigned`. */
export function readCheckpoint(note: string): Checkpoint | null {
  const end = note.lastIndexOf('\n\n')
  if (end < 0 || !note.endsWith('\n')) return null
  const text = note.slice(0, end + 1)
  const lines = text.split('\n')
  const [origin, size, root] = lines
  const hash = root === undefined ? null : base64(root)
  if (!origin || !size || !/^(0|[1-9]\d{0,15})$/.test(size) || hash?.length !== 32 || lines.slice(3, -1).includes('')) return null
  const signatures: Checkpoint['signatures'] = []
  for (const line of note.slice(end + 2, -1).split('\n')) {
    const found = /^— (\S+) (\S+)$/.exec(line)
    const bytes = found && base64(found[2]!)
    if (!found || !bytes || bytes.length < 5) return null
    signatures.push({ name: found[1]!, id: bytes.slice(0, 4), bytes: bytes.slice(4) })
  }
  return { text, origin, size: Number(size), root: hash, signatures }
}

/** Signed by this key, and by nothing under its name that is wrong. */
export function isSigned(note: Checkpoint, key: Key): boolean {
  const own = note.signatures.filter(({ name, id }) => name === key.name && same(id, key.id))
  return (
    note.origin === key.name &&
    own.length > 0 &&
    own.every(({ bytes }) => {
      try {
        return bytes.length === 64 && ed25519.verify(bytes, utf8(note.text), key.key)
      } catch {
        return false // no point of the curve
      }
    })
  )
}

export function commitment(salt: Uint8Array, content: string): Uint8Array {
  return sha256(joined(utf8('yinuo leaf v1\n'), salt, utf8(content)))
}
