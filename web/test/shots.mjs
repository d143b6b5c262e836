// Pictures of every screen: desktop in Chinese and English, 360 px in Chinese.
//     node test/shots.mjs FOLDER [NAME…]
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { closeBrowser, openPage } from './harness.mjs'
import { open, screens } from './screens.mjs'
import { world } from './world.mjs'

const [folder, ...names] = process.argv.slice(2)
const kLooks = [
  { name: 'zh', language: 'zh', width: 1280, height: 800 },
  { name: 'en', language: 'en', width: 1280, height: 800 },
  { name: 'phone', language: 'zh', width: 360, height: 640 },
]
mkdirSync(folder, { recursive: true })
const made = await world()
let count = 0
try {
  for (const screen of screens(made).filter((one) => names.length === 0 || names.includes(one.name)))
    for (const look of kLooks) {
      const page = await openPage(made.server, { ...look, as: screen.as, language: look.language, clock: made.now() })
      try {
        await open(page, screen, made)
        await page.screenshot({ path: join(folder, `${screen.name}-${look.name}.png`) })
        ++count
      } catch (error) {
        console.error(`${screen.name}-${look.name}: ${error.message.split('\n')[0]}`)
        process.exitCode = 1
      }
      await page.context().close()
    }
} finally {
  await closeBrowser()
  await made.server.stop()
}
console.log(`${count} pictures in ${folder}`)
