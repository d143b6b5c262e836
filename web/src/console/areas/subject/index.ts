import type { Area } from '../../areas'

export const area: Area = {
  routes: [
    {
      path: '/app/subjects/:name',
      name: 'subject',
      component: () => import('./SubjectPage.vue'),
      meta: { permission: 'subjects.read', title: 'subject.title' },
    },
  ],
  menu: [],
}
