import type { Words } from '../shared/words'

const parts = import.meta.glob<Words>(['../words/zh/*.json', '!../words/zh/portal.json'], { eager: true, import: 'default' })
export default Object.assign({}, ...Object.values(parts)) as Words
