// Requests as a document's schemas describe them, right ones and wrong ones, by fast-check.
import { load, PROMISE } from './server.mjs';

const fc = load('fast-check');

const words = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom('', '0', 'null', '承诺 😀', '../../etc/passwd', "';--", '%00', 'a'.repeat(200), '\u0000', '\u202e'),
);
const instants = fc.oneof(
  fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }).map((date) => date.toISOString()),
  fc.constantFrom('0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z', '2026-03-10T08:00:00+08:00'),
);
const anything = fc.jsonValue({ maxDepth: 2 });

function texts(schema) {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.format === 'date-time') return instants;
  if (schema.pattern) return fc.stringMatching(new RegExp(schema.pattern)).map((text) => text.slice(0, schema.maxLength ?? 40) || 'a');
  const most = Math.min(schema.maxLength ?? 60, 60);
  return words.map((text) => [...text].slice(0, most).join('').padEnd(schema.minLength ?? 0, 'x'));
}

// Values that the schema allows.
export function fitting(contract, node) {
  const schema = contract.resolve(node);
  const again = (below) => fitting(contract, below);
  if (schema.oneOf) return fc.oneof(...schema.oneOf.map(again));
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const types = [schema.type ?? 'any'].flat();
  return fc.oneof(...types.map((type) => {
    switch (type) {
      case 'string': return texts(schema);
      case 'integer': return fc.oneof(
        fc.integer({ min: schema.minimum ?? -10, max: schema.maximum ?? 1_000_000 }),
        fc.constantFrom(...[schema.minimum, schema.maximum].filter((one) => one !== undefined), schema.default ?? schema.minimum ?? 0),
      );
      case 'number': return fc.double({ noNaN: true, noDefaultInfinity: true });
      case 'boolean': return fc.boolean();
      case 'null': return fc.constant(null);
      case 'array': return fc.array(again(schema.items ?? {}), {
        minLength: schema.minItems ?? 0, maxLength: Math.min(schema.maxItems ?? 4, Math.max(4, schema.minItems ?? 0)),
      });
      case 'object': return objects(contract, schema);
      default: return anything;
    }
  }));
}

function objects(contract, schema) {
  const known = Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, below]) => [name, fitting(contract, below)]));
  const listed = fc.record(known, { requiredKeys: schema.required ?? [] });
  if (schema.properties || schema.additionalProperties === false) return listed;
  const other = typeof schema.additionalProperties === 'object' ? fitting(contract, schema.additionalProperties) : anything;
  return fc.dictionary(fc.string({ maxLength: 10 }), other, { maxKeys: 3 });
}

// What the document can't know: names of what exists, texts that are promises and calendars.
const TELLING = {
  reportFacts: (world) => fc.record({
    kind: fc.constantFrom('order.placed', 'order.done', 'other'),
    subject: fc.constantFrom(world.subject, 'order/9', 'order/p-7'),
    at: instants,
    id: fc.string({ minLength: 1, maxLength: 8 }),
    fields: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), anything, { maxKeys: 2 }),
  }, { requiredKeys: ['kind', 'subject', 'at'] }),
  addDraft: () => fc.integer({ min: 1, max: 40 }).map((n) => ({ text: PROMISE.replace('version: 1', `version: ${n}`) })),
  changeDraft: (world) => fc.constantFrom({ text: PROMISE.replace('order', 'ordre') }, { text: PROMISE.replace('version: 1', 'version: 2') }, { text: 'a: [' }),
  addCalendar: () => fc.integer({ max: 9, min: 0 }).map((n) => ({ name: `c${n}.yaml`, text: 'zone: Asia/Shanghai\nweekly: {mon-fri: 09:00-18:00}\n' })),
  changeCalendar: () => fc.constantFrom({ text: 'zone: Europe/Berlin\nweekly: {mon-sat: 08:00-12:00}\n' }, { text: 'zone: Nowhere\n' }),
  addBacktest: (world) => fc.constantFrom(
    { promises: [world.promise], history: { from: 'live' } },
    { promises: [PROMISE], history: { from: 'live' }, by: ['amount'], curves: false }),
  addWebhook: () => fc.webUrl().map((url) => ({ url, types: ['obligation.*'] })),
  addLink: (world) => fc.constantFrom({ customer: world.customer }, { customer: 'c-3', days: 1 }),
  addKey: () => fc.constantFrom({ name: 'k', permissions: ['facts.write'], sources: ['shop'] }),
};

function bodies(contract, world, operation, type, media) {
  const all = [{ weight: 3, arbitrary: fitting(contract, media.schema) }];
  if (media.example !== undefined) all.push({ weight: 2, arbitrary: fc.constant(media.example) });
  if (/json$/.test(type) && TELLING[operation.id]) all.push({ weight: 4, arbitrary: TELLING[operation.id](world) });
  return fc.oneof(...all).map((value) => (/json$/.test(type) ? JSON.stringify(value) : String(value)));
}

// Addresses: what exists, and what doesn't.
function named(contract, world, operation, parameter) {
  const exists = parameter.name === 'id'
    ? { users: world.user, keys: world.key, obligations: world.obligation, promises: world.promise, jobs: world.job, alerts: world.alert, webhooks: world.webhook, deliveries: world.delivery }[operation.path.split('/')[3]]
    : { name: operation.path.includes('calendars') ? world.calendar : world.subject, handle: world.customer, tenant: world.tenant, level: '0', a: '000', year: '2026', subject: world.subject, promise: world.promise, to: 'order@2', source: 'shop', state: 'running,at_risk' }[parameter.name];
  const some = [{ weight: 2, arbitrary: fitting(contract, parameter.schema).map(String) }];
  if (exists !== undefined) some.push({ weight: 5, arbitrary: fc.constant(exists) });
  return fc.oneof(...some);
}

const header = (text) => text.replaceAll(/[^\x20-\x7e]/g, '?').trim();

// { method, path, headers, body, type }: fits the document. `safe` replaces what would end the run.
export function right(contract, world, operation, safe = {}) {
  const parts = operation.parameters.map((parameter) =>
    (parameter.name === 'If-Match'
      ? fc.constantFrom('"1"', '"2"', '"3"', '*')
      : parameter.required ? named(contract, world, operation, parameter)
        : fc.option(named(contract, world, operation, parameter), { nil: undefined }))
      .map((value) => [parameter, value]));
  const media = Object.entries(operation.content ?? {});
  const body = media.length === 0 ? fc.constant({})
    : fc.oneof(...media.map(([type, one]) => bodies(contract, world, operation, type, one).map((text) => ({ type, body: text }))));
  return fc.tuple(fc.tuple(...parts), body).map(([values, content]) => {
    let path = operation.path;
    const query = [];
    const headers = {};
    for (const [parameter, value] of values) {
      if (value === undefined) continue;
      if (parameter.in === 'path') path = path.replace(`{${parameter.name}}`, encodeURIComponent(safe[parameter.name] ?? value) || '%20');
      if (parameter.in === 'query') query.push(`${parameter.name}=${encodeURIComponent(value)}`);
      if (parameter.in === 'header') headers[parameter.name] = header(value) || 'x';
    }
    return { method: operation.method, path: path + (query.length ? `?${query.join('&')}` : ''), headers, ...content };
  });
}

const WRONG_VALUES = [null, true, -1, 1e300, 'x', [], {}, [[[[1]]]], '\ud800', 'y'.repeat(70_000)];

function spoil_json(contract, schema) {
  const members = Object.keys(schema.properties ?? {});
  const change = (name, wrong) => (text) => {
    const value = JSON.parse(text);
    if (value && typeof value === 'object' && !Array.isArray(value)) value[name] = wrong;
    return JSON.stringify(value);
  };
  // Wrong for certain: another type than the schema's.
  const wrong_for = (name) => {
    const { type } = contract.resolve(schema.properties[name]);
    const is = (value) => (value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value);
    return WRONG_VALUES.filter((value) => ![type].flat().includes(is(value)) && !(value === null) && type !== undefined);
  };
  const ways = [
    fc.constantFrom('', '{', '[', '{"a":1,"a":2}', 'nul', '{"a":}', '"', '[[[[', '['.repeat(3_000), '{"a":'.repeat(2_000)).map((text) => () => text),
    fc.constantFrom('[]', '"text"', '12', 'true', 'null').map((text) => () => text),
  ];
  if (schema.additionalProperties === false) ways.push(words.map((name) => change(`no-${name}`, 1)));
  for (const name of members) {
    const wrong = wrong_for(name);
    if (wrong.length > 0) ways.push(fc.constantFrom(...wrong).map((value) => change(name, value)));
    if (schema.required?.includes(name)) ways.push(fc.constant((text) => {
      const value = JSON.parse(text);
      if (value && typeof value === 'object') delete value[name];
      return JSON.stringify(value);
    }));
  }
  return fc.oneof(...ways);
}

// A right request with one thing made wrong; `certain` when it must be refused.
export function wrong(contract, world, operation, safe = {}) {
  const ways = [];
  const add = (arbitrary) => ways.push(arbitrary);
  if (operation.parameters.some((one) => one.in === 'path')) {
    add(fc.constantFrom('a'.repeat(5_000), '%FF%FE', '%00', '%2F%2F', '..%2F..', '%F0%9F%98%80', '%zz', '-1', '99999999999999999999')
      .map((text) => (asked) => ({ ...asked, path: spoil_path(operation, asked.path, text), certain: false })));
  }
  for (const parameter of operation.parameters.filter((one) => one.in === 'query')) {
    const { type, format, enum: known } = contract.resolve(parameter.schema);
    const certain = type === 'integer' || format !== undefined || known !== undefined || parameter.name === 'state';
    add(fc.constantFrom('x%20y', '-1', '1e9', '%FF', '%00', 'z'.repeat(4_000), '99999999999999999999')
      .map((text) => (asked) => ({ ...asked, path: with_query(asked.path, parameter.name, text), certain })));
  }
  add(fc.constant((asked) => ({ ...asked, path: with_query(asked.path, '%FF', '%zz'), certain: false })));
  add(fc.constant((asked) => ({ ...asked, headers: { ...asked.headers, 'If-Match': 'not-an-etag' }, certain: false })));
  add(fc.constant((asked) => ({ ...asked, body: 'x'.repeat(100), type: 'text/plain', certain: false })));
  for (const [type, media] of Object.entries(operation.content ?? {})) {
    const schema = contract.resolve(media.schema);
    const typed = (change) => (asked) => ({ ...asked, ...change(asked), certain: true });
    add(fc.constantFrom('text/html', 'application/xml', 'multipart/form-data', 'application/json; charset=latin1', null)
      .map((other) => (asked) => ({ ...asked, type: other, certain: other !== null && !other.includes('json') })));
    if (/json$/.test(type)) {
      add(fc.constant(typed(() => ({ type, body: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]) }))));
      if (schema.type === 'object')
        for (let weight = 0; weight < 4; ++weight) add(spoil_json(contract, schema).map((spoil) => (asked) =>
          ({ ...asked, type, body: spoil(asked.type === type ? asked.body : '{}'), certain: true })));
    }
    add(fc.constant((asked) => ({ ...asked, type, body: Buffer.alloc(operation.id === 'reportFacts' ? 100_000 : 1_100_000, 0x20), certain: /json$/.test(type) })));
  }
  return fc.tuple(right(contract, world, operation, safe), fc.oneof(...ways)).map(([asked, spoil]) => spoil(asked));
}

const with_query = (path, name, value) => `${path}${path.includes('?') ? '&' : '?'}${name}=${value}`;

function spoil_path(operation, path, text) {
  const [bare, query] = path.split('?');
  const at = operation.path.split('/').findIndex((part) => part.startsWith('{'));
  const parts = bare.split('/');
  parts[at] = text;
  return parts.join('/') + (query ? `?${query}` : '');
}

export { fc };
