// A real `yinuo serve` in a fresh folder, and somebody who talks to it over HTTP.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

// Packages lie under build/npm; NODE_PATH names it (script/check-* set it).
export const load = createRequire(import.meta.url);

const PATIENCE = 20_000; // ms for an answer; longer is a hang

export class Server {
  constructor(program, flags = []) {
    this.program = program;
    this.flags = flags;
    this.folder = mkdtempSync(join(tmpdir(), 'yinuo-api-'));
    this.agent = new Agent({ keepAlive: true, maxSockets: 8 });
    this.errors = []; // what it said that looks like trouble
    this.words = []; // what it said that isn't a line of its log
  }

  // A command on the same folder, while the server doesn't run. Its standard output.
  command(words, input = '') {
    return execFileSync(this.program, [...words, '--data', this.folder], {
      input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  async start() {
    this.process = spawn(
      this.program,
      ['serve', '--data', this.folder, '--listen', '127.0.0.1:0', ...this.flags],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const ended = new Promise((done) => this.process.once('exit', (code, signal) => done(signal ?? code)));
    this.ended = ended;
    const lines = createInterface({ input: this.process.stderr });
    const said = [];
    this.port = await new Promise((listening, failed) => {
      lines.on('line', (line) => {
        if (said.length < 50) said.push(line);
        // What isn't the log's is a sanitizer's report, or the runtime's last words.
        if (!line.startsWith('{') && this.words.length < 200) this.words.push(line);
        if (/"level":"error"/.test(line)) this.errors.push(line);
        const port = /"port":(\d+)/.exec(line)?.[1];
        if (port) listening(Number(port));
      });
      ended.then((how) => failed(new Error(`the server ended (${how}): ${said.join('\n')}`)));
    });
    for (let i = 0; (await this.call('GET', '/readyz')).status !== 200; ++i) {
      if (i > 100) throw new Error('the server is not ready');
      await pause(50);
    }
  }

  running() {
    return this.process?.exitCode === null && this.process.signalCode === null;
  }

  async stop() {
    if (this.running()) this.process.kill('SIGTERM');
    const how = await this.ended;
    this.agent.destroy();
    if (how !== 0) throw new Error([`the server ended with ${how}`, ...this.words].join('\n'));
  }

  remove() {
    if (this.process && this.running()) this.process.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  // `body` may be a Buffer, a string, or anything that JSON can say. `first` takes the answer as
  // soon as its head is there, for streams. Never throws for what the server answers.
  call(method, path, { as, body, headers = {}, type, first = false } = {}) {
    const bytes = body === undefined ? undefined
      : Buffer.isBuffer(body) ? body
        : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    const every = { ...headers };
    if (bytes) every['Content-Length'] = bytes.length;
    if (bytes && type !== null) every['Content-Type'] = type ?? 'application/json';
    if (as) every.Authorization = as.includes(' ') ? as : `Bearer ${as}`;
    return new Promise((done, failed) => {
      const asked = request(
        { host: '127.0.0.1', port: this.port, method, path, headers: every, agent: this.agent, timeout: PATIENCE },
        (answer) => {
          const chunks = [];
          const finish = () => done(read(answer, Buffer.concat(chunks)));
          answer.on('data', (chunk) => chunks.push(chunk));
          answer.on('end', finish);
          answer.on('error', failed);
          if (first && /event-stream/.test(answer.headers['content-type'] ?? '')) {
            finish();
            asked.destroy();
          }
        },
      );
      asked.on('timeout', () => asked.destroy(new Error(`no answer within ${PATIENCE} ms`)));
      asked.on('error', failed);
      asked.end(bytes);
    });
  }

  // As call(), for what has to succeed.
  async must(method, path, options) {
    const answer = await this.call(method, path, options);
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer;
  }

  async sign_in(login, tenant) {
    const body = { login, password: PASSWORD, ...(tenant && { tenant }) };
    return (await this.must('POST', '/api/v1/sessions', { body })).json.token;
  }
}

function read(answer, body) {
  const type = (answer.headers['content-type'] ?? '').split(';')[0];
  const text = body.toString('utf8');
  let json;
  if (/json$/.test(type) && body.length > 0) {
    try {
      json = JSON.parse(text);
    } catch {
      json = undefined;
    }
  }
  return { status: answer.statusCode, headers: answer.headers, type, body, text, json };
}

export const PASSWORD = 'correct horse battery';
export const pause = (millis) => new Promise((done) => setTimeout(done, millis));

// Waits until `look` gives something; undefined after `millis`.
export async function until(look, millis, every = 100) {
  for (const end = Date.now() + millis; Date.now() < end; await pause(every)) {
    const found = await look();
    if (found) return found;
  }
  return undefined;
}

export const PROMISE = `
promise: order
version: 1
class: {scope: limited, guarantee: guaranteed, form: written, content: time, strength: public}
title: {zh: 当日达, en: Same day}
need: {zh: 早点用上, en: to have it soon}
limits: {zh: 无, en: none}
owner: team/field
zone: Asia/Shanghai
subject: order
clauses:
  done:
    title: {zh: 办完, en: Done}
    starts: fact = "order.placed"
    keeps: fact = "order.done"
    within: 24 h
    warns: [80 %, 1 h before]
  seen:
    title: {zh: 确认收到, en: Acknowledged}
    starts: fact = "order.placed"
    keeps: fact = "order.seen"
    within: 1 s
`;

// From text to in force, by two people.
export async function publish(server, author, second, text = PROMISE) {
  const { json } = await server.must('POST', '/api/v1/promises', { as: author, body: { text } });
  const at = `/api/v1/promises/${json.id}`;
  for (const [step, as] of [['check', author], ['approve', second], ['publish', author]]) {
    const { headers } = await server.must('GET', at, { as });
    await server.must('POST', `${at}/${step}`, { as, headers: { 'If-Match': headers.etag } });
  }
  return json.id;
}

export const now = () => new Date().toISOString();
