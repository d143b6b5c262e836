// What the console is made of: each folder of areas/ brings routes and menu entries in its index.ts.
// Pages are loaded when they are opened; what an index.ts imports itself belongs to the first load.
import type { RouteRecordRaw } from 'vue-router'

export interface MenuEntry {
  to: string // '/app/queue'
  word: string // key of its name
  permission: string // who doesn't have it doesn't see it
  group: 'work' | 'promises' | 'money' | 'insight' | 'setup'
  order: number // within its group
  count?: () => number | undefined // shown beside the name when above 0
}

export interface Area {
  // Paths are absolute; meta.permission is asked for before the page is loaded.
  routes: RouteRecordRaw[]
  menu: MenuEntry[]
}

declare module 'vue-router' {
  interface RouteMeta {
    permission?: string
    title?: string // key of the page's name, for the document's title
    open?: boolean // also for who isn't signed in
  }
}

const found = import.meta.glob<Area>('./areas/*/index.ts', { eager: true, import: 'area' })
export const areas: Area[] = Object.values(found)
export const groups: MenuEntry['group'][] = ['work', 'promises', 'money', 'insight', 'setup']
export const menu: MenuEntry[] = areas.flatMap((area) => area.menu).sort((a, b) => a.order - b.order)
