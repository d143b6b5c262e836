// Bytes and texts, strictly: a bit that was changed must not go unnoticed.
import { sha256 as hash } from '@noble/hashes/sha2.js'

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
export const sha256 = (...parts: Uint8Array[]): Uint8Array => hash(joined(...parts))

export function joined(...parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
export function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
export const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

export function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}
/** Padded, without blanks, unused bits zero; anything else is null. */
export function base64(text: string): Uint8Array | null {
  let raw: string
  try {
    raw = atob(text)
  } catch {
    return null
  }
  if (btoa(raw) !== text) return null
  return Uint8Array.from(raw, (letter) => letter.charCodeAt(0))
}

/** JSON as RFC 8785 has it, of what has whole numbers only. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`)
      .join(',')}}`
  return JSON.stringify(value)
}
