import type { Area } from '../../areas'

export const area: Area = {
  routes: [
    {
      path: '/app/promises',
      name: 'promises',
      component: () => import('./PromisesPage.vue'),
      meta: { permission: 'promises.read', title: 'designer.list.title' },
    },
    {
      path: '/app/promises/new',
      name: 'promise-new',
      component: () => import('./DesignerPage.vue'),
      meta: { permission: 'promises.draft', title: 'designer.newTitle' },
    },
    {
      path: '/app/promises/:id',
      name: 'promise',
      component: () => import('./DesignerPage.vue'),
      meta: { permission: 'promises.read', title: 'designer.title' },
    },
  ],
  menu: [{ to: '/app/promises', word: 'designer.list.title', permission: 'promises.read', group: 'promises', order: 1 }],
}
