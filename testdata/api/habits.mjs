// What the document's introduction says of every operation: changing, repeating, pages, languages,
// rates, cookies, live changes.
import { PASSWORD, until } from './server.mjs';

export async function check_habits(server, contract, world, other) {
  const faults = [];
  let count = 0;
  const as = world.tokens.owner;
  const expect = (what, holds, more) => {
    count += 1;
    if (!holds) faults.push(`${what}${more === undefined ? '' : `: ${typeof more === 'string' ? more : JSON.stringify(more)}`}`);
  };
  const call = (method, path, options = {}) => server.call(method, path, { as, ...options });

  await repeating(call, expect, world);
  await changing(call, expect, world);
  await pages(call, expect, contract, world);
  await bounds(call, expect);
  await languages(call, expect);
  await cookies(server, expect);
  await live(server, expect, world);
  await rates(other, expect);
  return { count, faults };
}

async function repeating(call, expect, world) {
  const hooks = async () => (await call('GET', '/api/v1/webhooks?limit=200')).json.items.length;
  const before = await hooks();
  const send = (url) => call('POST', '/api/v1/webhooks', { body: { url }, headers: { 'Idempotency-Key': `once-${world.me}` } });
  const first = await send('https://example.com/a');
  const again = await send('https://example.com/a');
  expect('a POST sent again by one Idempotency-Key is answered alike', first.status === 201 && again.status === 201 && first.text === again.text, [first.text, again.text]);
  const another = await send('https://example.com/b');
  expect('the same key for another body is refused', another.status >= 400 && another.status < 500, another.text);
  const both = await Promise.all([1, 2, 3, 4].map(() => call('POST', '/api/v1/webhooks', { body: { url: 'https://example.com/c' }, headers: { 'Idempotency-Key': `together-${world.me}` } })));
  expect('four at once by one key: each is answered alike, or that it is on its way', both.every((one) => one.status === 201 || one.status === 409), both.map((one) => one.status));
  const made = new Set(both.filter((one) => one.status === 201).map((one) => one.json.webhook.id));
  expect('and one thing came of it', made.size === 1, [...made]);
  expect('nothing more was made', await hooks() === before + 2, { before, after: await hooks() });
  const kept = await call('POST', '/api/v1/facts?source=shop', { body: { id: 'same', kind: 'other', subject: 'order/same', at: '2026-03-10T08:00:00Z' } });
  const known = await call('POST', '/api/v1/facts?source=shop', { body: { id: 'same', kind: 'other', subject: 'order/same', at: '2026-03-10T08:00:00Z' } });
  expect('a fact sent again is known, at its position', kept.status === 201 && known.status === 200 && known.json.outcome === 'duplicate' && known.json.position === kept.json.position, known.text);
}

async function changing(call, expect, world) {
  const at = `/api/v1/users/${world.user}`;
  const read = await call('GET', at);
  const change = (headers) => call('PATCH', at, { body: { title: 'Agent' }, headers });
  expect('a change without If-Match is 428', (await change({})).status === 428);
  const changed = await change({ 'If-Match': read.headers.etag });
  expect('a change with the ETag is made, and gives a new one', changed.status === 200 && changed.headers.etag && changed.headers.etag !== read.headers.etag, changed.text);
  expect('the old ETag is 412 then', (await change({ 'If-Match': read.headers.etag })).status === 412);
  const known = await call('GET', at, { headers: { 'If-None-Match': changed.headers.etag } });
  expect('who has it already is answered 304 without a body', known.status === 304 && known.body.length === 0, known.status);
}

// Every list, one by one, is the list.
async function pages(call, expect, contract, world) {
  const key = (one) => one.id ?? one.name ?? one.subject ?? JSON.stringify(one);
  for (const operation of contract.operations) {
    if (operation.method !== 'GET' || !operation.parameters.some((one) => one.name === 'cursor')) continue;
    const base = operation.path.replace('{id}', world.webhook).replace('{name}', encodeURIComponent(world.subject));
    const more = operation.id === 'listFacts' ? `subject=${encodeURIComponent(world.subject)}&` : '';
    const whole = await call('GET', `${base}?${more}limit=200`);
    // The audit trail grows while it is read.
    if (whole.status !== 200 || operation.id === 'listAudit') continue;
    const got = [];
    let next = '';
    let fine = true;
    for (let i = 0; i <= whole.json.items.length && next !== undefined; ++i) {
      const page = await call('GET', `${base}?${more}limit=1${next && `&cursor=${encodeURIComponent(next)}`}`);
      got.push(...(page.json?.items ?? []));
      next = page.json?.next;
      fine &&= page.status === 200 && page.json.items.length <= 1 && Boolean(next) === /rel="?next/.test(page.headers.link ?? '');
    }
    expect(`${operation.id}: page by page is the whole list, and Link says when there is more`,
      fine && next === undefined && JSON.stringify(got.map(key)) === JSON.stringify(whole.json.items.map(key)), { got: got.length, whole: whole.json.items.length, fine });
    for (const limit of ['0', '201', '-1', 'x', '1.5', ''])
      expect(`${operation.id}: limit=${limit} is refused`, (await call('GET', `${base}?${more}limit=${limit}`)).status === 422);
  }
}

async function bounds(call, expect) {
  const is = (answer, status) => answer.status === status && answer.type === 'application/problem+json' && answer.json?.status === status;
  const facts = await call('POST', '/api/v1/facts?source=shop', { body: Buffer.alloc(33 << 20, 0x20) }).catch((error) => ({ status: error.message }));
  expect('33 MiB of facts are too large', is(facts, 413), facts.status);
  const path = await call('GET', `/api/v1/subjects/${'a'.repeat(20_000)}`);
  expect('an address of 20,000 letters is too long', is(path, 414), path.status);
  const header = await call('GET', '/api/v1/me', { headers: { 'X-Long': 'a'.repeat(70_000) } });
  expect('a header of 70,000 letters is too large', is(header, 431), header.status);
  const many = Array.from({ length: 5_001 }, (_, i) => ({ kind: 'other', subject: 'order/many', at: '2026-03-10T08:00:00Z', id: `many-${i}` }));
  const lists = await call('POST', '/api/v1/facts?source=shop', { body: many });
  expect('more facts than a list may have are taken in parts, or refused', [200, 422].includes(lists.status) && (lists.status === 422 || lists.json.accepted === 5_001), lists.status);
}

async function languages(call, expect) {
  const answer = (language) => call('GET', '/api/v1/obligations/obl_0', { headers: { 'Accept-Language': language } });
  const [zh, en] = [await answer('zh-CN,zh;q=0.9,en;q=0.5'), await answer('en-GB,en;q=0.8,zh;q=0.2')];
  expect('a problem speaks the language that was asked for', /\p{Script=Han}/u.test(zh.json.detail) && !/\p{Script=Han}/u.test(en.json.detail), [zh.json.detail, en.json.detail]);
  expect('and has one code in both', zh.json.code === en.json.code && zh.status === 404);
  const tagged = await call('GET', '/api/v1/me', { headers: { 'X-Request-Id': 'check-1' } });
  expect('a request keeps the id it came with', tagged.headers['x-request-id'] === 'check-1', tagged.headers);
}

async function cookies(server, expect) {
  const signed = await server.must('POST', '/api/v1/sessions', { body: { tenant: 'acme', login: 'owner', password: PASSWORD } });
  const [set] = signed.headers['set-cookie'] ?? [''];
  expect('the cookie is HttpOnly and SameSite', /HttpOnly/.test(set) && /SameSite=(Lax|Strict)/.test(set), set);
  const cookie = set.split(';')[0];
  const link = (origin) => server.call('POST', '/api/v1/links', { body: { customer: 'c-1' }, headers: { Cookie: cookie, ...(origin && { Origin: origin }) } });
  expect('a cookie reads', (await server.call('GET', '/api/v1/me', { headers: { Cookie: cookie } })).status === 200);
  expect('a cookie writes from our own pages', (await link(`http://127.0.0.1:${server.port}`)).status === 201);
  for (const origin of [undefined, 'https://evil.example', 'null', `http://127.0.0.1:${server.port}.evil.example`])
    expect(`a cookie doesn't write from ${origin ?? 'nowhere'}`, (await link(origin)).status === 403);
  await server.call('DELETE', '/api/v1/sessions/current', { as: signed.json.token });
  expect('signed out is signed out', (await server.call('GET', '/api/v1/me', { as: signed.json.token })).status === 401);
}

async function live(server, expect, world) {
  const hear = async (as, path = '/api/v1/events') => {
    const control = new AbortController();
    const got = { text: '', ended: false, stop: () => control.abort() };
    const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, { headers: { Authorization: as.includes(' ') ? as : `Bearer ${as}` }, signal: control.signal });
    got.reading = (async () => {
      const decoder = new TextDecoder();
      for await (const chunk of answer.body) got.text += decoder.decode(chunk, { stream: true });
      got.ended = true;
    })().catch(() => { got.ended = true; });
    return got;
  };
  const session = await server.sign_in('owner', 'acme');
  const [all, part, stranger] = [await hear(session), await hear(world.tokens.partner), await hear(world.stranger)];
  await server.must('POST', '/api/v1/facts?source=shop', { as: session, body: { kind: 'order.done', subject: 'order/3', at: new Date().toISOString() } });
  await until(() => all.text.includes('order/3'), 5_000);
  expect('a change is heard by who may see it', /event: obligation\n[^]*"subject":"order\/3"/.test(all.text), all.text);
  expect('and by nobody else', !part.text.includes('order/3') && !stranger.text.includes('order/3'), part.text + stranger.text);
  const again = await hear(session, '/api/v1/events?last_event_id=1');
  expect('who comes back hears what was missed', await until(() => again.text.includes('order/3'), 5_000), again.text.slice(0, 300));
  await server.must('DELETE', '/api/v1/sessions/current', { as: session });
  expect('the end of a session ends its streams', await until(() => all.ended && again.ended, 5_000));
  for (const one of [part, stranger]) one.stop();
}

// On a server with the rates as they are by default.
async function rates(server, expect) {
  const answers = await Promise.all(Array.from({ length: 200 }, () => server.call('GET', '/api/v1/me')));
  const refused = answers.filter((one) => one.status === 429);
  expect('a stranger who asks too often is told 429', refused.length > 50 && answers.every((one) => [401, 429].includes(one.status)), refused.length);
  expect('with how long to wait, and what the rate is', refused.every((one) => Number(one.headers['retry-after']) > 0 && one.headers['ratelimit-policy'] && one.json?.code === 'too-many-requests'), refused[0]?.headers);
  expect('the server itself still says how it is', (await server.call('GET', '/readyz')).status < 500);
}
