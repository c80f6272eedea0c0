import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PGlite } from '@electric-sql/pglite';
import { live } from '@electric-sql/pglite/live';
import type pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import Cursor from 'pg-cursor';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Share, type ShareOptions, shareDatabase } from '../src/index.ts';
import { nodeWebSocket } from '../src/node/websocket.ts';
import { deferred, within } from '../test/support/wait.ts';
import { Clients, cancel, sqlState } from './support/clients.ts';
import { type RelayProgram, startRelay } from './support/program.ts';

/** Gives a row a millisecond's time, and no chance to be cancelled before it has all of them. */
const SLOW_AGGREGATE = 'select count(*)::int from generate_series(1, 6000000) i where i % 7 = 1';
/** Comes in pieces, as no set in FROM does, and takes hours. */
const ENDLESS = 'select generate_series(1, 2000000000) as i';

let relay: RelayProgram;
let clients: Clients;
const makeDatabase = () => PGlite.create({ extensions: { live } });
let db: Awaited<ReturnType<typeof makeDatabase>>;
const shares: Share[] = [];

beforeAll(async () => {
  relay = await startRelay();
  clients = new Clients(relay);
  db = await makeDatabase();
});

afterEach(async () => {
  await clients.end();
  await Promise.all(shares.splice(0).map((share) => share.stop()));
});

afterAll(async () => {
  await db?.close();
  await relay?.stop();
});

async function share(
  options: Partial<ShareOptions> = {},
  database: PGlite = db,
  through: RelayProgram = relay,
): Promise<Share> {
  const made = await shareDatabase(database, {
    relay: `wss://localhost:${through.httpsPort}`,
    webSocket: nodeWebSocket(readFileSync(through.caFile, 'utf8')),
    ...options,
  });
  shares.push(made);
  return made;
}

/** What a query of the owner gives. */
async function ask(sql: string): Promise<unknown> {
  const { rows } = await within('the owner', db.query<unknown[]>(sql, [], { rowMode: 'array' }));
  return rows[0]?.[0];
}

test('notifications and writes cross between the owner and a client that is idle', async () => {
  const client = await clients.connect(await share());
  const heard: (string | undefined)[] = [];
  const last = deferred();
  client.on('notification', ({ channel, payload }) => {
    heard.push(`${channel} ${payload}`);
    if (payload === 'last') {
      last.resolve();
    }
  });
  const byOwner: string[] = [];
  const stopListening = await db.listen('client_says', (payload) => byOwner.push(payload));
  await db.exec('create table watched (a int)');
  const counts: unknown[] = [];
  const seen = deferred();
  const query = await db.live.query<{ n: number }>(
    'select count(*)::int as n from watched',
    [],
    ({ rows }) => {
      counts.push(rows[0]?.n);
      if (rows[0]?.n === 2) {
        seen.resolve();
      }
    },
  );

  await client.query('listen owner_says');
  await db.query("notify owner_says, 'first'");
  await db.query("notify not_listened_to, 'never'");
  await db.query("select pg_notify('owner_says', 'last')");
  await within('notifications', last.promise);
  expect(heard).toEqual(['owner_says first', 'owner_says last']);

  await client.query("notify client_says, 'hello'");
  await client.query('insert into watched values (1), (2)');
  await within('the live query', seen.promise);
  expect(counts.at(-1)).toBe(2);
  expect(byOwner).toEqual(['hello']);

  await client.query('unlisten owner_says');
  await db.query("notify owner_says, 'unheard'");
  await client.query('select 1');
  expect(heard).toHaveLength(2);
  await query.unsubscribe();
  await stopListening();
  await db.exec('drop table watched');
});

test('the owner has a turn while a client never stops, and none in its transaction', async () => {
  const client = await clients.connect(await share(), { pipeline: true } as pg.ClientConfig);
  let isOver = false;
  const flood = (async () => {
    while (!isOver) {
      await Promise.all(Array.from({ length: 200 }, () => client.query('select $1::int', [1])));
    }
  })();
  for (let turn = 0; turn < 20; turn++) {
    const begin = performance.now();
    expect(await ask('select 42')).toBe(42);
    expect(performance.now() - begin).toBeLessThan(5_000);
  }
  isOver = true;
  await flood;

  await client.query('begin');
  await client.query("set local application_name to 'in a transaction'");
  const waiting = ask("select current_setting('application_name')");
  await client.query('select 1');
  await client.query('commit');
  expect(await waiting).not.toBe('in a transaction');
});

test('a batch that waits is cancelled at once, a running one between pieces or not at all', async () => {
  const client = await clients.connect(await share());
  const holding = deferred();
  const leave = deferred();
  const owner = db.transaction(async () => {
    holding.resolve();
    await leave.promise;
  });
  await holding.promise;
  const waits = sqlState(client.query('select 1'));
  await cancel(client);
  expect(await waits).toBe('57014');
  leave.resolve();
  await owner;

  const runs = sqlState(client.query(ENDLESS));
  setTimeout(() => void cancel(client), 500);
  expect(await runs).toBe('57014');

  const aggregate = client.query(SLOW_AGGREGATE);
  // the aggregate may block this thread, and the timer, to its end
  const late = new Promise<void>((resolve) => {
    setTimeout(() => resolve(cancel(client)), 100);
  });
  expect((await within('the aggregate', aggregate, 60_000)).rows).toEqual([{ count: 857_143 }]);
  await late;
  expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
});

/** Leaves everything behind that a session can, with a transaction open at the end. */
async function makeDirty(client: pg.Client): Promise<void> {
  await client.query(
    `create temp table dirt (a int);
     set search_path to nowhere; set time zone 'Asia/Tokyo'; set statement_timeout to 77777;
     prepare left_behind as select 1; listen dirt_channel;
     select pg_advisory_lock(4711);
     begin; declare held cursor with hold for select 1; commit;
     set session authorization postgres`,
  );
  await client.query({ name: 'named', text: 'select $1::int', values: [1] });
  await client.query(
    'begin; insert into public.kept values (2); select pg_advisory_xact_lock(4712)',
  );
}

async function whatIsLeft(): Promise<unknown> {
  const { rows } = await within(
    'the owner',
    db.query(
      `select (select count(*)::int from public.kept) as kept, to_regclass('pg_temp.dirt') as dirt,
         current_setting('search_path') as path, current_setting('statement_timeout') as timeout,
         current_setting('TimeZone') as zone,
         (select count(*)::int from pg_prepared_statements where name <> '') as statements,
         (select count(*)::int from pg_cursors where name <> '') as cursors,
         (select count(*)::int from pg_listening_channels()) as channels,
         (select count(*)::int from pg_locks where locktype = 'advisory') as locks`,
    ),
    30_000,
  );
  return rows[0];
}

function whenGone(share: Share): Promise<void> {
  return new Promise((resolve) => {
    share.on('client', ({ type }) => {
      if (type === 'disconnected') {
        resolve();
      }
    });
  });
}

test.each<[string, Partial<ShareOptions>, (client: pg.Client, share: Share) => unknown]>([
  ['Terminate', {}, (client) => client.end()],
  [
    'a socket that is torn off',
    {},
    (client) => (client as unknown as Torn).connection.stream.destroy(),
  ],
  ['the idle timeout', { idleInTransactionTimeout: 1 }, () => {}],
  ['a message that breaks the protocol', {}, (client) => breakProtocol(client)],
  ['the end of sharing', {}, (_client, shared) => shared.stop()],
])('a session that ends by %s leaves nothing', async (_way, options, end) => {
  await db.exec(
    'drop table if exists kept; create table kept (a int); insert into kept values (1)',
  );
  const clean = await whatIsLeft();
  const shared = await share(options);
  const gone = whenGone(shared);
  const client = await clients.connect(shared);
  await makeDirty(client);
  await end(client, shared);
  await within('the end', gone, 30_000);
  // the owner is let in when the session's transaction is over, and finds the rest clean a moment later
  await expect.poll(whatIsLeft, { timeout: 10_000 }).toEqual(clean);
});

interface Torn {
  readonly connection: { readonly stream: { destroy(): void; write(bytes: Buffer): void } };
}

function breakProtocol(client: pg.Client): void {
  (client as unknown as Torn).connection.stream.write(Buffer.from([0x3f, 0, 0, 0, 4]));
}

test('a session whose relay is gone leaves nothing', async () => {
  await db.exec(
    'drop table if exists kept; create table kept (a int); insert into kept values (1)',
  );
  const clean = await whatIsLeft();
  const lost = await startRelay('--resume-grace', '1');
  const client = await new Clients(lost).connect(await share({}, db, lost));
  await makeDirty(client);
  await lost.kill();
  await expect.poll(whatIsLeft, { timeout: 40_000 }).toEqual(clean);
});

test('a COPY larger than the owner permits is 53200, and the session goes on', async () => {
  const client = await clients.connect(await share({ maxCopy: 1_000_000 }));
  await client.query('create table copied (a text)');
  const rows = function* () {
    for (let n = 0; n < 200; n++) {
      yield `${'x'.repeat(9_999)}\n`;
    }
  };
  const copying = pipeline(Readable.from(rows()), client.query(copyFrom('copy copied from stdin')));
  await expect(copying).rejects.toMatchObject({ code: '53200', hint: expect.any(String) });
  expect((await client.query('select count(*)::int from copied')).rows).toEqual([{ count: 0 }]);
  await client.query('drop table copied');
});

test('COPY TO STDOUT of 60 MB, and back in binary', async () => {
  const client = await clients.connect(await share());
  let size = 0;
  const out = client.query(
    copyTo("copy (select repeat('x', 999) from generate_series(1, 60000)) to stdout"),
  );
  for await (const chunk of out) {
    size += chunk.length;
  }
  expect(size).toBe(60_000_000);

  await client.query('create table there (a int, b bytea); create table back (a int, b bytea)');
  await client.query(
    'insert into there select i, sha256(i::text::bytea) from generate_series(1, 20000) i',
  );
  const binary: Buffer[] = [];
  for await (const chunk of client.query(copyTo('copy there to stdout (format binary)'))) {
    binary.push(chunk);
  }
  const into = client.query(copyFrom('copy back from stdin (format binary)'));
  await pipeline(Readable.from(binary), into);
  expect(
    (await client.query('select count(*)::int from (table there intersect table back) t')).rows,
  ).toEqual([{ count: 20_000 }]);
  await client.query('drop table there, back');
});

test('values that are too large for WebAssembly are refused, and the session goes on', async () => {
  const client = await clients.connect(await share());
  expect(await sqlState(client.query("select repeat('x', 1100000000)"))).toBe('54000');
  await client.query('begin');
  expect(
    await sqlState(
      client.query("select array_agg(repeat('x', 500000000)) from generate_series(1, 4)"),
    ),
  ).toMatch(/^(53200|54000)$/);
  expect(await sqlState(client.query('select 1'))).toBe('25P02');
  await client.query('rollback');
  expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  expect(await ask('select 42')).toBe(42);
});

test('a database that dies ends its sessions with 57P02, and is opened again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'culvert-e2e-'));
  let mortal = await PGlite.create(folder);
  const shared = await share(
    {
      mode: 'queue',
      reopen: async () => {
        await mortal.close().catch(() => {});
        mortal = await PGlite.create(folder);
        return mortal;
      },
    },
    mortal,
  );
  const first = await clients.connect(shared);
  await first.query('create table kept (a int); insert into kept values (1)');
  await first.query('begin; insert into kept values (2)');
  const endless = { name: 'again', text: 'execute again' };
  expect(await sqlState(first.query(endless))).toBe('57P02');
  const second = await clients.connect(shared);
  expect((await second.query('select a from kept')).rows).toEqual([{ a: 1 }]);
  await clients.end();
  await shared.stop();
  await mortal.close();
  await rm(folder, { recursive: true });
});

test('startup parameters apply, and bad ones are refused', async () => {
  const shared = await share();
  const client = await clients.connect(shared, {
    application_name: "node's own",
    statement_timeout: 90_000,
    options: '-c search_path=a,b -c TimeZone=Asia/Tokyo',
    client_encoding: 'LATIN1',
  } as pg.ClientConfig);
  const settings = ['application_name', 'statement_timeout', 'search_path', 'TimeZone'];
  for (const [name, value] of settings.map((name, i) => [
    name,
    ["node's own", '90s', 'a,b', 'Asia/Tokyo'][i],
  ])) {
    expect((await client.query(`show ${name}`)).rows[0]).toEqual({
      [String(name)]: value,
    });
  }
  await clients.end();
  expect(await sqlState(clients.connect(shared, { database: 'nowhere' }))).toBe('3D000');
  expect(await sqlState(clients.connect(shared, { options: '-c work_mem=1parsec' }))).toBe('22023');
  expect(await sqlState(clients.connect(shared, { options: '-c no_such=1' }))).toBe('42704');
});

test('arrays, binary results and row by row through a cursor', async () => {
  const client = await clients.connect(await share());
  const arrays = [[1, 2], ['a,b', '"', null, ''], [true]];
  const { rows } = await client.query(
    'select $1::int[] as a, $2::text[] as b, $3::bool[] as c',
    arrays,
  );
  expect(rows).toEqual([{ a: [1, 2], b: ['a,b', '"', null, ''], c: [true] }]);
  const binary = {
    text: 'select $1::int4 as a, $2::text as b',
    values: [7, 'grüße'],
  };
  expect((await client.query({ ...binary, binary: true } as pg.QueryConfig)).rows).toEqual([
    { a: 7, b: 'grüße' },
  ]);
  const cursor = client.query(new Cursor('select i from generate_series($1::int, 5000) i', [1]));
  let read = 0;
  for (let batch = await cursor.read(700); batch.length > 0; batch = await cursor.read(700)) {
    expect(batch[0]).toEqual({ i: read + 1 });
    read += batch.length;
  }
  expect(read).toBe(5_000);
  const left = client.query(new Cursor('select i from generate_series(1, 5000) i'));
  expect(await left.read(1)).toEqual([{ i: 1 }]);
  await left.close();
  expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
});
