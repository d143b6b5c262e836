// The promise's text and what a form shows of it. The text is the truth: the form reads it and each
// change of the form is an edit of the text. Changing a value replaces that value's characters and
// nothing else; adding and removing go through yaml's Document, which keeps comments and order.
import { type Document, isCollection, isMap, isPair, isScalar, isSeq, type Node, parseDocument, Scalar, YAMLSeq } from 'yaml'

export type Path = (string | number)[]

// Every scalar is a text as it is written: `10.00 CNY`, `24 h`, `yes`. Our reader decides what it means.
const kReading = { schema: 'failsafe', keepSourceTokens: true, prettyErrors: false } as const
const kWriting = { lineWidth: 0, flowCollectionPadding: false, singleQuote: true, indentSeq: true } as const

export function read(text: string): Document.Parsed | null {
  const document = parseDocument(text, kReading)
  return document.errors.length > 0 || !isMap(document.contents) ? null : (document as Document.Parsed)
}

/** Of a text that isn't YAML yet: where it stops being so. */
export function brokenAt(text: string): number | null {
  return parseDocument(text, kReading).errors[0]?.pos[0] ?? null
}

function nodeAt(document: Document, path: Path): Node | undefined {
  return document.getIn(path, true) as Node | undefined
}

/** The text of a scalar, or what a collection looks like in one line; '' where nothing is. */
export function valueAt(document: Document, path: Path): string {
  const node = nodeAt(document, path)
  if (node === undefined || node === null) return ''
  if (isScalar(node)) return node.value === null ? '' : String(node.value)
  if (isSeq(node) && node.items.every((item) => isScalar(item))) return node.items.map((item) => String((item as Scalar).value)).join(', ')
  return ''
}
export function has(document: Document, path: Path): boolean {
  return document.hasIn(path)
}
/** Names of a mapping's members, in their order. */
export function keysAt(document: Document, path: Path): string[] {
  const node = path.length === 0 ? document.contents : nodeAt(document, path)
  return isMap(node) ? node.items.map((pair) => String(isScalar(pair.key) ? pair.key.value : pair.key)) : []
}
export function kindAt(document: Document, path: Path): 'none' | 'text' | 'list' | 'map' {
  const node = nodeAt(document, path)
  if (isMap(node)) return 'map'
  if (isSeq(node)) return 'list'
  return isScalar(node) ? 'text' : 'none'
}
export function sizeAt(document: Document, path: Path): number {
  const node = nodeAt(document, path)
  return isCollection(node) ? node.items.length : 0
}
/** The line (from 1) where a value begins; 0: there is none. */
export function lineAt(text: string, document: Document, path: Path): number {
  const range = nodeAt(document, path)?.range
  return range ? text.slice(0, range[0]).split('\n').length : 0
}

/** A scalar as the language wants it written: plain where nothing in it could be misread. */
export function scalar(value: string, inFlow: boolean): string {
  const odd =
    value === '' ||
    value.trim() !== value ||
    /^[-?:,[\]{}#&*!|>'"%@`]/.test(value) ||
    /: |:$| #|[\n\t]/.test(value) ||
    (inFlow && /[,[\]{}]/.test(value))
  return odd ? `'${value.replaceAll('\n', ' ').replaceAll("'", "''")}'` : value
}

function isInFlow(document: Document, path: Path): boolean {
  for (let depth = 0; depth < path.length; depth++) {
    const node = depth === 0 ? document.contents : nodeAt(document, path.slice(0, depth))
    if (isCollection(node) && node.flow) return true
  }
  return false
}

/** The text with another value there. '' takes the member away; what wasn't there is added at its end. */
export function put(text: string, path: Path, value: string): string {
  const document = read(text)
  if (!document) return text
  if (value === '') return remove(text, path)
  const node = nodeAt(document, path)
  if (isScalar(node) && node.range && node.value !== null) {
    if (String(node.value) === value) return text
    const [begin, end] = node.range
    return text.slice(0, begin) + scalar(value, isInFlow(document, path)) + text.slice(end)
  }
  return change(text, (edited) => {
    edited.setIn(path, value)
  })
}

/** The text without that member or item; what becomes empty by it goes, too. */
export function remove(text: string, path: Path): string {
  const document = read(text)
  if (!document || !document.hasIn(path)) return text
  return change(text, (edited) => {
    edited.deleteIn(path)
    for (let up = path.slice(0, -1); up.length > 0; up = up.slice(0, -1)) {
      const node = nodeAt(edited, up)
      if (!isCollection(node) || node.items.length > 0) break
      edited.deleteIn(up)
    }
  })
}

/** An item at the end of a list; a single mapping that stands where a list may becomes its first. */
export function addItem(text: string, path: Path, item: Record<string, unknown> | string): string {
  return change(text, (document) => {
    const node = nodeAt(document, path)
    if (isSeq(node)) {
      const last = node.items.at(-1)
      const fresh = document.createNode(item)
      if (isMap(fresh)) fresh.flow = isMap(last) ? last.flow : true
      node.items.push(fresh)
    } else {
      const fresh = document.createNode(item)
      if (isMap(fresh)) fresh.flow = true
      const list = new YAMLSeq()
      list.items = node ? [node, fresh] : [fresh]
      document.setIn(path, list)
    }
  })
}

/** A member with everything in it, at the end of the mapping at `path`, which is made if need be. */
export function addMember(text: string, path: Path, name: string, value: unknown): string {
  return change(text, (document) => document.setIn([...path, name], document.createNode(value)))
}

/** Another name for a member, at the same place. */
export function rename(text: string, path: Path, from: string, to: string): string {
  const document = read(text)
  const node = document && (path.length === 0 ? document.contents : nodeAt(document, path))
  if (!document || !isMap(node)) return text
  const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === from)
  const range = pair && isScalar(pair.key) ? pair.key.range : undefined
  if (!range || to === '' || node.has(to)) return text
  return text.slice(0, range[0]) + scalar(to, isInFlow(document, path)) + text.slice(range[1])
}

function change(text: string, edit: (document: Document) => void): string {
  const document = read(text)
  if (!document) return text
  edit(document)
  return document.toString(kWriting)
}

/** `80 %, 1 h before` as items. */
export function itemsOf(text: string): string[] {
  return text
    .split(/[,，]/)
    .map((item) => item.trim())
    .filter(Boolean)
}
/** Several texts at one place: one stands alone, more are a list. */
export function putItems(text: string, path: Path, items: string[]): string {
  if (items.length === 0) return remove(text, path)
  if (items.length === 1) return isList(text, path) ? replace(text, path, items[0]!) : put(text, path, items[0]!)
  return replace(text, path, items)
}
function isList(text: string, path: Path): boolean {
  const document = read(text)
  return document !== null && kindAt(document, path) === 'list'
}
function replace(text: string, path: Path, value: string | string[]): string {
  return change(text, (document) => {
    const node = document.createNode(value)
    if (isSeq(node)) node.flow = true
    document.setIn(path, node)
  })
}
