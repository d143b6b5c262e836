import '../shared/tokens.css'
import './portal.css'
import { createApp } from 'vue'
import { watchNetwork } from '../shared/network'
import { startWords, words, type Words } from '../shared/words'
import App from './App.vue'
import { arrive } from './customer'
import { arrivedBy } from './link'
import { router } from './router'

const texts = {
  zh: () => Promise.all([import('../words/zh/shared.json'), import('../words/zh/portal.json')]),
  en: () => Promise.all([import('../words/en/shared.json'), import('../words/en/portal.json')]),
}

await startWords(async (language) => Object.assign({}, ...(await texts[language]()).map((part) => part.default as Words)))
watchNetwork()
createApp(App).use(words).use(router).mount('#page')
await arrive(arrivedBy)
