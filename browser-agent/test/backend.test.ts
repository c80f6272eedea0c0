import { PGlite } from '@electric-sql/pglite';
import { live } from '@electric-sql/pglite/live';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Backend, BackendDied } from '../src/backend/backend.ts';
import { makeMemoryStore } from '../src/backend/copy-store.ts';
import { type BackendSession, Batch } from '../src/backend/session.ts';
import { concat } from '../src/postgres/messages.ts';
import { B, bytes, D, E, H, P, Q, S, startup, tell } from './support/postgres-client.ts';
import { deferred, within } from './support/wait.ts';

const makeDatabase = () => PGlite.create({ extensions: { live } });
let db: Awaited<ReturnType<typeof makeDatabase>>;
let backend: Backend;
let deaths: string[];

beforeEach(async () => {
  db = await makeDatabase();
  deaths = [];
  backend = new Backend(db, (reason) => deaths.push(reason), {
    maxCopy: 1_000_000,
    makeStore: makeMemoryStore,
  });
});

afterEach(async () => {
  await db.close().catch(() => {});
});

async function run(session: BackendSession, ...messages: Uint8Array[]): Promise<string[]> {
  const answer = await within('answer', session.run(new Batch(bytes(...messages))));
  return tell(concat(answer)).filter((told) => !['T', 'S', 'N', 'K', 'R'].includes(told));
}

describe('batches', () => {
  test('a session begins with its StartupMessage', async () => {
    const session = backend.openSession();
    const answer = tell(concat(await session.run(new Batch(startup()))));
    expect(answer[0]).toBe('R');
    expect(answer).toContain('S');
    expect(answer).toContain('K');
    expect(answer.at(-1)).toBe('Z:I');
    await session.end();
  });

  test('simple, extended, and an error in a pipeline', async () => {
    const session = backend.openSession();
    await run(session, startup());
    expect(await run(session, Q('select 1; select 2'))).toEqual([
      'D:1',
      'C:SELECT 1',
      'D:2',
      'C:SELECT 1',
      'Z:I',
    ]);
    expect(await run(session, P('', 'select $1::int + 1'), B('', '', '41'), E(), S)).toEqual([
      '1',
      '2',
      'D:42',
      'C:SELECT 1',
      'Z:I',
    ]);
    expect(
      await run(session, P('', 'select 1/0'), B(), E(), P('', 'select 1'), B(), E(), S),
    ).toEqual(['1', 'E:22012', 'Z:I']);
    await session.end();
  });

  test('a Flush leaves the portal open for the next batch', async () => {
    const session = backend.openSession();
    await run(session, startup());
    expect(await run(session, P('', 'select generate_series(1, 3)'), B(), E('', 2), H)).toEqual([
      '1',
      '2',
      'D:1',
      'D:2',
      's',
    ]);
    expect(await run(session, E('', 2), H)).toEqual(['D:3', 'C:SELECT 1']);
    expect(await run(session, S)).toEqual(['Z:I']);
    await session.end();
  });

  test('COPY TO STDOUT', async () => {
    const session = backend.openSession();
    await run(session, startup());
    expect(await run(session, Q('copy (select 1) to stdout'))).toEqual([
      'H',
      'd',
      'c',
      'C:COPY 1',
      'Z:I',
    ]);
    await session.end();
  });
});

describe('the owner', () => {
  test('waits while a session is in a transaction, and has a turn between batches', async () => {
    await db.exec('create table t (a int)');
    const session = backend.openSession();
    await run(session, startup());
    await run(session, Q('begin'));
    await run(session, Q('insert into t values (1)'));
    let counted: number | undefined;
    const count = db.query<{ n: number }>('select count(*)::int n from t').then(({ rows }) => {
      counted = rows[0]?.n;
    });
    await run(session, Q('insert into t values (2)'));
    expect(counted).toBeUndefined();
    await run(session, Q('commit'));
    await within('the owner’s turn', count);
    expect(counted).toBe(2);
    await session.end();
  });

  test('keeps a transaction to itself while a session waits', async () => {
    const session = backend.openSession();
    await run(session, startup());
    const inTransaction = deferred();
    const goOn = deferred();
    const transaction = db.transaction(async (tx) => {
      await tx.exec('create table t (a int)');
      inTransaction.resolve();
      await goOn.promise;
    });
    await inTransaction.promise;
    const answer = run(session, Q('select count(*) from t'));
    goOn.resolve();
    await transaction;
    expect(await answer).toEqual(['D:0', 'C:SELECT 1', 'Z:I']);
    await session.end();
  });

  test('hears the notifications that a client causes, and the client does not', async () => {
    const heard = deferred<string>();
    await db.listen('orders', heard.resolve);
    const session = backend.openSession();
    await run(session, startup());
    expect(await run(session, Q("notify orders, 'x''y'"))).toEqual(['C:NOTIFY', 'Z:I']);
    expect(await within('notification', heard.promise)).toBe("x'y");
    expect(await run(session, Q('listen mine'))).toEqual(['C:LISTEN', 'Z:I']);
    expect(await run(session, Q("notify mine, 'z'"))).toEqual(['C:NOTIFY', 'A:mine=z', 'Z:I']);
    await session.end();
  });

  test('notifies a client that is idle, once, and only while it listens', async () => {
    const session = backend.openSession();
    const told: string[] = [];
    session.onNotification = (message) => told.push(...tell(message));
    const heard: string[] = [];
    await db.listen('mine', (payload) => heard.push(payload));
    await db.listen('owners', () => {});
    await run(session, startup());
    await db.exec("notify mine, 'too early'");
    await run(session, Q('listen mine; listen other'));
    await db.exec("notify mine, 'a'");
    await db.transaction((tx) => tx.exec("notify other, 'b'; notify mine, 'c'"));
    await db.exec("notify owners, 'not for clients'");
    expect(told).toEqual(['A:mine=a', 'A:other=b', 'A:mine=c']);

    // What the client causes comes with its own answer, and not again with the owner's.
    expect(await run(session, Q("notify mine, 'd'"))).toEqual(['C:NOTIFY', 'A:mine=d', 'Z:I']);
    await db.query('select 1');
    expect(told).toHaveLength(3);
    expect(heard).toEqual(['too early', 'a', 'c', 'd']);

    await run(session, Q('unlisten other'));
    await db.exec("notify other, 'e'");
    expect(told).toHaveLength(3);
    await session.end();
    await db.exec("notify mine, 'f'");
    expect(told).toHaveLength(3);
    expect(heard.at(-1)).toBe('f');
  });

  test('sees what clients wrote in a live query, during and after a session', async () => {
    await db.exec('create table t (a int)');
    const counts: number[] = [];
    let changed = deferred();
    await db.live.query<{ n: number }>('select count(*)::int n from t', [], ({ rows }) => {
      counts.push(rows[0]?.n ?? -1);
      changed.resolve();
    });
    changed = deferred();
    const session = backend.openSession();
    await run(session, startup());
    await run(session, Q('insert into t values (1)'));
    await within('live query during the session', changed.promise);
    expect(counts.at(-1)).toBe(1);
    await session.end();

    changed = deferred();
    await db.exec('insert into t values (2)');
    await within('live query after the session', changed.promise);
    expect(counts.at(-1)).toBe(2);

    changed = deferred();
    const second = backend.openSession();
    await run(second, startup());
    await run(second, Q('discard all'));
    await run(second, Q('insert into t values (3)'));
    await second.end();
    await within('live query after a client’s DISCARD ALL', changed.promise);
    expect(counts.at(-1)).toBe(3);
  });

  test('leaves the unnamed statement of a session alone', async () => {
    const session = backend.openSession();
    await run(session, startup());
    const ask = () => db.query("select 'of the owner'");
    await ask();
    expect(await run(session, B(), E(), S)).toEqual(['E:26000', 'Z:I']);
    expect(await run(session, P('', "select 'of the client'"), S)).toEqual(['1', 'Z:I']);
    await ask();
    expect(await run(session, D(''), S)).toEqual(['t', 'Z:I']);
    for (const answer of [
      ['D:of the client', 'C:SELECT 1'],
      ['D:of the client', 'C:SELECT 1'],
    ]) {
      await ask();
      expect(await run(session, B(), E(), S)).toEqual(['2', ...answer, 'Z:I']);
    }
    // what was skipped has not replaced it, what failed has
    await ask();
    const failing = [P('s', 'select 1/0'), B('', 's'), E(), P('', "select 'skipped'"), S];
    expect(await run(session, ...failing)).toEqual(['1', 'E:22012', 'Z:I']);
    await ask();
    expect(await run(session, B(), E(), S)).toContain('D:of the client');
    await ask();
    expect(await run(session, P('', 'select nothing'), S)).toEqual(['E:42703', 'Z:I']);
    await ask();
    expect(await run(session, B(), E(), S)).toEqual(['E:26000', 'Z:I']);
    // what it counts on is gone
    await run(session, Q('create table short (a int)'));
    await run(session, P('', 'select a from short'), S);
    await db.query('drop table short');
    expect(await run(session, B(), E(), S)).toEqual(['E:42P01', 'Z:I']);
    expect(await run(session, Q('select 1'))).toEqual(['D:1', 'C:SELECT 1', 'Z:I']);
    await ask();
    expect(await run(session, B(), E(), S)).toEqual(['E:26000', 'Z:I']);
    await session.end();
  });

  test('may open a live query while a session is open', async () => {
    await db.exec('create table t (a int)');
    const session = backend.openSession();
    await run(session, startup());
    let changed = deferred();
    let count = -1;
    await db.live.query<{ n: number }>('select count(*)::int n from t', [], ({ rows }) => {
      count = rows[0]?.n ?? -1;
      changed.resolve();
    });
    changed = deferred();
    await session.end();
    await db.exec('insert into t values (1)');
    await within('live query', changed.promise);
    expect(count).toBe(1);
  });
});

describe('a session that ends', () => {
  const dirty = [
    'set work_mem to 1234',
    "set datestyle to 'German'",
    "set client_encoding to 'LATIN1'",
    'set search_path to pg_catalog',
    'prepare p as select 1',
    'create temp table tt (a serial primary key)',
    "create type pg_temp.e as enum ('a')",
    "create function pg_temp.f(int, text) returns int language sql as 'select 1'",
    'listen foo',
    'select pg_advisory_lock(7)',
    'begin; declare c cursor with hold for select 1; commit',
    'create role somebody',
    'set role somebody',
  ];
  const inspect = `select json_build_object(
    'work_mem', current_setting('work_mem'),
    'datestyle', current_setting('datestyle'),
    'encoding', current_setting('client_encoding'),
    'path', current_setting('search_path'),
    'role', current_user,
    'statements', (select json_agg(name order by name) from pg_prepared_statements where name <> ''),
    'temp', (select json_agg(relname order by relname) from pg_class
      where relnamespace = pg_my_temp_schema() and relkind in ('r', 'v', 'S')),
    'routines', (select json_agg(proname) from pg_proc where pronamespace = pg_my_temp_schema()),
    'channels', (select json_agg(c) from pg_listening_channels() c),
    'locks', (select count(*) from pg_locks where locktype = 'advisory'),
    'cursors', (select json_agg(name) from pg_cursors where name <> '')) as state`;

  async function state(): Promise<unknown> {
    return (await db.query<{ state: unknown }>(inspect)).rows[0]?.state;
  }

  test('leaves a clean backend, whatever it did', async () => {
    const before = await state();
    const first = backend.openSession();
    await run(first, startup());
    for (const sql of dirty) {
      expect((await run(first, Q(sql))).at(-1), sql).toBe('Z:I');
    }
    await run(first, Q('reset role'));
    await run(first, Q('begin'));
    await run(first, Q('create table never (a int)'));
    await run(first, P('', 'select 1'), B(), H);
    const second = backend.openSession();
    const answer = run(second, startup());
    await within('reset', first.end());
    await answer;
    expect(await run(second, Q("select to_regclass('never')"))).toEqual([
      'D:NULL',
      'C:SELECT 1',
      'Z:I',
    ]);
    await second.end();
    expect(await state()).toEqual(before);
  });

  test('leaves whose session it is', async () => {
    const session = backend.openSession();
    await run(session, startup());
    await run(session, Q('create role other'));
    expect(await run(session, Q('set session authorization other'))).toEqual(['C:SET', 'Z:I']);
    await session.end();
    expect((await db.query('select session_user::text as a')).rows).toEqual([{ a: 'postgres' }]);
  });

  test('leaves the owner’s own state as it was', async () => {
    await db.exec(`set work_mem to 4321; set application_name to 'it''s mine';
      prepare mine as select 2; create temp table mine_t (a int); create role boss superuser;`);
    await db.listen('mine', () => {});
    await db.exec('set role boss');
    const before = await state();
    const session = backend.openSession();
    await run(session, startup());
    for (const sql of dirty) {
      await run(session, Q(sql));
    }
    await session.end();
    expect(await state()).toEqual(before);
    expect((await db.query<{ a: string }>('show application_name')).rows).toEqual([
      { application_name: "it's mine" },
    ]);
  });

  test('gives up a batch that still waited', async () => {
    const goOn = deferred();
    const session = backend.openSession();
    await run(session, startup());
    const transaction = db.transaction(() => goOn.promise);
    const waiting = session.run(new Batch(Q('create table never (a int)')));
    const ended = session.end();
    goOn.resolve();
    await transaction;
    await expect(waiting).rejects.toThrow('the session has ended');
    await ended;
    const { rows } = await db.query("select to_regclass('never') as t");
    expect(rows).toEqual([{ t: null }]);
  });

  test('does not wait for the backend if it never had it', async () => {
    const first = backend.openSession();
    await run(first, startup());
    const second = backend.openSession();
    const waiting = second.run(new Batch(startup()));
    await within('end of the second', second.end());
    await first.end();
    await expect(waiting).rejects.toThrow('the session has ended');
    const third = backend.openSession();
    expect((await run(third, startup())).at(-1)).toBe('Z:I');
    await third.end();
  });
});

describe('cancel', () => {
  test('a waiting batch is answered at once', async () => {
    const goOn = deferred();
    const session = backend.openSession();
    await run(session, startup());
    const transaction = db.transaction(() => goOn.promise);
    const batch = new Batch(Q('select 1'));
    const answer = session.run(batch);
    batch.cancel();
    expect(tell(concat(await within('cancelled', answer)))).toEqual(['E:57014', 'Z:I']);
    const next = run(session, Q('select 2'));
    goOn.resolve();
    await transaction;
    expect(await next).toEqual(['D:2', 'C:SELECT 1', 'Z:I']);
    await within('the owner’s turn', db.query('select 1'));
    await session.end();
  });

  test('in a transaction the backend itself fails the batch', async () => {
    const session = backend.openSession();
    await run(session, startup());
    await run(session, Q('begin'));
    const batch = new Batch(bytes(P('', 'select 1'), B(), E(), S));
    batch.cancel();
    expect(tell(concat(await session.run(batch)))).toEqual(['E:57014', 'Z:E']);
    await run(session, Q('rollback'));
    const flushed = new Batch(bytes(P('', 'select 1'), B(), E(), H));
    flushed.cancel();
    expect(tell(concat(await session.run(flushed)))).toEqual(['E:57014']);
    expect(await run(session, B(), E(), S)).toEqual(['Z:I']);
    await session.end();
  });
});

test('a database that dies is reported once, and every session fails', async () => {
  await db.exec('create table t (a int)');
  const session = backend.openSession();
  await run(session, startup());
  // What the COPY check is there to prevent.
  await expect(backend.execute(Q('copy t from stdin'))).rejects.toThrow(BackendDied);
  await expect(run(session, Q('select 1'))).rejects.toThrow();
  await expect(run(session, Q('select 1'))).rejects.toThrow();
  expect(deaths).toHaveLength(1);
  await within('end', session.end());
});

test('a stack overflow, after which PGlite answers nothing, counts as death', async () => {
  await db.exec(
    'create function f(int) returns int language plpgsql as $$begin return f($1 + 1); end$$',
  );
  const session = backend.openSession();
  await run(session, startup());
  await expect(run(session, Q('select f(1)'))).rejects.toThrow(BackendDied);
  expect(deaths).toEqual(['it answers no more, as after a stack overflow']);
  await within('end', session.end());
});

test('a stack overflow counts as death also when the Sync behind it is answered', async () => {
  const session = backend.openSession();
  await run(session, startup());
  await run(session, Q('begin'));
  const batch = new Batch(bytes(P('again', 'execute again'), B('', 'again'), E(), S));
  const flow = { pass: () => Promise.resolve() };
  await expect(session.run(batch, flow)).rejects.toThrow(BackendDied);
  expect(deaths).toHaveLength(1);
  await within('end', session.end());
});
