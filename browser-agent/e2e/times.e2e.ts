import { readFileSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Share, type ShareOptions, shareDatabase } from '../src/index.ts';
import { nodeWebSocket } from '../src/node/websocket.ts';
import { within } from '../test/support/wait.ts';
import { Clients, sqlState } from './support/clients.ts';
import { type RelayProgram, startRelay } from './support/program.ts';

/** What the relay's operator permits, in seconds; agents ask for more and for less. */
const MOST = 3;
const TOO_MUCH = 1_000;

let relay: RelayProgram;
let clients: Clients;
let db: PGlite;
let shared: Share | undefined;

beforeAll(async () => {
  const times = ['--idle-timeout', '--statement-timeout', '--queue-timeout'];
  relay = await startRelay(...times.flatMap((option) => [option, String(MOST)]));
  clients = new Clients(relay);
  db = await PGlite.create();
});

afterEach(async () => {
  await clients.end();
  await shared?.stop();
});

afterAll(async () => {
  await db?.close();
  await relay?.stop();
});

async function share(options: Partial<ShareOptions>): Promise<Share> {
  shared = await shareDatabase(db, {
    relay: `wss://localhost:${relay.httpsPort}`,
    webSocket: nodeWebSocket(readFileSync(relay.caFile, 'utf8')),
    ...options,
  });
  return shared;
}

/** What a session ends with that says nothing any more, and after how many seconds. */
async function endOf(client: pg.Client): Promise<{ code: unknown; seconds: number }> {
  const begin = performance.now();
  const code = await within(
    'the end of the session',
    new Promise((resolve) => {
      client.on('error', (error) => {
        if (error instanceof pg.DatabaseError) {
          resolve(error.code);
        }
      });
    }),
    30_000,
  );
  return { code, seconds: (performance.now() - begin) / 1_000 };
}

describe('within what the operator permits, the agent says', () => {
  test.each([
    [1, 1],
    [TOO_MUCH, MOST],
  ])('%s s: a session may wait %s s for its client', async (asked, given) => {
    expect((await share({ idleTimeout: asked })).idleTimeout).toBe(given);
    const client = await clients.connect(await share({ idleTimeout: asked }));
    const { code, seconds } = await endOf(client);
    expect(code).toBe('57P05');
    expect(seconds).toBeGreaterThan(given - 0.5);
  });

  test.each([
    [1, 1],
    [TOO_MUCH, MOST],
  ])('%s s: with a transaction open, %s s', async (asked, given) => {
    const client = await clients.connect(await share({ idleInTransactionTimeout: asked }));
    await client.query('begin; create table undone (a int)');
    const { code, seconds } = await endOf(client);
    expect(code).toBe('25P03');
    expect(seconds).toBeGreaterThan(given - 0.5);
    expect((await db.query("select to_regclass('undone') as t")).rows).toEqual([{ t: null }]);
  });

  test.each([
    [1, 1],
    [TOO_MUCH, MOST],
  ])('%s s: a statement may run %s s', async (asked, given) => {
    const client = await clients.connect(await share({ statementTimeout: asked }));
    const begin = performance.now();
    expect(await sqlState(client.query('select generate_series(1, 2000000000)'))).toBe('57014');
    expect(performance.now() - begin).toBeGreaterThan(given * 1_000 - 200);
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  test('for how long a client may wait for its turn', async () => {
    const queue = await share({ mode: 'queue', queueTimeout: 1 });
    await clients.connect(queue);
    expect(await sqlState(clients.connect(queue))).toBe('53300');
  });

  test('how long the tunnel lives, whose end clients hear of a minute ahead', async () => {
    const tunnel = await share({ lifetime: 63, idleTimeout: TOO_MUCH });
    expect(tunnel.lifetime).toBe(63);
    const client = await clients.connect(tunnel);
    const notice = new Promise((resolve) => {
      client.on('notice', ({ message }) => resolve(message));
    });
    const asking = setInterval(() => void client.query('select 1').catch(() => {}), 500);
    expect(await within('the notice', notice, 30_000)).toBe(
      "the tunnel's lifetime of 63 seconds ends within 60 seconds",
    );
    clearInterval(asking);
  });
});

test('clients of a queue have their turns in order, and an idle one loses its own by its time', async () => {
  const queue = await share({ mode: 'queue', idleTimeout: 2 });
  const turns: string[] = [];
  const first = await clients.connect(queue);
  const firstEnds = endOf(first);
  const second = clients.connect(queue).then(async (client) => {
    turns.push('second');
    await client.end();
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  const third = clients.connect(queue).then(() => turns.push('third'));
  expect((await firstEnds).code).toBe('57P05');
  expect(turns).not.toContain('third');
  await Promise.all([second, third]);
  expect(turns).toEqual(['second', 'third']);
});
