// Another checkpoint of the same log, with the proof that one tree is the beginning of the other. It is
// fetched before the check, from the log's public tiles; the check itself asks nobody.
import { consistencyProof, tilePath } from './tree'
import { readCheckpoint } from './note'
import type { Later } from './receipt'

export async function fetchLater(origin: string, size: number, given = ''): Promise<Later | null> {
  const tenant = origin.slice(origin.lastIndexOf('/') + 1)
  const log = `/log/${encodeURIComponent(tenant)}`
  const get = async (path: string): Promise<Response> => {
    const response = await fetch(`${log}/${path}`)
    if (!response.ok) throw new Error(`${path}: ${response.status}`)
    return response
  }
  const note = given || (await (await get('checkpoint')).text())
  const other = readCheckpoint(note)
  if (!other || other.origin !== origin) return null
  const tiles = new Map<string, Promise<Uint8Array[]>>()
  const read = (level: number, index: number, width: number) => {
    const path = tilePath(level, index, width)
    let tile = tiles.get(path)
    if (!tile)
      tiles.set(
        path,
        (tile = get(path)
          .then((response) => response.arrayBuffer())
          .then((buffer) => Array.from({ length: buffer.byteLength / 32 }, (_, i) => new Uint8Array(buffer, 32 * i, 32)))),
      )
    return tile
  }
  return { note, proof: await consistencyProof(Math.min(size, other.size), Math.max(size, other.size), read) }
}
