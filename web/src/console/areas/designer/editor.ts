// CodeMirror as the designer wants it: YAML, findings in place, completion of keys and of FEEL's names.
// A chunk of its own, loaded when the designer is opened.
import { autocompletion, closeBrackets, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { yaml } from '@codemirror/lang-yaml'
import { bracketMatching, HighlightStyle, indentUnit, syntaxHighlighting } from '@codemirror/language'
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint'
import { Compartment, EditorState } from '@codemirror/state'
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { completions } from './complete'
import type { Finding, Trial } from './designer'

const colours = HighlightStyle.define([
  { tag: [tags.definition(tags.propertyName), tags.propertyName], color: 'var(--brand)' },
  { tag: tags.comment, color: 'var(--ink-soft)', fontStyle: 'italic' },
  { tag: tags.string, color: 'var(--fine)' },
  { tag: [tags.separator, tags.punctuation, tags.squareBracket, tags.brace], color: 'var(--ink-soft)' },
])
const look = EditorView.theme({
  '&': { height: '100%', color: 'var(--ink)', backgroundColor: 'var(--paper)', fontSize: '13.5px' },
  '&.cm-focused': { outline: '3px solid var(--focus)', outlineOffset: '-3px' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '1.6' },
  '.cm-gutters': { backgroundColor: 'var(--ground)', color: 'var(--ink-soft)', border: 'none' },
  '.cm-activeLine': { backgroundColor: 'transparent', boxShadow: 'inset 0 0 0 999px rgb(29 79 145 / 5%)' },
  '.cm-activeLineGutter': { backgroundColor: 'var(--brand-soft)', color: 'var(--ink)' },
  '.cm-tooltip': { border: '1px solid var(--line-strong)', backgroundColor: 'var(--paper)', color: 'var(--ink)' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--brand)', color: '#fff' },
  '.cm-completionDetail': { fontStyle: 'normal' },
  '.cm-diagnostic': { padding: '6px 10px', maxWidth: '480px', whiteSpace: 'normal' },
  '.cm-diagnostic-error': { borderLeft: '4px solid var(--broken)' },
  '.cm-diagnostic-warning': { borderLeft: '4px solid var(--warned)' },
  '.cm-diagnostic-info': { borderLeft: '4px solid var(--line-strong)' },
})

const writing = new Compartment()
const kOn = [EditorState.readOnly.of(false), EditorView.editable.of(true)]
const kOff = [EditorState.readOnly.of(true)]

export interface Wishes {
  root: ShadowRoot
  text: string
  label: string
  editable: boolean
  changed: (text: string) => void
  names: () => Trial['names'] | undefined
}

export function createEditor(wishes: Wishes): EditorView {
  const place = document.createElement('div')
  place.style.height = '100%'
  wishes.root.append(place)
  return new EditorView({
    parent: place,
    root: wishes.root,
    state: EditorState.create({
      doc: wishes.text,
      extensions: [
        lineNumbers(),
        lintGutter(),
        history(),
        drawSelection(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        bracketMatching(),
        closeBrackets(),
        indentUnit.of('  '),
        yaml(),
        syntaxHighlighting(colours),
        autocompletion({ override: [(context) => completions(context, wishes.names())], icons: false }),
        // Tab leaves the editor for who works by keyboard; Escape, then Tab, or Ctrl+M switches.
        keymap.of([...completionKeymap, ...historyKeymap, ...defaultKeymap, { ...indentWithTab, key: 'Ctrl-]', shift: undefined }]),
        EditorView.contentAttributes.of({ 'aria-label': wishes.label, spellcheck: 'false', tabindex: '0' }),
        EditorView.lineWrapping,
        writing.of(wishes.editable ? kOn : kOff),
        look,
        EditorView.updateListener.of((update) => {
          if (update.docChanged) wishes.changed(update.state.doc.toString())
        }),
      ],
    }),
  })
}

export function setEditable(view: EditorView, editable: boolean): void {
  view.dispatch({ effects: writing.reconfigure(editable ? kOn : kOff) })
}

/** Only what differs is replaced, so that the cursor and the places of findings stay. */
export function replaceText(view: EditorView, text: string): void {
  const now = view.state.doc.toString()
  let from = 0
  while (from < now.length && from < text.length && now[from] === text[from]) from++
  let end = 0
  while (end < now.length - from && end < text.length - from && now[now.length - 1 - end] === text[text.length - 1 - end]) end++
  view.dispatch({ changes: { from, to: now.length - end, insert: text.slice(from, text.length - end) } })
}

/** Columns count characters, CodeMirror's offsets count UTF-16 units. */
function offsetAt(view: EditorView, line: number, column: number): number {
  const found = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines))
  const units = [...found.text].slice(0, Math.max(column - 1, 0)).join('').length
  return found.from + Math.min(units, found.length)
}

export function showFindings(view: EditorView, findings: Finding[], language: 'zh' | 'en'): void {
  const kinds = { error: 'error', warning: 'warning', note: 'info' } as const
  const all: Diagnostic[] = findings
    .filter((finding) => finding.line && finding.line <= view.state.doc.lines)
    .map((finding) => {
      const from = offsetAt(view, finding.line!, finding.column ?? 1)
      const line = view.state.doc.lineAt(from)
      const mend = finding.mend ? `\n${finding.mend[language]}` : ''
      return { from, to: Math.max(line.to, from), severity: kinds[finding.severity], message: finding.what[language] + mend }
    })
  view.dispatch(setDiagnostics(view.state, all))
}

export function goTo(view: EditorView, line: number, column: number): void {
  const at = offsetAt(view, line, column)
  view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) })
  view.focus()
}
