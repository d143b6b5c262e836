import { describe, expect, test } from 'vitest'
import { formOf, template } from './form'
import { addItem, addMember, put, putItems, read, remove, rename, scalar } from './text'

const kText = `# first words
promise: a
version: 1
clauses:
  live:
    starts: fact = "order.placed" # why
    within: 24 h
    warns: [80 %, 1 h before]
remedies:
  late:
    for: live
    # given, not asked for
    give: {kind: data, amount: 500 MB, per started: 24 h}
  ladder:
    for: live
    give:
      - {when: 'late > duration("PT16H")', total: 5.00 CNY}
      # second
      - {when: 'late > duration("PT72H")', total: 10.00 CNY}
`

describe('edits of a promise’s text', () => {
  test('a changed value changes its own characters and nothing else', () => {
    expect(put(kText, ['clauses', 'live', 'within'], '36 h')).toBe(kText.replace('24 h\n', '36 h\n'))
    expect(put(kText, ['clauses', 'live', 'within'], '24 h')).toBe(kText)
  })
  test('in braces a comma is quoted, a quote is doubled', () => {
    expect(put(kText, ['remedies', 'ladder', 'give', 0, 'when'], 'late > f(a, b)')).toContain(`{when: 'late > f(a, b)', total: 5.00 CNY}`)
    expect(scalar("it's so: yes", false)).toBe("'it''s so: yes'")
    expect(scalar('fact = "a" and by = "b"', false)).toBe('fact = "a" and by = "b"')
  })
  test('rows come and go, comments and order stay', () => {
    const more = addItem(kText, ['remedies', 'ladder', 'give'], { when: 'late > limit', total: '20.00 CNY' })
    expect(more).toBe(kText + '      - {when: late > limit, total: 20.00 CNY}\n')
    const two = addItem(kText, ['remedies', 'late', 'give'], { kind: 'data', amount: '1 MB' })
    expect(two).toContain('# given, not asked for')
    expect(two).toContain('      - {kind: data, amount: 500 MB, per started: 24 h}\n      - {kind: data, amount: 1 MB}')
    expect(remove(two, ['remedies', 'late', 'give', 1])).toContain('# given, not asked for')
  })
  test('what becomes empty goes, too', () => {
    const text = 'a: 1\nb: {c: {d: 1}}\n'
    expect(remove(text, ['b', 'c', 'd'])).toBe('a: 1\n')
  })
  test('a new member stands at the end of its mapping, a new name at the old place', () => {
    expect(put(kText, ['clauses', 'live', 'voids'], 'fact = "x"')).toContain('    warns: [80 %, 1 h before]\n    voids: fact = "x"\nremedies:')
    expect(rename(kText, ['clauses'], 'live', 'alive')).toContain('\n  alive:\n')
    expect(rename(kText, ['remedies'], 'late', 'ladder')).toBe(kText)
    expect(addMember('a: 1\n', ['clauses'], 'x', { within: '24 h' })).toBe('a: 1\nclauses:\n  x:\n    within: 24 h\n')
  })
  test('several items are a list, one stands alone', () => {
    expect(putItems(kText, ['clauses', 'live', 'warns'], ['50 %', '2 h before'])).toContain('warns: [50 %, 2 h before]')
    expect(putItems(kText, ['clauses', 'live', 'warns'], ['50 %'])).toContain('warns: 50 %')
    expect(putItems(kText, ['clauses', 'live', 'warns'], [])).not.toContain('warns')
  })
  test('a text that is no YAML is left alone', () => {
    const broken = 'a: [1\nb: {'
    expect(read(broken)).toBeNull()
    expect(put(broken, ['a'], '2')).toBe(broken)
    expect(formOf(broken)).toBeNull()
  })
})

test('the form reads what the text says', () => {
  const form = formOf(kText)!
  expect(form.clauses[0]).toMatchObject({ name: 'live', limit: '24 h', warns: '80 %, 1 h before', shape: 'within', line: 6 })
  expect(form.remedies.map((one) => [one.name, one.single, one.gifts.length])).toEqual([
    ['late', true, 1],
    ['ladder', false, 2],
  ])
  expect(form.remedies[0]!.gifts[0]!.perStarted).toBe('24 h')
  expect(formOf(template('mine'))!.id).toBe('mine')
})
