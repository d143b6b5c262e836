import type { Area } from '../../areas'

export const area: Area = {
  routes: [{ path: '/app/tour', name: 'tour', component: () => import('./TourPage.vue'), meta: { open: true, title: 'tour.title' } }],
  menu: [],
}
