// script/check-webhooks: live deliveries to receivers that take them, fail, hang, are slow or gone.
//   node check-webhooks.mjs PROGRAM
//
// Retries are waited for as they come, five seconds after the first attempt. What is waited for
// longer (Retry-After, the third attempt) is read from `due_at` instead.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { now, PASSWORD, pause, publish, Server, until } from './server.mjs';

const RECEIVER = fileURLToPath(new URL('../webhooks/receiver.mjs', import.meta.url));
const [program] = process.argv.slice(2);
const faults = [];
const receivers = [];

function expect(what, holds, more = '') {
  if (!holds) faults.push(`${what}${more === '' ? '' : `: ${typeof more === 'string' ? more : JSON.stringify(more)}`}`);
  return Boolean(holds);
}

async function listen(secrets) {
  const child = spawn(process.execPath, [RECEIVER, ...secrets.flatMap((one) => ['--secret', one])], { stdio: ['ignore', 'pipe', 'inherit'] });
  receivers.push(child);
  const got = [];
  const port = await new Promise((listening, failed) => {
    child.once('exit', (code) => failed(new Error(`the receiver ended with ${code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const said = JSON.parse(line);
      if (said.listening) listening(said.listening);
      else got.push({ ...said, came: Date.now() });
    });
  });
  return { port, got, of: (mode) => got.filter((one) => one.mode === mode) };
}

const server = new Server(program, ['--private-webhooks', '--rate-user', '1000000']);
let owner;

async function add(types) {
  const { json } = await server.must('POST', '/api/v1/webhooks', { as: owner, body: { url: 'http://127.0.0.1:1/', types, enabled: false } });
  return { id: json.webhook.id, secret: json.secret };
}
async function change(hook, body) {
  const at = `/api/v1/webhooks/${hook.id}`;
  const { headers } = await server.must('GET', at, { as: owner });
  return (await server.must('PATCH', at, { as: owner, body, headers: { 'If-Match': headers.etag } })).json;
}
const test = async (hook) => (await server.must('POST', `/api/v1/webhooks/${hook.id}/test`, { as: owner })).json.delivery;
const deliveries = async (hook) => (await server.must('GET', `/api/v1/webhooks/${hook.id}/deliveries?limit=200`, { as: owner })).json.items;
const delivery = async (hook, id) => (await deliveries(hook)).find((one) => one.id === id);
const attempted = (hook, id, attempts, millis) => until(async () => {
  const one = await delivery(hook, id);
  return one?.attempts >= attempts ? one : undefined;
}, millis);
// Seconds between an attempt's end and the next one.
const wait_of = (one) => (Date.parse(one.due_at) - Date.parse(one.answer.at)) / 1000;

async function events_arrive(hooks, receiver) {
  await server.must('POST', '/api/v1/facts?source=shop', { as: owner, body: { id: 'e-1', kind: 'order.placed', subject: 'order/1', at: now(), customer: 'c-1', personal: { phone: '13900000000' } } });
  // Two clauses begin; one of them is broken a second later.
  const got = await until(() => {
    const types = receiver.of('ok').map((one) => one.type);
    return types.some((type) => type?.endsWith('.broken')) && types.length >= 3 ? receiver.of('ok') : undefined;
  }, 10_000);
  if (!expect('events of an obligation arrive', got, receiver.got)) return;
  for (const one of got) {
    expect(`${one.type}: standardwebhooks accepts it`, one.signature === 'ok', one.signature);
    expect(`${one.type}: cloudevents accepts it`, one.event === 'ok', one.event);
    expect(`${one.type}: the event's id is the webhook-id`, one.event_id === one.webhook_id, one);
    expect(`${one.type}: names its source and type`, one.source === '/tenants/acme' && one.type.startsWith('com.yinuo.'), one);
    expect(`${one.type}: has no personal part`, !JSON.stringify(one).includes('13900000000'));
  }
  expect('no event comes twice', new Set(got.map((one) => one.webhook_id)).size === got.length, got.map((one) => one.webhook_id));
  const all = await until(async () => { const list = await deliveries(hooks.ok); return list.every((one) => one.state === 'done') ? list : undefined; }, 5_000);
  expect('each delivery is done, with its answer', all?.every((one) => one.attempts === 1 && one.answer?.status === 200), await deliveries(hooks.ok));
  const quiet = await deliveries(hooks.slow);
  expect('who asked for other types hears nothing', quiet.length === 0, quiet);
}

async function failing_is_retried(hooks, receiver) {
  const id = await test(hooks.fail500);
  const first = await attempted(hooks.fail500, id, 1, 5_000);
  if (!expect('a failing receiver is tried', first?.state === 'waiting' && first.answer.status === 500, first)) return;
  expect('a second attempt comes after 5 s, up to a fifth later', wait_of(first) >= 5 && wait_of(first) <= 6.01, first);
  // Killed while it waits: what isn't delivered is still to be delivered.
  server.process.kill('SIGKILL');
  await server.ended;
  await server.start();
  const second = await attempted(hooks.fail500, id, 2, 15_000);
  if (!expect('after a crash the second attempt comes', second?.answer.status === 503, second ?? await delivery(hooks.fail500, id))) return;
  const got = receiver.of('fail500');
  expect('both attempts have one webhook-id', new Set(got.map((one) => one.webhook_id)).size === 1 && got.length === 2, got);
  expect('each attempt is signed anew, rightly', got.every((one) => one.signature === 'ok' && one.event === 'ok'), got);
  expect('a short Retry-After shortens nothing: the third attempt comes after 30 s', wait_of(second) >= 30 && wait_of(second) <= 36.01, second);
  await server.must('POST', `/api/v1/deliveries/${id}/replay`, { as: owner });
  const again = await until(() => (receiver.of('fail500').length === 3 ? receiver.of('fail500')[2] : undefined), 5_000);
  expect('replayed by hand it comes at once, by the same webhook-id', again?.webhook_id === got[0].webhook_id, again);
}

async function hanging_is_left(hooks, receiver) {
  const began = Date.now();
  const id = await test(hooks.hang);
  await until(() => receiver.of('hang').length > 0, 5_000);
  const before = receiver.of('ok').length;
  await test(hooks.ok);
  expect('one that hangs holds up nobody else', await until(() => receiver.of('ok').length > before, 3_000));
  const slow = await test(hooks.slow);
  return { began, id, slow };
}

async function hanging_timed_out(hooks, { began, id, slow }) {
  const late = await attempted(hooks.slow, slow, 1, 10_000);
  expect('a slow receiver is waited for', late?.state === 'done', late);
  const first = await attempted(hooks.hang, id, 1, 25_000 - (Date.now() - began));
  expect('one that hangs is given up after 20 s', first?.answer?.fault === 'timed-out' && first.answer.status === 0 && first.state === 'waiting', first ?? 'no outcome within 25 s');
  if (first) expect('and tried again after 5 s', wait_of(first) >= 5 && wait_of(first) <= 6.01, first);
}

async function gone_is_disabled(hooks, receiver) {
  const id = await test(hooks.gone410);
  const dead = await until(async () => { const one = await delivery(hooks.gone410, id); return one.state === 'dead' ? one : undefined; }, 5_000);
  expect('410 ends a delivery', dead?.attempts === 1 && dead.answer.status === 410, await delivery(hooks.gone410, id));
  const { json } = await server.must('GET', `/api/v1/webhooks/${hooks.gone410.id}`, { as: owner });
  expect('and disables the webhook, which says why', json.enabled === false && json.why_disabled === '410', json);
  const refused = await server.call('POST', `/api/v1/webhooks/${hooks.gone410.id}/test`, { as: owner });
  expect('a disabled one is not tried', refused.status === 409, refused.text);
  const audit = await server.must('GET', '/api/v1/audit', { as: owner });
  expect('the audit trail has it', audit.text.includes('webhook.disabled'));
  const enabled = await change(hooks.gone410, { enabled: true, url: `http://127.0.0.1:${receiver.port}/ok` });
  expect('a person enables it again', enabled.enabled === true && !enabled.why_disabled, enabled);
  const next = await attempted(hooks.gone410, await test(hooks.gone410), 1, 5_000);
  expect('and then it is delivered to', next?.state === 'done', next);
}

async function secrets_change(hooks, receiver) {
  const { json } = await server.must('POST', `/api/v1/webhooks/${hooks.ok.id}/rotate`, { as: owner });
  expect('a new secret is another one', json.secret !== hooks.ok.secret);
  const old = await attempted(hooks.ok, await test(hooks.ok), 1, 5_000);
  expect('who knows only the old secret still accepts', old?.state === 'done', old);
  const renewed = await listen([json.secret]);
  await change(hooks.ok, { url: `http://127.0.0.1:${renewed.port}/ok` });
  const fresh = await attempted(hooks.ok, await test(hooks.ok), 1, 5_000);
  expect('who knows only the new one accepts', fresh?.state === 'done' && renewed.got[0]?.signature === 'ok', renewed.got);
  const stranger = await listen(['whsec_' + Buffer.alloc(24, 7).toString('base64')]);
  await change(hooks.ok, { url: `http://127.0.0.1:${stranger.port}/ok` });
  await test(hooks.ok);
  const got = await until(() => stranger.got[0], 5_000);
  expect('who knows another secret refuses (so the receiver does check)', got?.status === 401, got);
}

async function neighbours_are_safe(port) {
  const strict = new Server(program);
  try {
    strict.command(['tenant', 'add', 'acme']);
    strict.command(['user', 'add', 'owner', '--tenant', 'acme'], `${PASSWORD}\n`);
    await strict.start();
    const as = await strict.sign_in('owner', 'acme');
    const plain = await strict.call('POST', '/api/v1/webhooks', { as, body: { url: `http://127.0.0.1:${port}/ok` } });
    expect('without private_webhooks plain http is refused', plain.status === 422, plain.text);
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '2130706433', '169.254.169.254']) {
      const { json } = await strict.must('POST', '/api/v1/webhooks', { as, body: { url: `https://${host}:${port}/ok` } });
      const { id } = json.webhook;
      await strict.must('POST', `/api/v1/webhooks/${id}/test`, { as });
      const one = await until(async () =>
        (await strict.must('GET', `/api/v1/webhooks/${id}/deliveries`, { as })).json.items.find((item) => item.attempts > 0), 8_000);
      expect(`${host} is not connected to`, one?.answer.fault === 'forbidden' && one.answer.status === 0, one ?? 'no outcome');
    }
    await strict.stop();
  } finally {
    strict.remove();
  }
}

try {
  server.command(['tenant', 'add', 'acme']);
  for (const login of ['owner', 'second']) server.command(['user', 'add', login, '--tenant', 'acme'], `${PASSWORD}\n`);
  await server.start();
  owner = await server.sign_in('owner', 'acme');
  await publish(server, owner, await server.sign_in('second', 'acme'));

  const hooks = { ok: await add([]), fail500: await add(['none.at.all']), hang: await add(['none.at.all']), gone410: await add(['none.at.all']), slow: await add(['none.at.all']) };
  const receiver = await listen(Object.values(hooks).map((hook) => hook.secret));
  for (const [mode, hook] of Object.entries(hooks)) await change(hook, { enabled: true, url: `http://127.0.0.1:${receiver.port}/${mode}` });

  await events_arrive(hooks, receiver);
  await failing_is_retried(hooks, receiver);
  const hanging = await hanging_is_left(hooks, receiver);
  await gone_is_disabled(hooks, receiver);
  await secrets_change(hooks, receiver);
  await neighbours_are_safe(receiver.port);
  await hanging_timed_out(hooks, hanging);
  await pause(100);
  for (const line of server.errors) faults.push(`the server's log: ${line}`);
  await server.stop();
} finally {
  for (const child of receivers) child.kill();
  server.remove();
}
for (const fault of faults) console.log(`check-webhooks: not so: ${fault}`);
if (faults.length === 0) console.log('check-webhooks: delivered, signed, tried again, given up and disabled as documented');
process.exit(faults.length === 0 ? 0 : 1);
