// Verifies a C2SP tlog-proof by code that isn't ours: the Merkle proof with @sigstore/verify, the
// signatures (Ed25519 notes and cosignature/v1) with node's own crypto.
//
//   node verify-with-sigstore.mjs PROOF.tlog-proof LEAF [VKEY...]
//
// LEAF is the file with the leaf's entry, or its bytes in hexadecimal. Every VKEY
// (name+id+base64) must have signed the checkpoint. Exit code 0: all holds; 1: something doesn't;
// 2: called wrongly, or the package is missing (`npm install` in testdata/npm).
import { createHash, createPublicKey, verify } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const fail = (code, message) => {
  console.error(`verify-with-sigstore: ${message}`);
  process.exit(code);
};

const [proofPath, leafArgument, ...vkeys] = process.argv.slice(2);
if (!leafArgument) fail(2, 'usage: verify-with-sigstore.mjs PROOF.tlog-proof LEAF [VKEY...]');

// The package doesn't export its Merkle code by name, but has no `exports` that would hide the file.
let verifyMerkleInclusion;
try {
  const load = createRequire(new URL('../npm/package.json', import.meta.url));
  ({ verifyMerkleInclusion } = load('@sigstore/verify/dist/tlog/merkle.js'));
} catch (error) {
  fail(2, `@sigstore/verify is not installed in testdata/npm (${error.code ?? error.message})`);
}

const leaf = existsSync(leafArgument)
  ? readFileSync(leafArgument)
  : /^([0-9a-f]{2})+$/i.test(leafArgument)
    ? Buffer.from(leafArgument, 'hex')
    : fail(2, `${leafArgument} is neither a file nor hexadecimal`);

// Sigstore wants the parts of the file; taking it apart is all that happens here.
const text = readFileSync(proofPath, 'utf8');
const gap = text.indexOf('\n\n');
const lines = text.slice(0, gap).split('\n');
if (lines.shift() !== 'c2sp.org/tlog-proof@v1') fail(1, 'not a tlog-proof');
if (lines[0].startsWith('extra ')) lines.shift();
const index = /^index (0|[1-9][0-9]*)$/.exec(lines.shift())?.[1];
if (index === undefined) fail(1, 'no index');

const note = text.slice(gap + 2);
const end = note.lastIndexOf('\n\n');
const noteText = note.slice(0, end + 1);
const [, size, root] = noteText.split('\n');

try {
  verifyMerkleInclusion(
    {
      canonicalizedBody: leaf,
      inclusionProof: { logIndex: index, hashes: lines.map((line) => Buffer.from(line, 'base64')) },
    },
    { logSize: BigInt(size), logHash: Buffer.from(root, 'base64') },
  );
} catch (error) {
  fail(1, error.message);
}

const signatures = note.slice(end + 2).trimEnd().split('\n').map((line) => {
  const [, name, base64] = line.split(' ');
  return { name, bytes: Buffer.from(base64, 'base64') };
});
for (const vkey of vkeys) {
  const [name, id, ...rest] = vkey.split('+');
  const material = Buffer.from(rest.join('+'), 'base64');
  const wanted = createHash('sha256').update(`${name}\n`).update(material).digest('hex').slice(0, 8);
  if (id !== wanted) fail(1, `${name}: the key's ID is ${wanted}, not ${id}`);
  const signature = signatures.find(
    (s) => s.name === name && s.bytes.subarray(0, 4).toString('hex') === id)?.bytes.subarray(4);
  if (!signature) fail(1, `${name} has not signed`);
  const key = createPublicKey({
    format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: material.subarray(1).toString('base64url') },
  });
  const cosigned = material[0] === 4;
  const message = cosigned
    ? `cosignature/v1\ntime ${signature.readBigUInt64BE(0)}\n${noteText}`
    : noteText;
  if (!verify(null, Buffer.from(message), key, cosigned ? signature.subarray(8) : signature))
    fail(1, `${name}: the signature is wrong`);
}
console.log(`leaf ${index} is in the tree of ${size}; ${vkeys.length} signatures verified`);
