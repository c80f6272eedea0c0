import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { within } from '../test/support/wait.ts';
import { BreakingProxy } from './support/breaking-proxy.ts';
import { type Program, type RelayProgram, startAgent, startRelay } from './support/program.ts';

let relay: RelayProgram;
let proxy: BreakingProxy;
let agent: Program;
let client: pg.Client;
const errors: Error[] = [];

beforeAll(async () => {
  relay = await startRelay();
  let state = 4;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  // A TLS and a WebSocket handshake take some 5 kB: now and then it breaks in the middle of those.
  let first = true;
  proxy = await BreakingProxy.start(relay.httpsPort, () => {
    const bytes = first ? 60_000 : 3_000 + random() ** 2 * 800_000;
    first = false;
    return bytes;
  });
  agent = startAgent({ ...relay, httpsPort: proxy.port });
  const shared = await agent.event('shared');
  client = new pg.Client({
    host: '127.0.0.1',
    port: Number(shared.port),
    user: String(shared.user),
    password: String(shared.password),
    database: 'postgres',
    ssl: { ca: readFileSync(relay.caFile, 'utf8'), servername: String(shared.host) },
  });
  client.on('error', (error) => errors.push(error));
  await within('connect', client.connect());
});

afterAll(async () => {
  await client.end();
  await agent.stop();
  await relay.stop();
  proxy.stop();
});

test('a client does not notice that the tunnel breaks again and again', async () => {
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
  await client.query('create table kept (a int primary key)');
  for (let i = 1; i <= 300; i++) {
    await within(`insert ${i}`, client.query('insert into kept values ($1)', [i]));
  }
  for (let i = 1; i <= 5; i++) {
    const text = `${i}`.padEnd(1_500_000, `${i}.`);
    const sent = await within('text in', client.query('select md5($1::text) as md5', [text]));
    expect(sent.rows).toEqual([{ md5: md5(text) }]);
    const sql = "select string_agg(md5(i::text), '') as t from generate_series(1, 60000) i";
    const received = await within('text out', client.query(sql));
    const rows = Array.from({ length: 60_000 }, (_, row) => md5(String(row + 1)));
    expect(received.rows[0].t === rows.join('')).toBe(true);
  }
  const { rows } = await client.query(
    'select count(*)::int as count, sum(a)::int as sum from kept',
  );
  expect(rows).toEqual([{ count: 300, sum: 45_150 }]);
  expect(proxy.breaks).toBeGreaterThan(10);
  expect(errors).toEqual([]);
  expect(await agent.event('state')).toMatchObject({ state: 'resuming', attempt: 0 });
});
