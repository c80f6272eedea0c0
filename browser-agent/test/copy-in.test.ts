import { PGlite } from '@electric-sql/pglite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Backend } from '../src/backend/backend.ts';
import { CopyViolation } from '../src/backend/copy-intake.ts';
import { MemoryStore } from '../src/backend/copy-store.ts';
import { type BackendSession, Batch } from '../src/backend/session.ts';
import { concat } from '../src/postgres/messages.ts';
import {
  B,
  bytes,
  c,
  d,
  E,
  f,
  H,
  message,
  P,
  Q,
  S,
  startup,
  tell,
} from './support/postgres-client.ts';
import { within } from './support/wait.ts';

let db: PGlite;
let backend: Backend;
let session: BackendSession;

beforeAll(async () => {
  db = await PGlite.create();
  await db.exec(`create table t (a int, b text);
    create table parent (id int primary key);
    create table child (id int references parent deferrable initially deferred);
    create sequence s`);
});

afterAll(() => db.close());

beforeEach(async () => {
  await db.exec('truncate t; drop table if exists x; alter sequence s restart');
  backend = new Backend(db, () => {}, {
    maxCopy: 1_000_000,
    makeStore: () => new MemoryStore(),
  });
  session = backend.openSession();
  await run(startup());
});

afterEach(() => session.end());

async function raw(...messages: Uint8Array[]): Promise<Uint8Array> {
  const batch = new Batch(concat(messages));
  return concat(await within('answer', session.run(batch)));
}

async function run(...messages: Uint8Array[]): Promise<string[]> {
  return tell(await raw(...messages)).filter((told) => !['T', 'S', 'K', 'R'].includes(told));
}

const rows = async (sql = 'select a, b from t order by a'): Promise<unknown[]> =>
  (await db.query(sql, [], { rowMode: 'array' })).rows;

/** The fields of the first error in an answer. */
function error(answer: Uint8Array): Record<string, string> {
  const text = new TextDecoder().decode(answer);
  return Object.fromEntries(
    text
      .slice(text.indexOf('SERROR'))
      .split('\0')
      .map((field) => [field[0] ?? '', field.slice(1)]),
  );
}

describe('a Query', () => {
  test('copies text, and says what PGlite says', async () => {
    expect([...(await raw(Q('copy t from stdin')))]).toEqual([
      ...message('G', 0, 0, 2, 0, 0, 0, 0),
    ]);
    expect(await run(d('1\tone\n2\t'), d('two\n'), c)).toEqual(['C:COPY 2', 'Z:I']);
    expect(await rows()).toEqual([
      [1, 'one'],
      [2, 'two'],
    ]);
  });

  test('copies CSV with options, and binary', async () => {
    await run(Q('copy t (b, a) from stdin with (format csv, header, null "-") where a > 1'));
    expect(await run(d('b,a\nx,1\n"y\nz",2\n-,3\n'), c)).toEqual(['C:COPY 2', 'Z:I']);
    const binary = bytes(
      'PGCOPY\n',
      0xff,
      '\r\n',
      new Uint8Array(9),
      0,
      1,
      0,
      0,
      0,
      4,
      0,
      0,
      0,
      9,
      0xff,
      0xff,
    );
    expect([...(await raw(Q('copy t (a) from stdin (format binary)')))]).toEqual([
      ...message('G', 1, 0, 1, 0, 1),
    ]);
    expect(await run(d(binary.subarray(0, 15)), d(binary.subarray(15)), c)).toEqual([
      'C:COPY 1',
      'Z:I',
    ]);
    expect(await rows()).toEqual([
      [2, 'y\nz'],
      [3, null],
      [9, null],
    ]);
  });

  test('that cannot copy is answered with its error, and takes no data', async () => {
    expect(await run(Q('copy missing from stdin'))).toEqual(['E:42P01', 'Z:I']);
    expect(session.copyIntake).toBeUndefined();
    await run(Q('begin'));
    expect(await run(Q('copy t (x) from stdin'))).toEqual(['E:42703', 'Z:E']);
    expect(await run(Q('copy t from stdin'))).toEqual(['E:25P02', 'Z:E']);
    expect(await run(Q('rollback; copy t from stdin'))).toEqual(['C:ROLLBACK', 'G']);
    expect(await run(d('1\tx\n'), c)).toEqual(['C:COPY 1', 'Z:I']);
  });

  test('whose data is wrong fails with the line', async () => {
    await run(Q('copy t from stdin'));
    const answer = await raw(d('1\tx\n'), d('two\ty\n'), d('3\tz\n'), c);
    expect(tell(answer)).toEqual(['E:22P02', 'Z:I']);
    expect(error(answer).W).toBe('COPY t, line 2, column a: "two"');
    expect(await rows()).toEqual([]);
  });

  test('that the client gives up fails with its reason', async () => {
    await run(Q('begin'));
    await run(Q('insert into t values (0)'));
    await run(Q('copy t from stdin'));
    const answer = await raw(d('1\tx\n'), f('enough'));
    expect(tell(answer)).toEqual(['E:57014', 'Z:E']);
    expect(error(answer).M).toBe('COPY from stdin failed: enough');
    await run(Q('commit'));
    expect(await rows()).toEqual([]);
  });

  test('in a transaction leaves that as it was', async () => {
    await run(Q('begin isolation level serializable'));
    await run(Q('savepoint "culvert copy"'));
    await run(Q('create table new (a int)'));
    expect(await run(Q('copy new from stdin with (freeze)'))).toEqual(['G']);
    expect(await run(d('1\n'), c)).toEqual(['C:COPY 1', 'Z:T']);
    expect(await run(Q("select count(*) from pg_locks where relation = 't'::regclass"))).toContain(
      'D:0',
    );
    expect(await run(Q("select nextval('s')"))).toContain('D:1');
    expect(await run(Q('rollback to "culvert copy"'))).toEqual(['C:ROLLBACK', 'Z:T']);
    await run(Q('rollback'));
  });

  test('copies into several tables between other statements', async () => {
    const sql = `create table x (a int); insert into x values (nextval('s')) returning a;
      copy x from stdin; copy t from stdin; select count(*) from x`;
    expect(await run(Q(sql))).toEqual(['C:CREATE TABLE', 'D:1', 'C:INSERT 0 1', 'G']);
    expect(await run(d('2\n3\n'), c)).toEqual(['C:COPY 2', 'G']);
    expect(await run(d('1\tx\n'), c)).toEqual(['C:COPY 1', 'D:3', 'C:SELECT 1', 'Z:I']);
    expect(await rows('select a from x order by a')).toEqual([[1], [2], [3]]);
  });

  test('is one transaction, whatever fails in it', async () => {
    await run(Q('insert into t values (1); copy t from stdin; select 1/0'));
    expect(await run(d('2\t\n'), c)).toEqual(['C:COPY 1', 'E:22012', 'Z:I']);
    await run(Q('insert into t values (1); copy t from stdin; select 2'));
    expect(await run(d('x\t\n'), c)).toEqual(['E:22P02', 'Z:I']);
    expect(await run(Q('insert into t values (1); copy t (z) from stdin; select 2'))).toEqual([
      'C:INSERT 0 1',
      'E:42703',
      'Z:I',
    ]);
    expect(await rows()).toEqual([]);
    await run(Q('select 1; copy child from stdin'));
    expect(await run(d('7\n'), c)).toEqual(['E:23503', 'Z:I']);
    expect(await run(Q('select 5'))).toEqual(['D:5', 'C:SELECT 1', 'Z:I']);
  });

  test('is read whole before its first statement runs', async () => {
    const answer = await raw(Q("insert into t values (1); copy t from stdin; selekt 'ä'"));
    expect(tell(answer)).toEqual(['E:42601', 'Z:I']);
    expect(error(answer).P).toBe('46');
    const late = await raw(Q("select 'ä'; copy t from stdin; select nothing"));
    expect(tell(late)).toEqual(['T', 'D:ä', 'C:SELECT 1', 'G']);
    expect(error(await raw(c)).P).toBe('39');
  });

  test('may begin and end transactions', async () => {
    expect(await run(Q('begin; copy t from stdin; commit; select 1'))).toEqual(['C:BEGIN', 'G']);
    expect(await run(d('1\t\n'), c)).toEqual(['C:COPY 1', 'C:COMMIT', 'D:1', 'C:SELECT 1', 'Z:I']);
    expect(await run(Q('insert into t values (2); copy t from stdin; commit; select 1/0'))).toEqual(
      ['C:INSERT 0 1', 'G'],
    );
    expect(await run(d('3\t\n'), c)).toEqual(['C:COPY 1', 'N', 'C:COMMIT', 'E:22012', 'Z:I']);
    await run(Q('copy t from stdin; begin; insert into t values (5)'));
    expect(await run(d('4\t\n'), c)).toEqual(['C:COPY 1', 'C:BEGIN', 'C:INSERT 0 1', 'Z:T']);
    expect(await run(Q('rollback'))).toEqual(['C:ROLLBACK', 'Z:I']);
    await run(Q('copy t from stdin; savepoint x'));
    expect(await run(d('6\t\n'), c)).toEqual(['C:COPY 1', 'E:25P01', 'Z:I']);
    expect(await rows('select a from t order by a')).toEqual([[1], [2], [3]]);
  });

  test('only looks as if it copied', async () => {
    expect(await run(Q("select '\\'; copy t from stdin; --'"))).toEqual([
      'D:\\',
      'C:SELECT 1',
      'G',
    ]);
    expect(await run(c)).toEqual(['C:COPY 0', 'Z:I']);
    await run(Q('set standard_conforming_strings = off; set escape_string_warning = off'));
    expect(await run(Q("select '\\'; copy t from stdin; --'"))).toEqual([
      "D:'; copy t from stdin; --",
      'C:SELECT 1',
      'Z:I',
    ]);
  });
});

describe('an Execute', () => {
  const COPY = [P('', 'copy t from stdin'), B(), message('D', 'P', 0), E()] as const;

  test('copies, and ignores the Sync behind it', async () => {
    expect(await run(...COPY, S)).toEqual(['1', '2', 'n', 'G']);
    expect(await run(d('1\tone\n'), c)).toEqual(['C:COPY 1']);
    expect(await run(S)).toEqual(['Z:I']);
    expect(await rows()).toEqual([[1, 'one']]);
  });

  test('copies by named statements and portals, again and again, also in a transaction', async () => {
    await run(P('st', 'copy t from stdin'), S);
    for (const begin of [[], [Q('begin')]]) {
      if (begin.length > 0) {
        await run(...begin);
      }
      for (const portal of ['', 'po']) {
        expect(await run(B(portal, 'st'), H)).toEqual(['2']);
        expect(await run(E(portal), S)).toEqual(['G']);
        expect(await run(d('1\tone\n'), c)).toEqual(['C:COPY 1']);
        expect(await run(S)).toEqual([begin.length > 0 ? 'Z:T' : 'Z:I']);
      }
    }
    await run(Q('commit'));
    expect(await rows()).toHaveLength(4);
    expect(await rows('select name from pg_prepared_statements')).toEqual([['st']]);
  });

  test('that fails is skipped to the Sync', async () => {
    expect(await run(P('', 'copy missing from stdin'), B(), E(), S)).toEqual([
      '1',
      '2',
      'E:42P01',
      'Z:I',
    ]);
    expect(await run(P('', 'copy missing from stdin'), B(), E(), H)).toEqual(['1', '2', 'E:42P01']);
    expect(await run(...COPY, H)).toEqual([]);
    expect(await run(S)).toEqual(['Z:I']);
    expect(await run(...COPY, H)).toEqual(['1', '2', 'n', 'G']);
    expect(await run(d('x\t\n'), c)).toEqual(['E:22P02']);
    expect(await run(P('', 'select 1'), B(), E(), H)).toEqual([]);
    expect(await run(S)).toEqual(['Z:I']);
  });

  test('behind other statements copies in a transaction block only', async () => {
    const insert = [P('i', 'insert into t values (0)'), B('i', 'i'), E('i')];
    expect(await run(...insert, ...COPY, S)).toEqual([
      '1',
      '2',
      'C:INSERT 0 1',
      '1',
      '2',
      'n',
      'E:0A000',
      'Z:I',
    ]);
    expect(await rows()).toEqual([]);
    const begin = [P('b', 'begin'), B('b', 'b'), E('b')];
    await run(P('i', 'insert into t values (0)'), S);
    expect(await run(...begin, B('i', 'i'), E('i'), ...COPY, S)).toEqual([
      '1',
      '2',
      'C:BEGIN',
      '2',
      'C:INSERT 0 1',
      '1',
      '2',
      'n',
      'G',
    ]);
    expect(await run(d('1\tx\n'), c)).toEqual(['C:COPY 1']);
    expect(await run(S)).toEqual(['Z:T']);
    await run(Q('commit'));
    expect(await rows()).toHaveLength(2);
  });

  test('of something else after all is no COPY', async () => {
    await run(P('x', 'copy t from stdin'), S);
    expect(await run(P('x', 'select 1'), B('', 'x'), E(), S)).toEqual(['E:42P05', 'Z:I']);
    expect(await run(B('', 'x'), E(), S)).toEqual(['2', 'G']);
    await run(c);
    await run(S);
    await run(message('C', 'Sx', 0), P('x', "select nextval('s')"), S);
    expect(await run(B('', 'x'), E(), S)).toEqual(['2', 'D:1', 'C:SELECT 1', 'Z:I']);
  });

  test('followed by another statement breaks the protocol', async () => {
    await expect(raw(...COPY, P('', 'select 1'), S)).rejects.toThrow(CopyViolation);
  });
});

describe('while data is taken in', () => {
  test('Sync and Flush are ignored, anything else is not', async () => {
    await run(Q('copy t from stdin'));
    expect(await run(S)).toEqual([]);
    expect(await run(H)).toEqual([]);
    expect(await run(d('1\tx\n'), c)).toEqual(['C:COPY 1', 'Z:I']);
    await run(Q('copy t from stdin'));
    await expect(raw(Q('select 1'))).rejects.toThrow('unexpected message type 0x51');
  });

  test('the owner goes on, unless the session is in a transaction', async () => {
    await run(Q('copy t from stdin'));
    await db.exec('insert into t values (5)');
    await run(d('1\tx\n'), c);
    expect(await rows('select a from t order by a')).toEqual([[1], [5]]);
  });

  test('a session that ends leaves nothing', async () => {
    await run(Q('begin; create table gone (a int); copy t from stdin'));
    await session.copyIntake?.add(d('1\tx\n'));
    await session.end();
    expect(await rows()).toEqual([]);
    session = backend.openSession();
    await run(startup());
    expect(await run(Q('select count(*) from gone'))).toEqual(['E:42P01', 'Z:I']);
    await run(...[P('', 'copy t from stdin'), B(), E(), S]);
    await session.end();
    expect(await rows()).toEqual([]);
  });

  test('a cancel fails the COPY, and its transaction', async () => {
    await run(Q('begin'));
    await run(Q('copy t from stdin'));
    const batch = new Batch(new Uint8Array(0));
    batch.cancel();
    expect(tell(concat(await session.run(batch)))).toEqual(['E:57014', 'Z:E']);
    expect(await run(Q('rollback'))).toEqual(['C:ROLLBACK', 'Z:I']);
  });

  test('too much of it fails the COPY with 53200', async () => {
    await run(Q('copy t from stdin'));
    const answer = await raw(d(new Uint8Array(600_000)), d(new Uint8Array(600_000)), c);
    expect(tell(answer)).toEqual(['E:53200', 'Z:I']);
    expect(error(answer).H).toContain('maxCopy');
    expect(await run(Q('select 1'))).toEqual(['D:1', 'C:SELECT 1', 'Z:I']);
  });
});
