import '../shared/tokens.css'
import './console.css'
import { createApp } from 'vue'
import { onSignedOut } from '../shared/api/client'
import { hangUp } from '../shared/live'
import { watchNetwork } from '../shared/network'
import { became, recall } from '../shared/session'
import { startWords, words } from '../shared/words'
import App from './App.vue'
import { router } from './router'

const texts = { zh: () => import('./words.zh'), en: () => import('./words.en') }

await startWords(async (language) => (await texts[language]()).default)
await recall().catch(() => null) // unreachable: the sign-in page says so
onSignedOut(() => {
  became(null)
  hangUp()
  const here = router.currentRoute.value
  if (!here.meta.open) void router.push({ name: 'sign-in', query: { then: here.fullPath } })
})
watchNetwork()
createApp(App).use(words).use(router).mount('#page')
