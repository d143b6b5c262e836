import type { Area } from '../../areas'

export const area: Area = {
  routes: [
    {
      path: '/app/my-day',
      name: 'my-day',
      component: () => import('./MyDayPage.vue'),
      meta: { permission: 'words.give', title: 'myday.title' },
    },
  ],
  menu: [{ to: '/app/my-day', word: 'myday.title', permission: 'words.give', group: 'work', order: 5 }],
}
