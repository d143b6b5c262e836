// Requests that fit the document and requests that don't, by chance from a seed, for each operation.
// Whatever is asked: no 5xx, and the answer is one that the document has, to the letter.
import { address, existing } from './access.mjs';
import { brief } from './contract.mjs';
import { fc, right, wrong } from './requests.mjs';

export async function check_properties(server, contract, world, seed, seconds) {
  const faults = new Map(); // what, and the first request that showed it
  const statuses = {};
  let count = 0;
  const owner = world.tokens.owner;
  const blame = (operation, what, asked, answer) => {
    const key = `${operation.id}: ${what}`;
    if (!faults.has(key)) faults.set(key, `${curl(asked)}${answer ? `; answered ${brief(answer)}` : ''}`);
  };
  const ask = async (operation, asked, certain) => {
    count += 1;
    let answer;
    try {
      answer = await server.call(asked.method, asked.path, { as: owner_for(operation), body: asked.body, type: asked.type, headers: asked.headers, first: true });
    } catch (error) {
      return blame(operation, `no answer: ${error.message}`, asked);
    }
    statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
    const fault = before_any_route(answer) ? undefined : contract.fault(operation, answer);
    if (fault) blame(operation, fault, asked, answer);
    else if (certain && answer.status < 400 && !(answer.json?.refused > 0)) blame(operation, `wrong, and yet ${answer.status}`, asked, answer);
  };
  // What would end our own session or account is done to others.
  const owner_for = (operation) => (operation.id === 'signOut' ? world.spare.pop() ?? owner : owner);
  const safe = (operation) => (operation.path.startsWith('/api/v1/users/{id}') ? { id: world.user } : {});

  const share = (seconds * 1000) / contract.operations.length;
  // What takes something away comes last: the others shall find it.
  const takes = (one) => one.method === 'DELETE' || one.id === 'eraseCustomer' || one.id === 'retirePromise';
  const order = [...contract.operations].sort((a, b) => takes(a) - takes(b));
  for (const operation of order.filter((one) => one.id !== 'signOut')) {
    const runs = operation.id === 'signIn' || operation.id === 'changePassword' || operation.id === 'addUser' ? 8 : 150;
    const end = Date.now() + share;
    const rights = fc.sample(right(contract, world, operation, safe(operation)), { seed, numRuns: runs });
    const wrongs = fc.sample(wrong(contract, world, operation, safe(operation)), { seed, numRuns: runs });
    for (let i = 0; i < runs && Date.now() < end; ++i) {
      await ask(operation, rights[i]);
      await ask(operation, wrongs[i], wrongs[i].certain);
    }
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND'])
      if (!contract.operations.some((one) => one.path === operation.path && one.method === method)) {
        const asked = { method, path: address(operation, existing(world, operation)) };
        const answer = await server.call(method, asked.path, { as: owner });
        count += 1;
        if (answer.status !== 405 && answer.status !== 501) blame(operation, `${method} is answered ${answer.status}, not 405`, asked, answer);
        if (answer.status === 405 && !answer.headers.allow?.includes(operation.method)) blame(operation, '405 without Allow', asked, answer);
      }
    if (!server.running()) throw new Error(`the server died of ${operation.id}`);
  }
  const sign_out = contract.operations.find((one) => one.id === 'signOut');
  for (let i = 0; i < 2; ++i) await ask(sign_out, { method: 'DELETE', path: sign_out.path });
  return { count, statuses, faults: [...faults].map(([what, request]) => `${what}; ${request}`) };
}

// A request that can't be read, or is larger than anything may be, is answered before it is known
// which operation it was for.
function before_any_route({ status, type, json }) {
  if (type !== 'application/problem+json') return false;
  return [413, 414, 431].includes(status) || (status === 400 && json?.code === 'bad-target');
}

function curl({ method, path, headers = {}, body, type }) {
  const short = (text) => (text.length > 160 ? `${text.slice(0, 160)}… (${text.length})` : text);
  const said = Object.entries(headers).map(([name, value]) => `-H '${name}: ${short(value)}'`);
  if (body !== undefined) said.push(`-H 'Content-Type:${type === null ? '' : ` ${type}`}' -d ${short(JSON.stringify(body.toString('utf8')))}`);
  return `${method} ${short(path)} ${said.join(' ')}`;
}
