import type { Area } from '../../areas'

const permission = 'incidents.read'

export const area: Area = {
  routes: [
    { path: '/app/incidents', name: 'incidents', component: () => import('./IncidentsPage.vue'), meta: { permission, title: 'incidents.title' } },
    { path: '/app/incidents/rules', name: 'incident-rules', component: () => import('./RulesPage.vue'), meta: { permission, title: 'incidents.rules' } },
    { path: '/app/incidents/:id', name: 'incident', component: () => import('./IncidentPage.vue'), meta: { permission, title: 'incidents.title' } },
  ],
  menu: [{ to: '/app/incidents', word: 'incidents.title', permission, group: 'work', order: 5 }],
}
