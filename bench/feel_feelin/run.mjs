// The same FEEL expressions by feelin and by us, in one run: node run.mjs PATH/TO/feel_bench
// feelin has no compiled form, so its `evaluate` is put beside ours with and without compiling.
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {evaluate} from 'feelin';

const here = dirname(fileURLToPath(import.meta.url));
const table = join(here, 'expressions.tsv');
const lines = readFileSync(table, 'utf8').split('\n').filter(l => l && !l.startsWith('#')).map(l => l.split('\t'));
const version = JSON.parse(readFileSync(join(here, 'node_modules/feelin/package.json'), 'utf8')).version;

const value = result => (result && typeof result === 'object' && 'value' in result && 'warnings' in result ? result.value : result);
const context = value(evaluate(lines[0][1], {}));

function nanoseconds(text) {
    for (let i = 0; i < 200; ++i) evaluate(text, context);
    let best = Infinity;
    for (let round = 0; round < 5; ++round) {
        const begin = process.hrtime.bigint();
        let runs = 0;
        do {
            for (let i = 0; i < 50; ++i) evaluate(text, context);
            runs += 50;
        } while (process.hrtime.bigint() - begin < 200_000_000n);
        best = Math.min(best, Number(process.hrtime.bigint() - begin) / runs);
    }
    return best;
}

const ours = JSON.parse(
    execFileSync(process.argv[2], ['--benchmark_format=json', '--benchmark_min_time=0.2'],
                 {env: {...process.env, FEEL_EXPRESSIONS: table}, stdio: ['ignore', 'pipe', 'ignore']}));
const found = Object.fromEntries(ours.benchmarks.map(b => [b.name, b]));

const plain = shown => shown.replaceAll('"', '').replaceAll(/[\[\], ]+/g, ' ').trim();
const numbers = text => text.split(' ').map(word => (isNaN(word) || word === '' ? word : String(Number(word)))).join(' ');

console.log(`feelin ${version}, node ${process.version}; nanoseconds an evaluation`);
console.log('expression'.padEnd(14), 'feelin'.padStart(10), 'compiling'.padStart(10), 'compiled'.padStart(10), 'times'.padStart(8));
let least = Infinity;
for (const [name, text] of lines.slice(1)) {
    const answer = value(evaluate(text, context));
    const theirs = numbers(plain(JSON.stringify(answer)));
    const same = theirs === numbers(plain(found[name].label));
    const peer = nanoseconds(text);
    const compiled = found[name].cpu_time;
    const whole = found[name + '/with compiling'].cpu_time;
    least = Math.min(least, peer / compiled);
    console.log(name.padEnd(14), peer.toFixed(0).padStart(10), whole.toFixed(0).padStart(10), compiled.toFixed(1).padStart(10),
                (peer / compiled).toFixed(0).padStart(8), same ? '' : `answers differ: ${theirs} / ${found[name].label}`);
}
console.log(`at least ${least.toFixed(0)} times`);
