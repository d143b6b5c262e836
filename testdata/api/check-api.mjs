// script/check-api, its second half: a server with two companies, held to its own document.
//   node check-api.mjs PROGRAM DOCUMENT_TO_WRITE [SEED [SECONDS]]
import { writeFileSync } from 'node:fs';
import { check_access } from './access.mjs';
import { Contract } from './contract.mjs';
import { check_habits } from './habits.mjs';
import { check_properties } from './properties.mjs';
import { Server } from './server.mjs';
import { found, populate } from './world.mjs';

const [program, document, seed = String(Date.now() % 1_000_000_000), seconds = '40'] = process.argv.slice(2);
const many = '1000000';
const server = new Server(program, [
  '--private-webhooks', '--rate-guest', many, '--rate-user', many, '--rate-key', many,
]);
const usual = new Server(program); // with the rates as they are by default
let faults = [];
try {
  found(server);
  await server.start();
  const world = await populate(server);
  const { text, json } = await server.must('GET', '/api/openapi.json');
  writeFileSync(document, text);
  const contract = new Contract(json);

  const access = await check_access(server, contract, world);
  console.log(`check-api: access: ${access.count} requests, ${access.faults.length} faults`);
  faults = access.faults;

  usual.command(['tenant', 'add', 'acme']);
  await usual.start();
  const habits = await check_habits(server, contract, world, usual);
  console.log(`check-api: habits: ${habits.count} expectations, ${habits.faults.length} faults`);
  faults.push(...habits.faults);
  await usual.stop();

  world.spare = [await server.sign_in('owner', 'acme')];
  const properties = await check_properties(server, contract, world, Number(seed), Number(seconds));
  const by_status = Object.entries(properties.statuses).map(([status, n]) => `${status}: ${n}`).join(', ');
  console.log(`check-api: properties: seed ${seed}, ${contract.operations.length} operations, ${properties.count} requests (${by_status}), ${properties.faults.length} faults`);
  faults.push(...properties.faults);

  for (const line of server.errors) faults.push(`the server's log: ${line}`);
  await server.stop();
} finally {
  server.remove();
  usual.remove();
}
for (const fault of faults) console.log(`check-api: ${fault}`);
process.exit(faults.length === 0 ? 0 : 1);
