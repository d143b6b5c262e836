// Two companies, somebody of every role in the first, and one of everything that an address can name.
import { now, PASSWORD, publish, PROMISE, until } from './server.mjs';

export const USER_ROLES = ['owner', 'manager', 'agent', 'second_line', 'partner', 'auditor'];
const HISTORY = 'id,placed,done\n1,2026-03-10T08:00:00+08:00,2026-03-10T12:00:00+08:00\n';
const MAPPING = `zone: Asia/Shanghai
subject: order/{id}
fields: {id: text, placed: instant, done: instant}
facts:
  - {fact: order.placed, at: placed}
  - {fact: order.done, at: done}
`;

export function found(server) {
  server.command(['user', 'add', 'operator'], `${PASSWORD}\n`);
  for (const tenant of ['acme', 'other']) {
    server.command(['tenant', 'add', tenant]);
    server.command(['user', 'add', 'owner', '--tenant', tenant], `${PASSWORD}\n`);
  }
}

async function people(server, tenant, owner) {
  const tokens = { owner };
  const ids = {};
  for (const role of USER_ROLES.slice(1)) {
    const body = { login: role, title: role, role, password: PASSWORD };
    if (role === 'partner') body.subjects = ['order/p-'];
    ids[role] = (await server.must('POST', '/api/v1/users', { as: owner, body })).json.id;
    tokens[role] = await server.sign_in(role, tenant);
  }
  return { tokens, ids };
}

async function key(server, as, permissions) {
  const body = { name: permissions.slice(0, 2).join(' '), permissions };
  return (await server.must('POST', '/api/v1/keys', { as, body })).json;
}

async function one_of_everything(server, owner, manager) {
  await server.must('POST', '/api/v1/calendars', {
    as: owner, body: { name: 'acme-hours.yaml', text: 'zone: Asia/Shanghai\nweekly: {mon-fri: 09:00-18:00}\n' },
  });
  await publish(server, owner, manager);
  await server.must('POST', '/api/v1/promises', { as: owner, body: { text: PROMISE.replace('version: 1', 'version: 2') } });
  const hook = await server.must('POST', '/api/v1/webhooks', { as: owner, body: { url: 'http://127.0.0.1:1/none' } });
  const webhook = hook.json.webhook.id;
  const test = await server.must('POST', `/api/v1/webhooks/${webhook}/test`, { as: owner });
  // A promise binds what begins after it was published; of each order one clause is broken after 1 s.
  for (const [subject, customer] of [['order/1', 'c-1'], ['order/p-2', 'c-2'], ['order/3', 'c-3']]) {
    await server.must('POST', '/api/v1/facts?source=shop', {
      as: owner,
      body: { id: `e-${subject}`, kind: 'order.placed', subject, at: now(), customer, fields: { amount: 12.5 }, personal: { phone: '13900000000' } },
    });
  }
  const owed = async (subject) =>
    (await server.must('GET', `/api/v1/obligations?subject=${encodeURIComponent(subject)}`, { as: owner })).json.items[0].id;
  const job = await server.must('POST', '/api/v1/backtests', {
    as: owner, body: { promises: ['order@1'], history: { format: 'csv', mapping: MAPPING, data: HISTORY } },
  });
  const alert = await until(async () => (await server.must('GET', '/api/v1/alerts', { as: owner })).json.items[0], 10_000);
  return {
    webhook,
    delivery: String(test.json.delivery),
    job: job.json.id,
    alert: String(alert.id),
    obligation: await owed('order/1'),
    partners: await owed('order/p-2'),
  };
}

// The server runs, found() was called before. Tokens by role; what exists, by the name of the
// parameter that names it in an address.
export async function populate(server) {
  const owner = await server.sign_in('owner', 'acme');
  const { tokens, ids } = await people(server, 'acme', owner);
  const made = await one_of_everything(server, owner, tokens.manager);
  const me = (await server.must('GET', '/api/v1/me', { as: owner })).json;
  const link = await server.must('POST', '/api/v1/links', { as: owner, body: { customer: 'c-1' } });
  const whole = await key(server, owner, me.permissions.filter((p) => p !== 'public' && p !== 'signed_in'));
  const little = await key(server, owner, ['receipts.read']);
  return {
    ...made,
    tokens: {
      ...tokens,
      operator: await server.sign_in('operator'),
      customer: `Link ${link.json.link}`,
      key: whole.text,
    },
    little: little.text,
    stranger: await server.sign_in('owner', 'other'),
    user: ids.agent,
    users: ids,
    me: me.id,
    key: little.key.id,
    customer: 'c-1',
    subject: 'order/1',
    promise: 'order@1',
    calendar: 'acme-hours.yaml',
    tenant: 'acme',
  };
}
