import { PGlite } from '@electric-sql/pglite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Backend } from '../src/backend/backend.ts';
import type { AnswerFlow } from '../src/backend/batch-run.ts';
import { makeMemoryStore } from '../src/backend/copy-store.ts';
import { PIECE_BYTES, PieceSize } from '../src/backend/pieces.ts';
import { type BackendSession, Batch } from '../src/backend/session.ts';
import { concat, messagesOf } from '../src/postgres/messages.ts';
import { isOneRowQuery } from '../src/postgres/row-query.ts';
import { B, bytes, E, H, message, P, Q, S, startup, tell } from './support/postgres-client.ts';
import { within } from './support/wait.ts';

let db: PGlite;
let backend: Backend;
let session: BackendSession;

beforeAll(async () => {
  db = await PGlite.create();
  await db.exec(`create table written (a int);
    create function writes() returns int language plpgsql as
      $$begin insert into parent values (1); return 1; end$$;
    create function fails_at(int, int) returns int language plpgsql as
      $$begin if $1 = $2 then raise 'here' using errcode = 'P0001'; end if; return $1; end$$;
    create table pk (a int primary key);
    create table parent (a int references pk deferrable initially deferred);`);
  backend = new Backend(db, () => {}, { maxCopy: 1_000_000, makeStore: makeMemoryStore });
});

beforeEach(async () => {
  session = backend.openSession();
  await session.run(new Batch(startup()));
  await session.run(new Batch(Q('select 1'))); // tells settings that are new since the last session
});

afterEach(async () => {
  await session.end();
  await db.exec('truncate written; truncate parent');
});

afterAll(() => db.close());

/** Collects, and says how much came before the end of the answer. */
class Collector implements AnswerFlow {
  readonly chunks: Uint8Array[] = [];
  parts = 0;
  largest = 0;
  onPart: () => void | Promise<void> = () => {};

  async pass(chunks: Uint8Array[]): Promise<void> {
    this.chunks.push(...chunks);
    this.parts++;
    if (this.parts > 1_000) {
      throw new Error('the answer does not end');
    }
    this.largest = Math.max(
      this.largest,
      chunks.reduce((sum, { length }) => sum + length, 0),
    );
    await this.onPart();
  }
}

async function inPieces(
  messages: Uint8Array,
  flow = new Collector(),
): Promise<{ answer: Uint8Array; flow: Collector }> {
  const end = await within('answer', session.run(new Batch(messages), flow));
  return { answer: concat([...flow.chunks, ...end]), flow };
}

/** Without what tells where in Postgres' source an error was raised. */
function comparable(answer: Uint8Array): string[] {
  const texts: string[] = [];
  for (const { type, start, end } of messagesOf(answer)) {
    let text = new TextDecoder('latin1').decode(answer.subarray(start + 5, end));
    if (type === 0x45 || type === 0x4e) {
      text = text
        .split('\0')
        .filter((field) => !/^[FLR]/.test(field))
        .join('|');
    }
    texts.push(`${String.fromCharCode(type)} ${text}`);
  }
  return texts;
}

describe('in pieces and whole, the backend answers the same', () => {
  const pattern = 'select g, repeat(g::text, 3) from generate_series(1, 3000) g';
  const cases: Record<string, Uint8Array[]> = {
    'a large Query': [Q(pattern)],
    'a Query with a semicolon and comments': [Q(`/* a; -- */ -- b\n (${pattern})  ; `)],
    'no rows': [Q('select 1 where false'), bytes(P('', 'select 1 where false'), B(), E(), S)],
    'as many rows as a piece has': [
      Q('select generate_series(1, 32)'),
      Q('select generate_series(1, 33)'),
      Q('select generate_series(1, 288)'),
    ],
    'no columns': [Q('select from generate_series(1, 100)')],
    'several Executes in a batch': [
      bytes(
        P('a', pattern),
        B('p', 'a'),
        message('D', 'Pp', 0),
        E('p'),
        P('', 'insert into written values (1), (2)'),
        B(),
        E(),
        B('', 'a'),
        E('', 5),
        E('', 0),
        S,
      ),
    ],
    'the client’s own limits': [
      Q('begin'),
      bytes(P('', pattern), B('c'), E('c', 100), E('c', 2000), E('c'), E('c'), S),
      bytes(B('c'), E('c', 7), H),
      bytes(E('c', 1), E('c', 0), H),
      S,
      Q('commit'),
    ],
    'DML with RETURNING': [
      Q('begin'),
      bytes(P('', `insert into written select generate_series(1, 500) returning a`), B(), E(), S),
      bytes(P('', 'update written set a = a + 1 returning a'), B(), E(), S),
      Q('with d as (delete from written returning a) select a from d order by a'),
      Q('rollback'),
    ],
    'utility statements with rows': [
      bytes(P('', 'explain select 1'), B(), E(), S),
      bytes(P('', 'show all'), B(), E(), S),
      Q('begin; declare c cursor for select generate_series(1, 1000)'),
      bytes(P('', 'fetch 900 from c'), B(), E(), S),
      Q('rollback'),
      Q('prepare many as select generate_series(1, 1000)'),
      bytes(P('', 'execute many'), B(), E(), S),
      Q('deallocate many'),
    ],
    'an error in the middle': [
      Q('select fails_at(g, 1000) from generate_series(1, 2000) g'),
      bytes(
        P('', 'select fails_at(g, 1000) from generate_series(1, 2000) g'),
        B(),
        E(),
        P('', 'insert into written values (3)'),
        B(),
        E(),
        S,
      ),
      Q('begin'),
      Q('select fails_at(g, 1000) from generate_series(1, 2000) g'),
      Q(pattern),
      Q('rollback'),
    ],
    'errors of a Query': [
      Q('select $1'),
      Q('select 1; select 2'),
      Q('select'),
      Q('select nothing from nowhere'),
      Q('select 1/0'),
      Q("select ';', '$1'"),
      Q('with x as (select 1) insert into written select * from x'),
      Q('select_me'),
      Q(''),
      Q('select 1 into temp kept'),
      Q('table pk'),
      Q('drop table kept'),
    ],
    'what fails when it commits': [
      Q('select writes()'),
      Q('select count(*) from parent'),
      bytes(P('', 'select writes()'), B(), E(), S),
    ],
    'settings that the client is told': [
      Q("select set_config('application_name', 'x', false)"),
      Q("select set_config('application_name', '', false)"),
    ],
    'an unnamed statement and portal': [
      bytes(P('', 'select 7'), B(), S),
      Q('select 8'),
      bytes(B(), E(), S),
      bytes(P('', 'select 7'), S),
      Q('select 1/0'),
      bytes(B(), E(), S),
      Q('begin'),
      bytes(P('', 'select 7'), B(), S),
      Q('select 8'),
      bytes(E(), S),
      Q('rollback'),
    ],
    'a Query while a Sync is missing': [
      bytes(P('', 'select 1'), B(), E(), H),
      Q(pattern),
      bytes(P('', 'select 1/0'), B(), E(), H),
      Q(pattern),
      S,
    ],
    'an infinite COPY is none of it': [Q('copy (select generate_series(1, 1000)) to stdout')],
  };

  test.each(Object.entries(cases))('%s', async (_, batches) => {
    const whole: string[][] = [];
    for (const batch of batches) {
      whole.push(comparable(concat(await within('answer', session.run(new Batch(batch))))));
    }
    await session.end();
    await db.exec('truncate written; truncate parent');
    session = backend.openSession();
    await session.run(new Batch(startup()));
    await session.run(new Batch(Q('select 1')));
    for (const [at, batch] of batches.entries()) {
      expect(comparable((await inPieces(batch)).answer)).toEqual(whole[at]);
    }
  });
});

describe('a large result', () => {
  const large = "select repeat('x', 1000) from generate_series(1, 20000)";

  test.each([
    ['Query', Q(large)],
    ['Execute', bytes(P('', large), B(), E(), S)],
  ])('of %s comes in parts that are no larger than a piece or so', async (_, batch) => {
    const { answer, flow } = await inPieces(batch);
    expect(answer.length).toBeGreaterThan(20_000_000);
    expect(flow.largest).toBeLessThan(2 * PIECE_BYTES);
    expect(tell(answer).slice(-2)).toEqual(['C:SELECT 20000', 'Z:I']);
  });

  test('keeps the owner waiting until it is there', async () => {
    const flow = new Collector();
    let turn = false;
    let owner: Promise<void> | undefined;
    flow.onPart = () => {
      owner ??= db.query('select 1').then(() => {
        turn = true;
      });
      expect(turn).toBe(false);
    };
    await inPieces(Q(large), flow);
    await within('owner', owner ?? Promise.reject(new Error('no part came')));
  });

  test('is rolled back when the session ends meanwhile', async () => {
    const flow = new Collector();
    let ended: Promise<void> | undefined;
    flow.onPart = () => {
      ended ??= session.end();
    };
    const batch = bytes(
      P('', 'insert into written values (1)'),
      B(),
      E(),
      P('', large),
      B(),
      E(),
      S,
    );
    await expect(inPieces(batch, flow)).rejects.toThrow('the session has ended');
    await within('end', ended ?? Promise.reject(new Error('no part came')));
    expect((await db.query('select * from written')).rows).toEqual([]);
  });
});

test('what a Flush left open is not committed by the end of the session', async () => {
  await inPieces(bytes(P('', 'insert into written values (1)'), B(), E(), H));
  await session.end();
  expect((await db.query('select * from written')).rows).toEqual([]);
});

describe('cancel between pieces', () => {
  // in the target list, where it is not stored first
  const endless = "select generate_series(1, 1000000000), repeat('x', 100)";

  async function cancelled(messages: Uint8Array): Promise<string[]> {
    const batch = new Batch(messages);
    const flow = new Collector();
    flow.onPart = () => {
      if (flow.parts === 3) {
        batch.cancel();
      }
    };
    const end = await within('cancelled', session.run(batch, flow));
    return tell(concat([...flow.chunks, ...end])).filter((told) => !told.startsWith('D:'));
  }

  test('fails a Query, and the session goes on', async () => {
    expect(await cancelled(Q(endless))).toEqual(['T', 'E:57014', 'Z:I']);
    expect(tell((await inPieces(bytes(B(), E(), S))).answer)).toEqual(['E:26000', 'Z:I']);
    expect(tell((await inPieces(Q('select 1'))).answer)).toContain('D:1');
  });

  test('fails an Execute and skips the rest; the unnamed statement stays the client’s', async () => {
    await inPieces(Q('begin'));
    const batch = bytes(P('', endless), B(), E(), P('x', 'select 1'), S);
    expect(await cancelled(batch)).toEqual(['1', '2', 'E:57014', 'Z:E']);
    await inPieces(Q('rollback'));
    expect(await cancelled(bytes(P('', endless), B(), E(), H))).toEqual(['1', '2', 'E:57014']);
    expect(tell((await inPieces(bytes(P('', 'select 1'), S))).answer)).toEqual(['Z:I']);
    expect(tell((await inPieces(bytes(B(), E('', 1), S))).answer)).toEqual([
      '2',
      `D:1,${'x'.repeat(100)}`,
      's',
      'Z:I',
    ]);
    expect(tell((await inPieces(Q('select name from pg_prepared_statements'))).answer)).toEqual([
      'T',
      'C:SELECT 0',
      'Z:I',
    ]);
  });

  test('a statement time limit of the client’s own ends it, too', async () => {
    await inPieces(Q("set statement_timeout = '50ms'"));
    const flow = new Collector();
    flow.onPart = () => new Promise((resolve) => setTimeout(resolve, 10));
    const { answer } = await inPieces(Q(endless), flow);
    expect(tell(answer).slice(-2)).toEqual(['E:57014', 'Z:I']);
  });
});

test('values that memory is too short for are refused, and the session goes on', async () => {
  expect(tell((await inPieces(Q("select repeat('x', 1 << 30)"))).answer)).toEqual([
    'E:54000',
    'Z:I',
  ]);
  const tooMuch = "select array_agg(repeat('x', 1000000)) from generate_series(1, 5000)";
  const { answer } = await inPieces(bytes(P('', tooMuch), B(), E(), S));
  expect(tell(answer)).toEqual(['1', '2', 'E:53200', 'Z:I']);
  expect(tell((await inPieces(Q('select 1'))).answer)).toContain('D:1');
}, 60_000);

test('a piece is as large as its rows allow, and grows step by step', () => {
  const size = new PieceSize();
  expect(size.rows).toBe(32);
  size.onPiece(32 * 10);
  expect(size.rows).toBe(256);
  size.onPiece(256 * 10);
  expect(size.rows).toBe(2_048);
  size.onPiece(2_048 * 1_000);
  expect(size.rows).toBe(262);
  size.onPiece(262 * 1_000_000);
  expect(size.rows).toBe(1);
  size.onPiece(0);
  expect(size.rows).toBe(8);
});

test.each([
  ['select 1', true],
  ['\n SELECT 1 ; \n', true],
  ['(values (1))', true],
  ['/* a /* b */ */ with x as (select 1) table x', true],
  ['table x', true],
  ['select 1; select 2', false],
  ["select ';'", false],
  ['select $1', false],
  ['select Statement_Timestamp()', false],
  ['selecting', false],
  ['insert into t values (1) returning a', false],
  ['copy t to stdout', false],
  ['-- select', false],
  ['/* select', false],
  ['', false],
])('%j is one statement that returns rows: %s', (sql, is) => {
  expect(isOneRowQuery(new TextEncoder().encode(sql))).toBe(is);
});
