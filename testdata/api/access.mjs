// Every operation by everybody: what the document allows, and nothing else.
//
// A request that is let in is told from one that is kept out by its status: 401 and 403 keep out.
// So requests that would do something are sent to what isn't there, or with what is refused later.
import { brief } from './contract.mjs';

const NOBODY = 'nobody-000';

// An address of the operation with the given names in it.
export function address(operation, names) {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(names[name] ?? NOBODY));
  const query = operation.parameters
    .filter((one) => one.in === 'query' && one.required)
    .map((one) => `${one.name}=${encodeURIComponent(names[one.name] ?? NOBODY)}`);
  return path + (query.length > 0 ? `?${query.join('&')}` : '');
}

function asked(operation, names, body) {
  const [type] = Object.keys(operation.content ?? {});
  const headers = operation.parameters.some((one) => one.name === 'If-Match') ? { 'If-Match': '"999999"' } : {};
  return [operation.method, address(operation, names), { headers, first: true, ...(type && { type, body }) }];
}

export function existing(world, operation) {
  const kind = operation.path.split('/')[3];
  return {
    id: { users: world.user, keys: world.key, obligations: world.obligation, promises: world.promise, jobs: world.job, alerts: world.alert, webhooks: world.webhook, deliveries: world.delivery }[kind],
    name: kind === 'calendars' ? world.calendar : world.subject,
    handle: world.customer,
    year: '2026',
    to: world.promise,
    subject: world.subject,
  };
}

async function by_role(server, contract, world, faults) {
  const granted = {};
  for (const [role, token] of Object.entries(world.tokens))
    granted[role] = new Set((await server.must('GET', '/api/v1/me', { as: token })).json.permissions);
  let count = 0;
  // Signing out ends a session that others still need.
  for (const operation of contract.operations.filter((one) => one.id !== 'signOut')) {
    const open = operation.permission === 'public';
    for (const [role, token] of Object.entries(world.tokens)) {
      // A key may what it was given: ours was given all that its company's owner may.
      const told = operation.roles.includes(role) && (role !== 'key' || operation.roles.includes('owner'));
      if (!open && told !== granted[role].has(operation.permission))
        faults.push(`${operation.id}: x-roles ${told ? 'has' : 'has not'} ${role}, /api/v1/me says otherwise of ${operation.permission}`);
      const [method, path, options] = asked(operation, {}, '{}');
      const answer = await server.call(method, path, { ...options, as: token });
      const kept_out = answer.status === 401 && operation.id !== 'signIn' || answer.status === 403;
      if (told === kept_out) faults.push(`${operation.id} by ${role}: ${told ? 'allowed' : 'denied'} by the document, answered ${answer.status} (${brief(answer)})`);
      if (!told && answer.status !== 403) faults.push(`${operation.id} by ${role}: denied with ${answer.status}, not 403`);
      count += 1;
    }
    for (const [who, token] of [['nobody', undefined], ['a false token', 'yn_session_0000'], ['a false link', 'Link AAAA']]) {
      if (token && open) continue;
      const [method, path, options] = asked(operation, existing(world, operation), '{}');
      const { status } = await server.call(method, path, { ...options, as: token });
      if (!open && status !== 401) faults.push(`${operation.id} by ${who}: ${status}, not 401`);
      if (open && (status === 401 || status === 403) && operation.id !== 'signIn') faults.push(`${operation.id} by ${who}: ${status}, and it is public`);
      count += 1;
    }
    if (!open && operation.permission !== 'signed_in' && operation.permission !== 'receipts.read') {
      const [method, path, options] = asked(operation, existing(world, operation), '{}');
      const { status } = await server.call(method, path, { ...options, as: world.little });
      if (status !== 403) faults.push(`${operation.id} by a key without ${operation.permission}: ${status}, not 403`);
      count += 1;
    }
  }
  return count;
}

// Nothing of the first company may be in any answer to somebody of the second.
async function by_stranger(server, contract, world, faults) {
  const secrets = [world.obligation, world.webhook, world.job, world.user, world.key, 'order/1', 'c-1', '13900000000', 'Same day'];
  let count = 0;
  for (const operation of contract.operations) {
    if (operation.permission === 'public' || operation.id === 'signOut') continue;
    const media = Object.values(operation.content ?? {})[0];
    const bodies = { enabled: { disabled: true }, eraseCustomer: { reason: 'test' }, addLink: { customer: world.customer }, changeCalendar: { text: 'zone: Asia/Shanghai\nweekly: {mon-fri: 09:00-18:00}\n' }, changePassword: { password: 'a long enough sentence' }, addBacktest: { promises: [world.promise], history: { from: 'live' } }, changeDraft: { text: 'promise: order\nversion: 1\n' } };
    const body = bodies[operation.id] ?? media?.example ?? {};
    const names = existing(world, operation);
    const [method, path, options] = asked(operation, names, JSON.stringify(body));
    const answer = await server.call(method, path, { ...options, as: world.stranger });
    count += 1;
    const leaked = secrets.filter((one) => answer.text.includes(one) && !path.includes(encodeURIComponent(one)) && !JSON.stringify(body).includes(one));
    if (leaked.length > 0) faults.push(`${operation.id} by another company: its answer has ${leaked.join(', ')}`);
    const addressed = /\{(id|name|handle)\}/.test(operation.path);
    const wanted = operation.roles.includes('owner') ? 404 : 403; // customers' own, say
    if (addressed && answer.status !== wanted) faults.push(`${operation.id} by another company: ${answer.status}, not ${wanted} (${brief(answer)})`);
  }
  for (const query of [`subject=${encodeURIComponent(world.subject)}`, `promise=${world.promise}`, 'state=running']) {
    const { json } = await server.call('GET', `/api/v1/obligations?${query}`, { as: world.stranger });
    if (json?.items?.length !== 0) faults.push(`listObligations?${query} by another company: ${JSON.stringify(json)}`);
    count += 1;
  }
  return count;
}

// Partners and customers see what is theirs, and of the rest not even that it is there.
async function by_part(server, world, faults) {
  const { partner, customer } = world.tokens;
  const expect = async (who, as, path, wanted) => {
    const { status } = await server.call('GET', path, { as });
    if (status !== wanted) faults.push(`${path} by the ${who}: ${status}, not ${wanted}`);
  };
  for (const more of ['', '/explain']) {
    await expect('partner', partner, `/api/v1/obligations/${world.partners}${more}`, 200);
    await expect('partner', partner, `/api/v1/obligations/${world.obligation}${more}`, 404);
    await expect('customer', customer, `/api/v1/obligations/${world.obligation}${more}`, 200);
    await expect('customer', customer, `/api/v1/obligations/${world.partners}${more}`, 404);
  }
  await expect('customer', customer, `/api/v1/obligations/${world.obligation}/receipt`, 200);
  await expect('customer', customer, `/api/v1/obligations/${world.partners}/receipt`, 404);
  await expect('partner', partner, '/api/v1/subjects/order%2Fp-2', 200);
  await expect('partner', partner, '/api/v1/subjects/order%2F1', 404);
  await expect('partner', partner, '/api/v1/subjects/order%2F1/timeline', 404);
  await expect('partner', partner, '/api/v1/facts?subject=order%2F1', 404);
  for (const [who, as, theirs] of [['partner', partner, 'order/p-2'], ['customer', customer, 'order/1']]) {
    const { json } = await server.call('GET', '/api/v1/obligations', { as });
    const subjects = [...new Set(json.items.map((one) => one.subject))];
    if (subjects.join() !== theirs) faults.push(`obligations listed to the ${who}: of ${subjects.join(', ') || 'nothing'}`);
  }
  return 12;
}

export async function check_access(server, contract, world) {
  const faults = [];
  const by_permission = new Map();
  for (const { id, permission, roles } of contract.operations) {
    if (!permission || !roles) faults.push(`${id}: no x-permission or no x-roles`);
    const before = by_permission.get(permission) ?? roles;
    if (String(before) !== String(roles)) faults.push(`${id}: ${permission} has other roles elsewhere`);
    by_permission.set(permission, roles);
  }
  const count = await by_part(server, world, faults)
    + await by_stranger(server, contract, world, faults)
    + await by_role(server, contract, world, faults);
  return { count, faults };
}
