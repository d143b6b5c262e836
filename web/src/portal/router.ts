// The portal's pages. The address bar holds what is shown; titles follow the language.
import { createRouter, createWebHistory } from 'vue-router'
import Home from './pages/HomePage.vue'

export const router = createRouter({
  history: createWebHistory(),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: '/', name: 'home', component: Home },
    { path: '/verify', name: 'verify', component: () => import('./pages/VerifyPage.vue') },
    { path: '/:rest(.*)*', name: 'missing', component: () => import('./pages/MissingPage.vue') },
  ],
})
