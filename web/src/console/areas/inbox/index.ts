import type { Area } from '../../areas'
import { waitingFor } from './counts'

export const area: Area = {
  routes: [
    {
      path: '/app/inbox/:kind?',
      name: 'inbox',
      component: () => import('./InboxPage.vue'),
      meta: { permission: 'claims.decide', title: 'inbox.title' },
    },
  ],
  menu: [{ to: '/app/inbox', word: 'inbox.title', permission: 'claims.decide', group: 'work', order: 3, count: waitingFor }],
}
