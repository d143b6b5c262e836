// What the pages of this area share.
import type { components } from '../../../shared/api/schema'

export type S = components['schemas']

/** "a, b，c" or one a line, as a list without blanks and repeats. */
export function words(text: string): string[] {
  return [...new Set(text.split(/[\s,，、]+/).filter(Boolean))]
}

/** Hands a text to the reader as a file. */
export function download(name: string, text: string, type: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type }))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}
