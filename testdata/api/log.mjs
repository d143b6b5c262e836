// A reader of transparency logs in a few lines, by nothing but RFC 6962 and C2SP's tlog-tiles,
// signed-note and checkpoint: none of our code, and none of our words for it.
import { createHash, createPublicKey, verify } from 'node:crypto';

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
export const leaf_hash = (entry) => sha256(Buffer.of(0), entry);
const node_hash = (left, right) => sha256(Buffer.of(1), left, right);

// RFC 6962, 2.1: the root over hashes of leaves.
export function root_of(hashes) {
  if (hashes.length === 0) return sha256();
  if (hashes.length === 1) return hashes[0];
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  return node_hash(root_of(hashes.slice(0, split)), root_of(hashes.slice(split)));
}

// RFC 6962, 2.1.2: the proof that the tree of `size` leaves is the beginning of this one.
export function consistency_proof(size, hashes, whole = true) {
  if (size === hashes.length) return whole ? [] : [root_of(hashes)];
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  return size <= split
    ? [...consistency_proof(size, hashes.slice(0, split), whole), root_of(hashes.slice(split))]
    : [...consistency_proof(size - split, hashes.slice(split), false), root_of(hashes.slice(0, split))];
}

// RFC 9162, 2.1.4.2.
export function consistent(first, second, first_root, second_root, proof) {
  const path = [...proof];
  if (first === second) return path.length === 0 && first_root.equals(second_root);
  if (Number.isInteger(Math.log2(first))) path.unshift(first_root);
  let [fn, sn] = [first - 1, second - 1];
  for (; fn % 2 === 1; sn = Math.floor(sn / 2)) fn = Math.floor(fn / 2);
  let [fr, sr] = [path[0], path[0]];
  for (const hash of path.slice(1)) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      fr = node_hash(hash, fr);
      sr = node_hash(hash, sr);
      for (; fn % 2 === 0 && fn !== 0; sn = Math.floor(sn / 2)) fn = Math.floor(fn / 2);
    } else {
      sr = node_hash(sr, hash);
    }
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 && fr.equals(first_root) && sr.equals(second_root);
}

// { origin, size, root } of a note that this verifier key signed; throws otherwise.
export function read_checkpoint(note, vkey) {
  const end = note.lastIndexOf('\n\n');
  const text = note.slice(0, end + 1);
  const [origin, size, root] = text.split('\n');
  const [name, id, ...rest] = vkey.split('+');
  const material = Buffer.from(rest.join('+'), 'base64');
  const key = createPublicKey({
    format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: material.subarray(1).toString('base64url') },
  });
  const signed = note.slice(end + 2).trimEnd().split('\n').some((line) => {
    const [, by, base64] = line.split(' ');
    const bytes = Buffer.from(base64, 'base64');
    return by === name && bytes.subarray(0, 4).toString('hex') === id && verify(null, Buffer.from(text), key, bytes.subarray(4));
  });
  if (!signed) throw new Error(`the checkpoint isn't signed by ${name}`);
  return { origin, size: Number(size), root: Buffer.from(root, 'base64') };
}

const groups = (index) => {
  const three = (n) => String(n).padStart(3, '0');
  let path = three(index % 1000);
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) path = `x${three(rest % 1000)}/${path}`;
  return path;
};

// All of one level up to `count` of its items, tile by tile; `fetch` gives a tile's bytes.
async function items(fetch, level, count, cut) {
  const all = [];
  for (let tile = 0; tile * 256 < count; ++tile) {
    const width = Math.min(256, count - tile * 256);
    all.push(...cut(await fetch(`tile/${level}/${groups(tile)}${width < 256 ? `.p/${width}` : ''}`)));
  }
  return all;
}

export const hashes_of = (fetch, level, count) =>
  items(fetch, level, count, (bytes) => Array.from({ length: bytes.length / 32 }, (_, i) => bytes.subarray(i * 32, i * 32 + 32)));

export const entries_of = (fetch, count) =>
  items(fetch, 'entries', count, (bytes) => {
    const all = [];
    for (let at = 0; at < bytes.length; at += 2 + bytes.readUInt16BE(at)) all.push(bytes.subarray(at + 2, at + 2 + bytes.readUInt16BE(at)));
    return all;
  });
