// What tests of the portal stand on: promises that one can move, reopen, choose and claim under, and the
// codes among mails.
export const kInstall = `promise: install
version: 1
class: {scope: limited, guarantee: guaranteed, form: written, content: time, strength: public}
title: {zh: 当日装, en: Installed the same day}
need: {zh: 不用等, en: not to wait}
limits: {zh: 无, en: none}
owner: team/field
zone: Asia/Shanghai
subject: order
clauses:
  install:
    title: {zh: 当日装, en: Installed the same day}
    starts: fact = "order.registered"
    keeps: fact = "order.done"
    within: 24 h
    extends: {when: fact = "order.redated" and consent = true, to: new date, times: 1}
    reopens: {when: fact = "order.reopened", how: continues}
remedies:
  late-install:
    title: {zh: 装机逾期, en: Late installation}
    for: install
    give: {kind: refund or redo, choice: '["refund", "redo"]'}
    apology: {zh: 抱歉, en: Sorry}
`
export const kManners = `promise: manners
version: 1
class: {scope: limited, guarantee: guaranteed, form: written, content: behaviour, strength: public}
title: {zh: 上门穿鞋套, en: Shoe covers are worn}
need: {zh: 家里干净, en: a clean home}
limits: {zh: 无, en: none}
owner: team/field
zone: Asia/Shanghai
subject: visit
clauses:
  covers:
    title: {zh: 上门穿鞋套, en: Shoe covers are worn}
    starts: fact = "visit.planned"
    never: fact = "visit.seen" and covers = false
    ends: fact = "visit.closed"
    verify:
      claim: fact = "visit.reported"
      confirms: fact = "visit.checked" and covers = false
      rejects: fact = "visit.checked" and covers = true
      within: 7 days
      undecided: confirmed
remedies:
  sorry:
    title: {zh: 道歉, en: An apology}
    for: covers
    give: {kind: apology}
    apology: {zh: 抱歉, en: Sorry}
`

/** The newest six digits among the mails of an openMailbox(). */
export function newestCode(mails) {
  return mails.flatMap((mail) => /(?:您的验证码是 |Your code is )(\d{6})/.exec(mail.text)?.[1] ?? []).at(-1)
}
