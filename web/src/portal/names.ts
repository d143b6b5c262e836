// Names for what has none that a customer would know, and texts of the server's made readable.
import { instant } from '../shared/when'
import { t } from '../shared/words'

/** order/4711 as it is; what our own house promises are about, in words. */
export function subjectName(subject: string): string {
  const kind = subject.slice(0, subject.indexOf('/'))
  return ['recovery', 'chase', 'word'].includes(kind) ? t(`portal.house.${kind}`) : subject
}

/** Instants as the log writes them become the zone's, which is named. */
export function readable(text: string, zone?: string): string {
  return text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z/g, (at) => instant(at, zone))
}
