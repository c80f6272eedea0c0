import { PGlite } from '@electric-sql/pglite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ClosedReason, type Share, shareDatabase } from '../src/index.ts';
import { type FakeConnection, FakeRelay, frame, T, WELCOME } from './support/fake-relay.ts';
import { i32, Q, startup } from './support/postgres-client.ts';
import { within } from './support/wait.ts';

const RESUMABLE = { ...WELCOME, resume: { secret: 's'.repeat(43), grace: 30 } };
const STREAM = 1;
const u64 = (count: bigint): Uint8Array => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, count);
  return bytes;
};

let db: PGlite;
let relay: FakeRelay;
let share: Share | undefined;

beforeAll(async () => {
  db = await PGlite.create();
});
afterAll(() => db.close());
beforeEach(async () => {
  relay = await FakeRelay.start();
});
afterEach(async () => {
  await share?.stop();
  share = undefined;
  relay.stop();
});

/** An agent with a session, which could resume. */
async function connect(): Promise<{ connection: FakeConnection; closed: Promise<ClosedReason> }> {
  const sharing = shareDatabase(db, { relay: relay.url });
  const connection = await relay.connection();
  await connection.expect('HELLO');
  connection.send(T.WELCOME, 0, RESUMABLE);
  const shared = await within('WELCOME', sharing);
  share = shared;
  await connection.open(STREAM);
  connection.batch(STREAM, startup());
  await connection.answer(STREAM);
  const closed = new Promise<ClosedReason>((resolve) => {
    shared.on('closed', resolve);
  });
  return { connection, closed };
}

/** The agent does not dial again, and its owner has the database back. */
async function expectEnd(closed: Promise<ClosedReason>): Promise<void> {
  expect((await within('closed', closed)).code).toBe(4000);
  expect((await within('query', db.query('select 1 as one'))).rows).toEqual([{ one: 1 }]);
  expect(relay.pending).toBe(0);
}

type Deed = (connection: FakeConnection) => void;

const VIOLATIONS: readonly (readonly [string, Deed, string])[] = [
  ['text', (c) => c.sendRaw('{}'), 'text'],
  ['no header', (c) => c.sendRaw(new Uint8Array(7)), 'header'],
  ['an empty message', (c) => c.sendRaw(new Uint8Array(0)), 'header'],
  ['an unknown type', (c) => c.send(0x55, 0), 'unknown frame type 85'],
  ["the agent's own HELLO", (c) => c.send(T.HELLO, 0, {}), 'HELLO'],
  ["the agent's own ACCEPT", (c) => c.send(T.ACCEPT, STREAM), 'ACCEPT'],
  ["the agent's own REJECT", (c) => c.send(5, STREAM, {}), 'REJECT'],
  ['WELCOME again', (c) => c.send(T.WELCOME, 0, RESUMABLE), 'second WELCOME'],
  ['DATA of no stream', (c) => c.send(T.DATA, 0, new Uint8Array(3)), 'DATA on stream 0'],
  ['PING of a stream', (c) => c.send(T.PING, 1, new Uint8Array(8)), 'PING on stream 1'],
  ['PING of 7 bytes', (c) => c.send(T.PING, 0, new Uint8Array(7)), 'PING'],
  ['ACK of 4 bytes', (c) => c.send(T.ACK, 0, i32(1)), 'ACK'],
  ['DATA never opened', (c) => c.send(T.DATA, 9, Q('select 1'), 1), 'stream 9'],
  ['CREDIT never opened', (c) => c.send(T.CREDIT, 9, i32(1)), 'stream 9'],
  ['CANCEL never opened', (c) => c.send(T.CANCEL, 9, i32(1)), 'stream 9'],
  ['CLOSE never opened', (c) => c.send(T.CLOSE, 9), 'stream 9'],
  ['CLOSE of the last stream there can be', (c) => c.send(T.CLOSE, -1), 'stream 4294967295'],
  [
    'OPEN of a stream that is open',
    (c) =>
      c.send(T.OPEN, STREAM, {
        session: 's',
        user: 'u',
        database: 'd',
        client: { address: '192.0.2.1', port: 1 },
        application: '',
      }),
    'second OPEN',
  ],
  ['OPEN that lacks members', (c) => c.send(T.OPEN, 2, {}), 'OPEN'],
  ['OPEN that is no JSON', (c) => c.send(T.OPEN, 2, Q('OPEN')), 'OPEN'],
  ['OPEN that is deep', (c) => c.sendRaw(deep()), 'OPEN'],
  ['CREDIT of 0', (c) => c.send(T.CREDIT, STREAM, i32(0)), 'CREDIT of 0'],
  ['CREDIT that is negative', (c) => c.send(T.CREDIT, STREAM, i32(-1)), 'CREDIT of 4294967295'],
  ['CREDIT whose sum is too much', (c) => c.send(T.CREDIT, STREAM, i32(2 ** 31 - 1)), 'CREDIT'],
  ['CANCEL of batch 0', (c) => c.send(T.CANCEL, STREAM, i32(0)), 'CANCEL'],
  [
    'DATA larger than agreed',
    (c) => c.send(T.DATA, STREAM, new Uint8Array(32_769)),
    'DATA of 32769 bytes',
  ],
  ['ACK of what was never sent', (c) => c.send(T.ACK, 0, u64(1_000n)), ''],
  ['ACK of 2⁶⁴−1', (c) => c.send(T.ACK, 0, u64(2n ** 64n - 1n)), ''],
  [
    'ACK that takes another back',
    (c) => {
      c.send(T.ACK, 0, u64(2n));
      c.send(T.ACK, 0, u64(1n));
    },
    '',
  ],
  [
    'DATA after CLOSE',
    (c) => {
      c.send(T.CLOSE, STREAM);
      c.send(T.DATA, STREAM, Q('select 1'), 1);
    },
    'stream 1',
  ],
  [
    'CLOSE after CLOSE',
    (c) => {
      c.send(T.CLOSE, STREAM);
      c.send(T.CLOSE, STREAM);
    },
    'stream 1',
  ],
  ['GOAWAY without a code', (c) => c.send(T.GOAWAY, 0, {}), 'GOAWAY'],
];

function deep(): Uint8Array {
  const nested = new TextEncoder().encode(`${'{"client":'.repeat(6_000)}`);
  return frame(T.OPEN, 2, nested);
}

describe('a relay that breaks the specification', () => {
  test.each(VIOLATIONS)('%s', async (_, deed, reason) => {
    const { connection, closed } = await connect();
    deed(connection);
    const end = await within('the end of the WebSocket', connection.closed);
    expect(end.code).toBe(4000);
    expect(end.reason).toContain(reason);
    expect(end.reason).not.toBe('');
    await expectEnd(closed);
  });
});

/** Found by `ws`, which answers with a code of RFC 6455; a browser ends the WebSocket likewise. */
describe('a relay that breaks RFC 6455', () => {
  test.each<readonly [string, Deed]>([
    ['compressed', (c) => c.sendBytes(0xc2, 1, 0)],
    ['masked', (c) => c.sendBytes(0x82, 0x81, 0, 0, 0, 0, 0)],
    ['a reserved opcode', (c) => c.sendBytes(0x83, 0)],
    ['a continuation of nothing', (c) => c.sendBytes(0x80, 0)],
    ['too large', (c) => c.sendRaw(new Uint8Array(65_545))],
    ['said to be huge', (c) => c.sendBytes(0x82, 127, 0x7f, 255, 255, 255, 255, 255, 255, 255)],
    [
      'fragments without end',
      (c) => {
        c.sendBytes(0x02, 1, 0x80);
        for (let i = 0; i < 70; i++) {
          c.sendBytes(0x00, 126, 0x04, 0, ...new Uint8Array(1_024));
        }
      },
    ],
  ])('%s', async (_, deed) => {
    const { connection, closed } = await connect();
    deed(connection);
    await expectEnd(closed);
  });
});

test('what is to be ignored is ignored', async () => {
  const { connection } = await connect();
  connection.send(0x80, 0);
  connection.send(0xff, 77, new Uint8Array(65_536));
  connection.send(T.PONG, 0, new Uint8Array(8));
  connection.send(T.CANCEL, STREAM, i32(1));
  connection.sendRaw(Uint8Array.of(T.PONG, 0xfc, 0xff, 0xff, 0, 0, 0, 0, ...new Uint8Array(8)));
  connection.batch(STREAM, Q('select 1'));
  expect(await connection.answer(STREAM)).not.toHaveLength(0);
});
