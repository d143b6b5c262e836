import type { Area } from '../../areas'

const permission = 'fund.read'
const page = (path: string, name: string, component: () => Promise<object>, title: string) => ({
  path: `/app/fund${path}`,
  name,
  component,
  meta: { permission, title },
})

export const area: Area = {
  routes: [
    page('', 'fund', () => import('./FundPage.vue'), 'fund.title'),
    page('/ledger', 'fund-ledger', () => import('./LedgerPage.vue'), 'fund.ledger'),
    page('/payouts', 'fund-payouts', () => import('./PayoutsPage.vue'), 'fund.payouts'),
    page('/files', 'fund-files', () => import('./FilesPage.vue'), 'fund.files'),
    page('/charges', 'fund-charges', () => import('./ChargesPage.vue'), 'fund.charges'),
    page('/policy', 'fund-policy', () => import('./PolicyPage.vue'), 'fund.policy'),
  ],
  menu: [{ to: '/app/fund', word: 'fund.title', permission, group: 'money', order: 1 }],
}
