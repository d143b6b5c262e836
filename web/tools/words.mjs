// Holds the two languages to each other: every key in both, none empty, the same {places} in each, and
// every $t('key') of the sources known. Any fault ends the build.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const source = new URL('../src', import.meta.url).pathname
const faults = []

function flat(value, prefix, into) {
  for (const [name, child] of Object.entries(value)) {
    const key = prefix ? `${prefix}.${name}` : name
    if (typeof child === 'object' && child !== null) flat(child, key, into)
    else into.set(key, String(child))
  }
  return into
}
function read(language) {
  const all = new Map()
  const folder = join(source, 'words', language)
  for (const name of readdirSync(folder)) {
    let json
    try {
      json = JSON.parse(readFileSync(join(folder, name), 'utf8'))
    } catch (error) {
      faults.push(`words/${language}/${name}: ${error.message}`)
      continue
    }
    for (const [key, text] of flat(json, '', new Map())) {
      if (all.has(key)) faults.push(`words/${language}/${name}: "${key}" is said in ${all.get(key).file}, too`)
      all.set(key, { text, file: name })
    }
  }
  return all
}
const places = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort().join()

const zh = read('zh')
const en = read('en')
for (const [here, there, one, other] of [
  [zh, en, 'zh', 'en'],
  [en, zh, 'en', 'zh'],
])
  for (const [key, { text, file }] of here) {
    if (!text.trim()) faults.push(`words/${one}/${file}: "${key}" is empty`)
    if (!there.has(key)) faults.push(`words/${one}/${file}: "${key}" is missing in ${other}`)
  }
for (const [key, { text, file }] of zh)
  if (en.has(key) && new Set(places(text).split(',')).size !== new Set(places(en.get(key).text).split(',')).size)
    faults.push(`words/zh/${file}: "${key}" has other {places} than English`)

function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)],
  )
}
const used = /(?<![\w$])\$?t\(\s*(['"`])([^'"`$]+)\1/g
for (const file of files(source).filter((name) => /\.(vue|ts)$/.test(name) && !name.endsWith('.test.ts')))
  for (const [, , key] of readFileSync(file, 'utf8').matchAll(used))
    if (!zh.has(key)) faults.push(`${file.slice(source.length + 1)}: no words for "${key}"`)

if (faults.length > 0) {
  console.error(faults.join('\n'))
  console.error(`words: ${faults.length} faults`)
  process.exit(1)
}
console.log(`words: ${zh.size} texts in both languages`)
