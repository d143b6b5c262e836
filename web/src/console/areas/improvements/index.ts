import type { Area } from '../../areas'

const permission = 'improvements.read'

export const area: Area = {
  routes: [
    { path: '/app/improvements', name: 'improvements', component: () => import('./ImprovementsPage.vue'), meta: { permission, title: 'improvements.title' } },
    { path: '/app/improvements/codes', name: 'reason-codes', component: () => import('./CodesPage.vue'), meta: { permission, title: 'improvements.codes' } },
  ],
  menu: [{ to: '/app/improvements', word: 'improvements.title', permission, group: 'insight', order: 5 }],
}
