// The portal's pages. The address bar holds what is shown; titles follow the language. Only what a
// first visit needs comes with the first load.
import './link' // first: the router must not see a link
import { createRouter, createWebHistory } from 'vue-router'
import { moreWords } from '../shared/words'
import Home from './pages/HomePage.vue'

declare module 'vue-router' {
  interface RouteMeta {
    title?: string // of the page: a key of portal.*
    open?: boolean // nobody needs to be signed in
  }
}

let worded: Promise<void> | undefined
async function verifyPage() {
  const texts = { zh: () => import('../words/zh/verify.json'), en: () => import('../words/en/verify.json') }
  await (worded ??= moreWords(async (language) => (await texts[language]()).default))
  return import('./pages/VerifyPage.vue')
}

export const router = createRouter({
  history: createWebHistory(),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: '/', name: 'home', component: Home, meta: { open: true, title: 'title' } },
    { path: '/my/promises', redirect: '/' },
    { path: '/my', redirect: '/' },
    { path: '/my/promises/:id', name: 'promise', component: () => import('./pages/PromisePage.vue') },
    {
      path: '/my/expectations',
      component: () => import('./pages/ExpectationsPage.vue'),
      meta: { title: 'nav.expectations' },
    },
    {
      path: '/my/expectations/:id',
      component: () => import('./pages/ExpectationPage.vue'),
      meta: { title: 'nav.expectations' },
    },
    {
      path: '/my/compensation',
      component: () => import('./pages/CompensationPage.vue'),
      meta: { title: 'nav.compensation' },
    },
    { path: '/my/notices', component: () => import('./pages/NoticesPage.vue'), meta: { title: 'nav.notices' } },
    { path: '/verify', component: verifyPage, meta: { open: true, title: 'nav.verify' } },
    { path: '/:rest(.*)*', name: 'missing', component: () => import('./pages/MissingPage.vue'), meta: { open: true } },
  ],
})
