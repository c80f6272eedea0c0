import { PGlite } from '@electric-sql/pglite';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Share, type ShareOptions, shareDatabase } from '../src/index.ts';
import { type FakeConnection, FakeRelay, T, WELCOME } from './support/fake-relay.ts';
import { c, d, f, H, i32, Q, S, startup, tell } from './support/postgres-client.ts';
import { within } from './support/wait.ts';

let db: PGlite;
let relay: FakeRelay;
let share: Share;
let connection: FakeConnection;

beforeAll(async () => {
  db = await PGlite.create();
  await db.exec('create table t (a text)');
});
afterAll(() => db.close());

beforeEach(async () => {
  await db.exec('truncate t');
  relay = await FakeRelay.start();
});
afterEach(async () => {
  await share.stop();
  relay.stop();
});

async function begin(options: Partial<ShareOptions> = {}): Promise<void> {
  const sharing = shareDatabase(db, { relay: relay.url, ...options });
  connection = await relay.connection();
  await connection.expect('HELLO');
  connection.send(T.WELCOME, 0, WELCOME);
  share = await within('WELCOME', sharing);
  await connection.open(1);
  connection.batch(1, startup());
  await connection.answer(1);
}

const answer = async (): Promise<string[]> => tell(await connection.answer(1));

async function count(): Promise<number | undefined> {
  return (await db.query<{ n: number }>('select count(*)::int n from t')).rows[0]?.n;
}

test('data comes as a batch of its own, in any pieces', async () => {
  await begin();
  connection.batch(1, Q('copy t from stdin; copy t from stdin'));
  expect(await answer()).toEqual(['G']);
  const data = Buffer.concat([d('a\nb'), S, d('c\n'), H, d(''), d('d\n'), c]);
  for (let at = 0; at < data.length; at++) {
    connection.send(T.DATA, 1, data.subarray(at, at + 1), at + 1 === data.length ? 1 : 0);
  }
  expect(await answer()).toEqual(['C:COPY 3', 'G']);
  connection.batch(1, d('e\n'), f('no'));
  expect(await answer()).toEqual(['E:57014', 'Z:I']);
  expect(await count()).toBe(0);
});

test('data is larger than the window, and than a batch may be', async () => {
  await begin({ maxBatch: 50_000, window: 32_768 });
  connection.batch(1, Q('copy t from stdin'));
  expect(await answer()).toEqual(['G']);
  const row = d(`${'x'.repeat(9_999)}\n`);
  let credit = 32_768;
  for (let n = 0; n < 50; n++) {
    while (credit < row.length) {
      credit += (await connection.expect('CREDIT')).payload.readUInt32BE(0);
    }
    connection.send(T.DATA, 1, row);
    credit -= row.length;
  }
  connection.send(T.DATA, 1, c, 1);
  expect(await answer()).toEqual(['C:COPY 50', 'Z:I']);
  expect(await count()).toBe(50);
});

test('a COPY beyond maxCopy fails before its end, and the rest is ignored', async () => {
  await begin({ maxCopy: 20_000 });
  connection.batch(1, Q('copy t from stdin'));
  expect(await answer()).toEqual(['G']);
  connection.send(T.DATA, 1, d(new Uint8Array(30_000)));
  expect(await answer()).toEqual(['E:53200', 'Z:I']);
  connection.send(T.DATA, 1, d('late').subarray(0, 6));
  connection.send(T.DATA, 1, new Uint8Array(0), 1);
  connection.batch(1, Q('select 1'));
  expect(await answer()).toContain('D:1');
});

test('a cancel names the batch that is coming in, and answers it', async () => {
  await begin();
  for (const sent of [false, true]) {
    connection.batch(1, Q('copy t from stdin'));
    expect(await answer()).toEqual(['G']);
    if (sent) {
      connection.send(T.DATA, 1, d('x\n'));
    }
    connection.send(T.CANCEL, 1, i32(sent ? 5 : 3));
    expect(await answer()).toEqual(['E:57014', 'Z:I']);
    connection.send(T.DATA, 1, new Uint8Array(0), 1);
  }
  connection.send(T.CANCEL, 1, i32(6));
  connection.batch(1, Q('select 1'));
  expect(await answer()).toContain('D:1');
  expect(await count()).toBe(0);
});

test('batches that were sent before the COPY was known', async () => {
  await begin();
  connection.batch(1, Q('copy t from stdin'));
  connection.batch(1, S);
  expect(await answer()).toEqual(['G']);
  expect(await answer()).toEqual([]);
  connection.batch(1, d('x\n'), c);
  expect(await answer()).toEqual(['C:COPY 1', 'Z:I']);
  connection.batch(1, Q('copy t from stdin'));
  connection.batch(1, Q('select 1'));
  expect(await answer()).toEqual(['G']);
  const close = await connection.expect('CLOSE');
  expect(JSON.parse(String(close.payload))).toMatchObject({
    sqlstate: '08P01',
    message: 'unexpected message type 0x51 during COPY from stdin',
  });
  connection.send(T.CLOSE, 1);
});

test('a client that leaves in the middle has written nothing', async () => {
  await begin();
  connection.batch(1, Q('begin; insert into t values (0); copy t from stdin'));
  expect((await answer()).at(-1)).toBe('G');
  connection.send(T.DATA, 1, d('x\n'));
  connection.send(T.CLOSE, 1);
  await connection.expect('CLOSE');
  expect(await count()).toBe(0);
  await connection.open(2);
  connection.batch(2, startup());
  expect(tell(await connection.answer(2)).at(-1)).toBe('Z:I');
});
