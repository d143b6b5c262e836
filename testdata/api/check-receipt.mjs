// script/check-receipt: what a customer can take home, held against other people's arithmetic.
//   node check-receipt.mjs PROGRAM
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { fileURLToPath } from 'node:url';
import { consistency_proof, consistent, entries_of, hashes_of, leaf_hash, read_checkpoint, root_of } from './log.mjs';
import { now, PASSWORD, publish, Server, until } from './server.mjs';

const SIGSTORE = fileURLToPath(new URL('../tlog/verify-with-sigstore.mjs', import.meta.url));
const MANY = 200; // orders, so that the log has a full tile and one above it
const [program] = process.argv.slice(2);
const faults = [];
const expect = (what, holds, more = '') => {
  if (!holds) faults.push(`${what}${more === '' ? '' : `: ${typeof more === 'string' ? more : JSON.stringify(more)}`}`);
  return Boolean(holds);
};

const server = new Server(program, ['--rate-user', '1000000', '--rate-guest', '1000000']);
let owner, vkey;

const report = (kind, subject) =>
  server.must('POST', '/api/v1/facts?source=shop&expand=obligations', { as: owner, body: { id: `${kind} ${subject}`, kind, subject, at: now(), customer: 'c-1' } });
const receipt = async (id) => (await server.must('GET', `/api/v1/obligations/${id}/receipt`, { as: owner })).text;
const obligation = async (id) => (await server.must('GET', `/api/v1/obligations/${id}`, { as: owner })).json;
const checkpoint = async () => (await server.must('GET', '/log/acme/checkpoint')).text;

function run_verify(text) {
  const path = join(server.folder, 'receipt.tlog-proof');
  writeFileSync(path, text);
  const { status, stdout, stderr } = spawnSync(program, ['verify', path, '--log-key', vkey, '--json'], { encoding: 'utf8' });
  return { status, json: stdout ? JSON.parse(stdout) : undefined, stderr };
}

const extra_of = (text) => JSON.parse(Buffer.from(/^extra (.*)$/m.exec(text)[1], 'base64'));
const with_extra = (text, extra) => text.replace(/^extra .*$/m, `extra ${Buffer.from(extra).toString('base64')}`);

// Our own verifier, and one that isn't ours, from what the receipt discloses.
function verifies(what, text) {
  const ours = run_verify(text);
  expect(`${what}: yinuo verify accepts it`, ours.status === 0 && ours.json.fine, ours);
  const { salt, content } = extra_of(text);
  const leaf = createHash('sha256').update('yinuo leaf v1\n').update(Buffer.from(salt, 'base64')).update(content).digest('hex');
  const path = join(server.folder, 'receipt.tlog-proof');
  const theirs = spawnSync(process.execPath, [SIGSTORE, path, leaf, vkey], { encoding: 'utf8' });
  expect(`${what}: @sigstore/verify accepts it`, theirs.status === 0, theirs.stderr);
  const other = spawnSync(process.execPath, [SIGSTORE, path, leaf.replace(/^./, (c) => (c === '0' ? '1' : '0')), vkey], { encoding: 'utf8' });
  expect(`${what}: @sigstore/verify refuses another leaf`, other.status === 1, other.stderr);
  return JSON.parse(content);
}

async function life_of_a_promise() {
  const begun = (await report('order.placed', 'order/1')).json.obligations;
  const done = begun.find((one) => one.clause === 'done');
  const seen = begun.find((one) => one.clause === 'seen');
  const first = await receipt(done.id);
  let said = verifies('from the moment it begins', first);
  expect('the first receipt names the due instant', said.due === done.due_at && said.state === 'running', { said, done });
  expect('it says whose log, what about, and under which promise', said.log === 'yinuo.example/acme' && said.subject === 'order/1' && said.promise === 'order@1', said);

  const broken = await until(async () => { const one = await obligation(seen.id); return one.state === 'broken' ? one : undefined; }, 5_000);
  if (expect('what nobody did in time is broken', broken)) {
    said = verifies('when it is broken', await receipt(seen.id));
    expect('its receipt names the breach', said.state === 'broken' && said.broken === broken.broken_at && said.due === broken.due_at, { said, broken });
  }

  await report('order.done', 'order/1');
  const kept = await obligation(done.id);
  const last = await receipt(done.id);
  said = verifies('when it is kept', last);
  expect('the last receipt names the verdict and the same due instant', kept.state === 'kept' && said.state === 'kept' && said.due === done.due_at, { said, kept });
  verifies('the first one, later', first);
  return last;
}

// What the signature, the proof and the computation hold. The rest may differ: a key that is only
// there for convenience, the version of zone data (it is said), the time in force within limits.
function held(extra) {
  const { log_key, zone, in_force, ...rest } = extra;
  return rest;
}

// Processes take turns: as many at once as there are cores.
const ABREAST = Math.max(2, availableParallelism());
async function abreast(jobs) {
  const waiting = jobs.entries();
  await Promise.all(Array.from({ length: ABREAST }, async () => {
    for (const [, job] of waiting) await job();
  }));
}

let files = 0;
async function accepted(text) {
  const path = join(server.folder, `changed-${files++}.tlog-proof`);
  writeFileSync(path, text);
  const { status, stderr } = await new Promise((done) => {
    execFile(program, ['verify', path, '--log-key', vkey, '--json'], (error, _, stderr) =>
      done({ status: error === null ? 0 : error.signal ?? error.code, stderr }));
  });
  expect('yinuo verify ends with 0, 1 or 3', [0, 1, 3].includes(status), { status, stderr });
  return status === 0;
}

async function tampering(text) {
  const bytes = Buffer.from(text);
  const [from, to] = [text.indexOf('extra ') + 6, text.indexOf('\nindex')];
  const original = extra_of(text);
  const jobs = [];
  for (let at = 0; at < bytes.length; at += at >= from && at < to ? 61 : 1) {
    const flipped = Buffer.from(bytes);
    flipped[at] ^= 1;
    jobs.push(async () => {
      if (!await accepted(flipped)) return;
      let fine = false;
      try {
        fine = at >= from && at < to && isDeepStrictEqual(held(extra_of(flipped.toString())), held(original));
      } catch {
        fine = false;
      }
      expect(`byte ${at} flipped is refused`, fine, JSON.stringify(flipped.subarray(Math.max(0, at - 10), at + 10).toString('latin1')));
    });
  }
  const change = (what, turn) => {
    const extra = structuredClone(original);
    turn(extra);
    jobs.push(async () => expect(`${what} is refused`, !await accepted(with_extra(text, JSON.stringify(extra)))));
  };
  change('another due instant', (extra) => { extra.content = extra.content.replace(/"due":"2/, '"due":"3'); });
  change('another verdict', (extra) => { extra.content = extra.content.replace('"kept"', '"broken"'); });
  change('another salt', (extra) => { extra.salt = Buffer.alloc(32).toString('base64'); });
  change('another promise', (extra) => { extra.promise.text = extra.promise.text.replace('24 h', '48 h'); });
  change('a fact less', (extra) => extra.facts.pop());
  change('a fact at another time', (extra) => { extra.facts[0].at = extra.facts[0].at.replace(/^20/, '21'); });
  change('no facts at all', (extra) => { delete extra.facts; });
  await abreast(jobs);
  return jobs.length;
}

async function log_grows(first_note) {
  const first = read_checkpoint(first_note, vkey);
  const fetch = async (path) => (await server.must('GET', `/log/acme/${path}`)).body;
  const facts = Array.from({ length: MANY }, (_, i) => ({ id: `m-${i}`, kind: 'order.placed', subject: `order/m-${i}`, at: now(), customer: `m-${i}` }));
  const { json } = await server.must('POST', '/api/v1/facts?source=shop', { as: owner, body: facts });
  expect('many orders at once are accepted', json.accepted === MANY, json);
  const note = await checkpoint();
  const second = read_checkpoint(note, vkey);
  if (!expect('the log grew beyond a tile', second.size > first.size && second.size > 256, second)) return second.size;
  const hashes = await hashes_of(fetch, 0, second.size);
  expect('the tiles lead to the newest signed root', root_of(hashes).equals(second.root));
  expect('and their beginning to the earlier one', root_of(hashes.slice(0, first.size)).equals(first.root));
  const proof = consistency_proof(first.size, hashes);
  expect('a consistency proof from tiles holds between both checkpoints', consistent(first.size, second.size, first.root, second.root, proof));
  const wrong = [...proof];
  wrong[0] = leaf_hash(wrong[0]);
  expect('a wrong one does not', !consistent(first.size, second.size, first.root, second.root, wrong));
  const entries = await entries_of(fetch, second.size);
  expect('entries and hashes agree', entries.length === hashes.length && entries.every((entry, i) => leaf_hash(entry).equals(hashes[i])));
  const above = await hashes_of(fetch, 1, Math.floor(second.size / 256));
  expect('a tile of level 1 has the roots of full tiles', above.every((hash, i) => hash.equals(root_of(hashes.slice(i * 256, i * 256 + 256)))));
  const beyond = await server.call('GET', `/log/acme/tile/0/${String(Math.floor(second.size / 256) + 1).padStart(3, '0')}`);
  expect('what is not there yet is 404', beyond.status === 404, beyond.text);
  return second.size;
}

// Flips one bit by SQLite itself: the file's own structure stays sound, so that only the log can tell.
// Runs fsck, and flips it back. `bytes` are places in the value, negative ones from its end, or
// null for its middle. Several are looked at abreast, each in a copy of the folder. What fsck said of
// each: { at, status, said }; below 0 it is a signal.
function flipped(table, column, where, bytes = [null]) {
  const said = execFileSync('python3', ['-c', `
import json, shutil, sqlite3, subprocess, sys, tempfile
from concurrent.futures import ThreadPoolExecutor
program, home, places, abreast = sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), int(sys.argv[4])
rowid, good = sqlite3.connect(home + '/yinuo.db').execute('SELECT rowid, ${column} FROM ${table} WHERE ${where}').fetchone()
def put(folder, value):
    db = sqlite3.connect(folder + '/yinuo.db')
    db.execute('UPDATE ${table} SET ${column} = ? WHERE rowid = ?', (value, rowid))
    db.commit()
    db.close()
def look(folder, at):
    if isinstance(good, int):
        put(folder, good ^ 1)
    else:
        i = len(good) // 2 if at is None else at % len(good)
        put(folder, good[:i] + bytes([good[i] ^ 1]) + good[i + 1:])
    done = subprocess.run([program, '--lang', 'en', 'fsck', '--data', folder], capture_output=True, text=True)
    put(folder, good)
    return {'at': at, 'status': done.returncode, 'said': done.stdout + done.stderr}
with tempfile.TemporaryDirectory() as copies:
    def share(nth):
        mine = places[nth::abreast]
        folder = home if nth == 0 or not mine else shutil.copytree(home, f'{copies}/{nth}')
        return [look(folder, at) for at in mine]
    with ThreadPoolExecutor(abreast) as pool:
        for said in pool.map(share, range(abreast)):
            for one in said:
                print(json.dumps(one))
`, program, server.folder, JSON.stringify(bytes), String(ABREAST)], { encoding: 'utf8' });
  return said.trim().split('\n').map((line) => JSON.parse(line));
}

const has_fsck = () => spawnSync(program, ['help', 'fsck']).status === 0;

// Whatever is damaged, fsck says so in words. It can't see everything: what no rule reads is in no leaf.
function damage_is_told() {
  if (!has_fsck()) return 0;
  const bytes = Array.from({ length: 120 }, (_, i) => i - 120);
  for (const { at, status, said } of flipped('entries', 'body', 'kind = 1 AND leaves > 0', bytes))
    expect(`yinuo fsck lives with byte ${at} of a turn flipped`, [0, 1].includes(status), `ended with ${status}: ${said}`);
  return bytes.length;
}

function store_is_checked(first_note) {
  const fsck = (...words) => spawnSync(program, ['--lang', 'en', 'fsck', '--data', server.folder, ...words], { encoding: 'utf8' });
  if (!has_fsck()) return 'no yinuo fsck in this program: the store was not checked';
  const note = join(server.folder, 'earlier-checkpoint');
  writeFileSync(note, first_note);
  const fine = fsck('--against', note);
  expect('yinuo fsck finds nothing wrong with a store that is fine', fine.status === 0, fine.stdout + fine.stderr);
  for (const [what, ...where] of [
    ['a hash of the tree', 'tiles', 'bytes', 'level = 0 AND number = 0'],
    ['a turn of the log', 'entries', 'body', 'kind = 1 AND leaves > 0'],
    ["a published promise's text", 'entries', 'body', 'kind = 2 AND leaves > 0'],
    ['an obligation', 'obligations', 'due_at', 'id = 3'],
  ]) {
    const [{ status, said }] = flipped(...where);
    expect(`yinuo fsck finds one flipped byte in ${what}`, status === 1, `exit ${status}: ${said}`);
  }
  expect('flipped back, all is fine', fsck().status === 0);
  return 'yinuo fsck held against flipped bytes in the store';
}

const results = [];
try {
  server.command(['tenant', 'add', 'acme']);
  for (const login of ['owner', 'second']) server.command(['user', 'add', login, '--tenant', 'acme'], `${PASSWORD}\n`);
  vkey = server.command(['tenant', 'list']).trim().split(/\s+/).at(-1);
  await server.start();
  owner = await server.sign_in('owner', 'acme');
  await publish(server, owner, await server.sign_in('second', 'acme'));
  const first_note = await checkpoint();
  const last = await life_of_a_promise();
  results.push(`${await tampering(last)} changed receipts held against yinuo verify`);
  await server.stop();
  results.push(`${damage_is_told()} damaged turns shown to yinuo fsck`);
  await server.start();
  results.push(`a log of ${await log_grows(first_note)} leaves read by tiles`);
  for (const line of server.errors) faults.push(`the server's log: ${line}`);
  await server.stop();
  results.push(store_is_checked(first_note));
} finally {
  server.remove();
}
for (const fault of faults) console.log(`check-receipt: not so: ${fault}`);
console.log(`check-receipt: ${results.join('; ')}; ${faults.length} faults`);
process.exit(faults.length === 0 ? 0 : 1);
