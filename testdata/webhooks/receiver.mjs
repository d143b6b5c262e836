// Receives webhooks and lets other people's code judge them: the signature by `standardwebhooks`,
// the body by `cloudevents`. Writes one line of JSON when it listens and one for each delivery.
//
//   npm install --prefix testdata/npm
//   node testdata/webhooks/receiver.mjs --secret whsec_... [--secret whsec_...] [--port 0]
//        [--mode ok] [--slow 3000] [--cert cert.pem --key key.pem]
//
// Modes, for all deliveries by --mode or for one by its path (/fail500):
//   ok       200 if both are content, 401 for the signature, 400 for the event
//   fail500  500, and 503 with Retry-After: 7 for every second delivery of an id
//   hang     no answer
//   gone410  410: send no more
//   slow     as ok, after --slow milliseconds
// While a secret is changed, several may be given: any that verifies will do.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

let Webhook, HTTP;
try {
  const load = createRequire(new URL('../npm/package.json', import.meta.url));
  ({ Webhook } = load('standardwebhooks'));
  ({ HTTP } = load('cloudevents'));
} catch (error) {
  console.error(`receiver: packages are missing in testdata/npm (${error.code ?? error.message})`);
  process.exit(2);
}

const { values: options } = parseArgs({
  options: {
    secret: { type: 'string', multiple: true, default: [] },
    port: { type: 'string', default: '0' },
    mode: { type: 'string', default: 'ok' },
    slow: { type: 'string', default: '3000' },
    cert: { type: 'string' },
    key: { type: 'string' },
  },
});
const modes = ['ok', 'fail500', 'hang', 'gone410', 'slow'];
if (!modes.includes(options.mode) || options.secret.length === 0) {
  console.error(`receiver: --secret whsec_... is needed, and --mode is one of ${modes.join(', ')}`);
  process.exit(2);
}

const BODY_MAX = 1 << 20;
const attempts = new Map(); // by webhook-id

function say(line) {
  process.stdout.write(JSON.stringify(line) + '\n');
}

function fault(work) {
  try {
    work();
    return null;
  } catch (error) {
    return String(error.message ?? error);
  }
}

function signatureFault(headers, body) {
  const faults = options.secret.map((secret) =>
    fault(() => new Webhook(secret).verify(body, headers, { jsonParse: false })),
  );
  return faults.includes(null) ? null : faults[0];
}

// validate() holds the event to the specification's schema, but toEvent() has by then put the time
// of reading for a time that it couldn't read.
function readEvent(headers, body) {
  let event = null;
  const wrong = fault(() => {
    event = HTTP.toEvent({ headers, body });
    if (Array.isArray(event)) throw new Error('a batch, not one event');
    const { time } = JSON.parse(body);
    if (time !== undefined && Number.isNaN(Date.parse(time))) throw new Error('time: not a time');
    if (!event.validate()) throw new Error('not a valid event');
  });
  return { event, wrong };
}

function receive(request, body, response) {
  const path = new URL(request.url, 'http://receiver').pathname.slice(1);
  const mode = modes.includes(path) ? path : options.mode;
  const id = request.headers['webhook-id'] ?? null;
  const attempt = (attempts.get(id) ?? 0) + 1;
  attempts.set(id, attempt);
  const signature = signatureFault(request.headers, body);
  const { event, wrong } = readEvent(request.headers, body);
  let status = signature ? 401 : wrong ? 400 : 200;
  if (mode === 'fail500') status = attempt % 2 === 0 ? 503 : 500;
  if (mode === 'gone410') status = 410;
  if (mode === 'hang') status = null;
  say({
    mode,
    attempt,
    status,
    webhook_id: id,
    signature: signature ?? 'ok',
    event: wrong ?? 'ok',
    event_id: event?.id ?? null,
    source: event?.source ?? null,
    type: event?.type ?? null,
    subject: event?.subject ?? null,
    time: event?.time ?? null,
    data: event?.data ?? null,
  });
  if (status === null) return;
  const answer = () => {
    const headers = status === 503 ? { 'Retry-After': '7' } : {};
    response.writeHead(status, headers).end(`${status}\n`);
  };
  if (mode === 'slow') setTimeout(answer, Number(options.slow));
  else answer();
}

function handle(request, response) {
  const chunks = [];
  let size = 0;
  request.on('data', (chunk) => {
    size += chunk.length;
    if (size > BODY_MAX) request.destroy();
    else chunks.push(chunk);
  });
  request.on('end', () => receive(request, Buffer.concat(chunks).toString('utf8'), response));
}

const server = options.cert
  ? createTlsServer({ cert: readFileSync(options.cert), key: readFileSync(options.key) }, handle)
  : createServer(handle);
server.listen(Number(options.port), '127.0.0.1', () => say({ listening: server.address().port }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));
