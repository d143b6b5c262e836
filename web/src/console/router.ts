import { createRouter, createWebHistory } from 'vue-router'
import { me, may } from '../shared/session'
import { areas, menu } from './areas'

export const router = createRouter({
  history: createWebHistory(),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: '/app/sign-in', name: 'sign-in', component: () => import('./SignInPage.vue'), meta: { open: true, title: 'console.signIn.title' } },
    { path: '/app/forbidden', name: 'forbidden', component: () => import('./ForbiddenPage.vue'), meta: { title: 'console.forbiddenShort' } },
    ...areas.flatMap((area) => area.routes),
    { path: '/app', name: 'home', redirect: () => menu.find((entry) => may(entry.permission))?.to ?? '/app/forbidden' },
    { path: '/:rest(.*)*', name: 'missing', component: () => import('./MissingPage.vue'), meta: { title: 'console.missing' } },
  ],
})

router.beforeEach((to) => {
  if (to.meta.open) return true
  if (!me.value) return { name: 'sign-in', query: to.path === '/app' ? {} : { then: to.fullPath } }
  if (to.meta.permission && !may(to.meta.permission)) return { name: 'forbidden' }
  return true
})
