import type { Words } from '../shared/words'

const parts = import.meta.glob<Words>(['../words/en/*.json', '!../words/en/portal.json'], { eager: true, import: 'default' })
export default Object.assign({}, ...Object.values(parts)) as Words
