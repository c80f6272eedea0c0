import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { within } from '../test/support/wait.ts';
import {
  makeHome,
  type Program,
  type ProgramEvent,
  type RelayProgram,
  startAgent,
  startRelayIn,
} from './support/program.ts';
import { Switch } from './support/switch.ts';

let home: string;
let first: RelayProgram;
let second: RelayProgram;
let balancer: Switch;
let agent: Program;
let shared: ProgramEvent;

beforeAll(async () => {
  home = await makeHome();
  const args = ['--drain-spread', '0', '--drain-idle-wait', '1', '--drain-message', 'updating'];
  first = await startRelayIn(home, ...args, '--drain-deadline', '30');
  second = await startRelayIn(home, ...args, '--drain-deadline', '3');
  balancer = await Switch.start(first.httpsPort);
  agent = startAgent({ ...first, httpsPort: balancer.port });
  shared = await agent.event('shared');
});

afterAll(async () => {
  await agent.stop();
  balancer.stop();
  await rm(home, { recursive: true });
});

/** A client that is yet to connect, and what the server ends it with. */
function clientOf(relay: RelayProgram): { client: pg.Client; ended: Promise<string | undefined> } {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: relay.postgresPort,
    user: String(shared.user),
    password: String(shared.password),
    database: 'postgres',
    ssl: { ca: readFileSync(relay.caFile, 'utf8'), servername: String(shared.host) },
  });
  const ended = new Promise<string | undefined>((resolve) => {
    client.on('error', (error) => 'code' in error && resolve(String(error.code)));
  });
  return { client, ended };
}

test('an agent moves while a transaction finishes at the old relay', async () => {
  const { client: old, ended } = clientOf(first);
  await within('connect', old.connect());
  await old.query('create table moves (a int); begin; insert into moves values (1)');

  balancer.target = second.httpsPort;
  const exited = first.stop();
  expect(await agent.event('state')).toEqual({
    event: 'state',
    state: 'moving',
    reason: 'updating',
    attempt: 0,
  });
  expect(await agent.event('state')).toMatchObject({ state: 'moving', attempt: 1 });
  expect(await agent.event('state')).toMatchObject({ state: 'live' });

  const { client: next } = clientOf(second);
  const order: string[] = [];
  const connected = next.connect().then(() => order.push('next is connected'));
  await expect(clientOf(first).client.connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  for (let i = 2; i <= 20; i++) {
    await within('insert', old.query('insert into moves values ($1)', [i]));
  }
  await old.query('commit').then(() => order.push('old has committed'));
  expect(await within('end', ended)).toBe('57P01');

  await within('connect', connected);
  expect(order).toEqual(['old has committed', 'next is connected']);
  const { rows } = await next.query('select count(*)::int as count from moves');
  expect(rows).toEqual([{ count: 20 }]);
  await next.end();
  expect(await exited).toBe(0);
});

test('what is left at the deadline is cut off, and the exit code says so', async () => {
  const { client, ended } = clientOf(second);
  await within('connect', client.connect());
  await client.query('begin; create table never (a int)');

  expect(await second.stop()).toBe(3);

  expect(await within('end', ended)).toBe('57P01');
});
