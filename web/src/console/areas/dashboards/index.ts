import type { Area } from '../../areas'

export const area: Area = {
  routes: [
    {
      path: '/app/dashboards',
      name: 'dashboards',
      component: () => import('./DashboardsPage.vue'),
      meta: { permission: 'reports.read', title: 'dashboards.title' },
    },
  ],
  menu: [{ to: '/app/dashboards', word: 'dashboards.title', permission: 'reports.read', group: 'insight', order: 1 }],
}
