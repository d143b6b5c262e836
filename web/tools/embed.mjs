// Packs a built web app (gzip, level 9) and writes a C++ source that carries it:
//     node tools/embed.mjs FOLDER OUT.cc
// The packed files lie beside OUT.cc; `.incbin` takes them in, because a source of byte literals takes
// seconds to compile. See src/server/web_files.h.
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'

const [folder, out] = process.argv.slice(2)
const kTypes = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  json: 'application/json',
}

function files(at, prefix = '') {
  return readdirSync(join(at, prefix), { withFileTypes: true })
    .flatMap((entry) => {
      const name = prefix ? `${prefix}/${entry.name}` : entry.name
      return entry.isDirectory() ? files(at, name) : [name]
    })
    .sort()
}

const packedFolder = resolve(`${out}.packed`)
rmSync(packedFolder, { recursive: true, force: true })
mkdirSync(packedFolder, { recursive: true })

const parts = []
const rows = []
let total = 0
for (const [i, name] of files(folder).entries()) {
  const type = kTypes[name.slice(name.lastIndexOf('.') + 1)]
  if (!type) throw new Error(`${name}: no content type is known for it; add it in tools/embed.mjs`)
  const plain = readFileSync(join(folder, name))
  const packed = gzipSync(plain, { level: 9 })
  const kept = join(packedFolder, String(i))
  writeFileSync(kept, packed)
  const tag = createHash('sha256').update(plain).digest('hex').slice(0, 32)
  parts.push(`__asm__(".section .rodata\\nyinuo_web_${i}: .incbin \\"${kept}\\"\\n.byte 0\\n.previous\\n");
extern "C" const char yinuo_web_${i}[] __asm__("yinuo_web_${i}");`)
  rows.push(`        {"${name}", "${type}", {yinuo_web_${i}, ${packed.length}}, "\\"${tag}\\""},`)
  total += packed.length
}
writeFileSync(
  out,
  `// Made by web/tools/embed.mjs.
#include "server/web_files.h"

${parts.join('\n')}

namespace yinuo::server {

std::span<const WebFile> web_files() {
    static const WebFile kFiles[] = {
${rows.join('\n')}
    };
    return kFiles;
}

}  // namespace yinuo::server
`,
)
console.log(`web: ${rows.length} files, ${Math.round(total / 1024)} kB packed`)
