// How the state of an import looks: never by colour alone.
import type { S } from './shared'

const kLooks: Record<S['Import']['state'], { look: string; icon: string }> = {
  queued: { look: 'badge-wait', icon: '…' },
  running: { look: 'badge-wait', icon: '▶' },
  done: { look: 'badge-good', icon: '✓' },
  failed: { look: 'badge-bad', icon: '✕' },
  cancelled: { look: 'badge-calm', icon: '■' },
  interrupted: { look: 'badge-bad', icon: '⚡' },
}
export function badgeOf(state: S['Import']['state']) {
  return kLooks[state]
}

export const kBytesMost = 16 * 1024 * 1024

/** A file as text; what isn't UTF-8 is read as what Chinese spreadsheets write. */
export async function readText(file: File): Promise<{ text: string; decoded: boolean }> {
  const bytes = await file.arrayBuffer()
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), decoded: false }
  } catch {
    return { text: new TextDecoder('gb18030').decode(bytes), decoded: true }
  }
}
