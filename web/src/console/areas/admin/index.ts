import type { Area } from '../../areas'

// Who sets the company up: the calendar and import pages are not for everybody who may read a calendar
// or report a fact.
const people = 'users.read'
const keys = 'keys.read'
const webhooks = 'webhooks.read'
const settings = 'settings.read'
const imports = 'promises.draft'
const audit = 'audit.read'

export const area: Area = {
  routes: [
    { path: '/app/people', name: 'people', component: () => import('./PeoplePage.vue'), meta: { permission: people, title: 'admin.people.title' } },
    { path: '/app/keys', name: 'keys', component: () => import('./KeysPage.vue'), meta: { permission: keys, title: 'admin.keys.title' } },
    { path: '/app/webhooks', name: 'webhooks', component: () => import('./WebhooksPage.vue'), meta: { permission: webhooks, title: 'admin.webhooks.title' } },
    { path: '/app/notices', name: 'notices', component: () => import('./NoticesPage.vue'), meta: { permission: settings, title: 'admin.notices.title' } },
    { path: '/app/calendars', name: 'calendars', component: () => import('./CalendarsPage.vue'), meta: { permission: settings, title: 'admin.calendars.title' } },
    { path: '/app/calendars/:name', name: 'calendar', component: () => import('./CalendarPage.vue'), meta: { permission: settings, title: 'admin.calendars.title' } },
    { path: '/app/imports', name: 'imports', component: () => import('./ImportsPage.vue'), meta: { permission: imports, title: 'admin.imports.title' } },
    { path: '/app/imports/new', name: 'new-import', component: () => import('./NewImportPage.vue'), meta: { permission: imports, title: 'admin.imports.new' } },
    { path: '/app/imports/:id', name: 'import', component: () => import('./ImportPage.vue'), meta: { permission: imports, title: 'admin.imports.title' } },
    { path: '/app/settings', name: 'settings', component: () => import('./SettingsPage.vue'), meta: { permission: settings, title: 'admin.settings.title' } },
    { path: '/app/audit', name: 'audit', component: () => import('./AuditPage.vue'), meta: { permission: audit, title: 'admin.audit.title' } },
    { path: '/app/state', name: 'state', component: () => import('./StatePage.vue'), meta: { permission: settings, title: 'admin.state.title' } },
  ],
  menu: [
    { to: '/app/calendars', word: 'admin.calendars.title', permission: settings, group: 'setup', order: 1 },
    { to: '/app/people', word: 'admin.people.title', permission: people, group: 'setup', order: 2 },
    { to: '/app/notices', word: 'admin.notices.title', permission: settings, group: 'setup', order: 3 },
    { to: '/app/imports', word: 'admin.imports.title', permission: imports, group: 'setup', order: 4 },
    { to: '/app/keys', word: 'admin.keys.title', permission: keys, group: 'setup', order: 5 },
    { to: '/app/webhooks', word: 'admin.webhooks.title', permission: webhooks, group: 'setup', order: 6 },
    { to: '/app/settings', word: 'admin.settings.title', permission: settings, group: 'setup', order: 7 },
    { to: '/app/audit', word: 'admin.audit.title', permission: audit, group: 'setup', order: 8 },
    { to: '/app/state', word: 'admin.state.title', permission: settings, group: 'setup', order: 9 },
  ],
}
