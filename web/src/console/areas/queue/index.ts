import type { Area } from '../../areas'

export const area: Area = {
  routes: [
    {
      path: '/app/queue',
      name: 'queue',
      component: () => import('./QueuePage.vue'),
      meta: { permission: 'obligations.read', title: 'queue.title' },
    },
  ],
  menu: [{ to: '/app/queue', word: 'queue.title', permission: 'obligations.read', group: 'work', order: 1 }],
}
