import { PGlite } from '@electric-sql/pglite';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Share, ShareState } from '../src/index.ts';
import { shareFrom } from '../src/share.ts';
import { type FakeConnection, FakeRelay, T, WELCOME } from './support/fake-relay.ts';
import { FakeSurroundings } from './support/fake-surroundings.ts';
import { Q, startup, tell as tellAll } from './support/postgres-client.ts';
import { within } from './support/wait.ts';

/** Without ParameterStatus, which PGlite sends when the first batch of a session runs. */
const tell = (answer: Uint8Array): string[] => tellAll(answer).filter((told) => told !== 'S');

const SECRET = 'a'.repeat(43);
const OTHER_SECRET = 'b'.repeat(43);
const welcomed = (secret: string): object => ({ ...WELCOME, resume: { secret, grace: 30 } });
const GO = { code: 'draining', message: 'updating to 2.0' };

let db: PGlite;
/** Stands for what the relays' URL leads to. */
let relay: FakeRelay;
let around: FakeSurroundings;
let share: Share;
let states: ShareState[];
/** The connection to the first relay. */
let old: FakeConnection;

beforeAll(async () => {
  db = await PGlite.create();
});
afterAll(() => db.close());

beforeEach(async () => {
  relay = await FakeRelay.start();
  around = new FakeSurroundings();
  const sharing = shareFrom(around, db, { relay: relay.url });
  ({ connection: old } = await greeted());
  old.send(T.WELCOME, 0, welcomed(SECRET));
  share = await within('WELCOME', sharing);
  states = [];
  share.on('state', (state) => states.push(state));
});
afterEach(async () => {
  const stopped = share.stop();
  around.advance(5_000);
  await within('stop', stopped);
  relay.stop();
});

async function greeted(): Promise<{ connection: FakeConnection; resume: object | undefined }> {
  const connection = await relay.connection();
  const hello = JSON.parse(String((await connection.expect('HELLO')).payload));
  return { connection, resume: hello.resume };
}

function becomes(kind: ShareState['kind']): Promise<void> {
  return within(
    kind,
    new Promise((resolve) => {
      const look = (): void => {
        if (share.state.kind === kind) {
          resolve();
        }
      };
      share.on('state', look);
      look();
    }),
  );
}

async function openSession(connection: FakeConnection, stream: number): Promise<void> {
  await connection.open(stream);
  connection.batch(stream, startup());
  expect(tell(await connection.answer(stream)).at(-1)).toBe('Z:I');
}

/** The first relay asks the agent to move; what the agent dials then. */
async function askedToMove(): ReturnType<typeof greeted> {
  old.send(T.GOAWAY, 0, GO);
  await becomes('moving');
  around.advance(0);
  return greeted();
}

/** The agent is at the second relay, too. */
async function moved(): Promise<FakeConnection> {
  const { connection } = await askedToMove();
  connection.send(T.WELCOME, 0, welcomed(OTHER_SECRET));
  await becomes('live');
  return connection;
}

/** What the relay gets when the agent lets go. */
async function letGo(connection: FakeConnection): Promise<void> {
  for (let frame = await connection.next('GOAWAY'); frame.type !== T.GOAWAY; ) {
    frame = await connection.next('GOAWAY');
  }
  expect(await within('close', connection.closed)).toMatchObject({ code: 1000 });
}

test('an agent without sessions goes to the other relay first, and then lets go', async () => {
  const { connection, resume } = await askedToMove();
  expect(resume).toEqual({ name: 'abc123', secret: SECRET });
  expect(old.pending).toBe(0);
  connection.send(T.WELCOME, 0, { ...welcomed(OTHER_SECRET), port: 6543 });
  await becomes('live');
  await letGo(old);
  expect(states).toEqual([
    { kind: 'moving', reason: 'updating to 2.0', attempt: 0 },
    { kind: 'moving', reason: 'updating to 2.0', attempt: 1 },
    { kind: 'live' },
  ]);
  expect(share.url).toContain(':6543/');
  await openSession(connection, 1);
});

test('an open transaction finishes at the old relay, and keeps the new one’s client waiting', async () => {
  await openSession(old, 1);
  old.batch(1, Q('create table moves (a int); begin; insert into moves values (1)'));
  await old.answer(1);
  const next = await moved();
  await next.open(1);
  next.batch(1, startup());
  next.batch(1, Q('select count(*) from moves'));

  old.batch(1, Q('insert into moves values (2)'));
  expect(tell(await old.answer(1))).toEqual(['C:INSERT 0 1', 'Z:T']);
  expect(next.pending).toBe(0);
  old.batch(1, Q('commit'));
  expect(tell(await old.answer(1))).toEqual(['C:COMMIT', 'Z:I']);
  old.send(T.CLOSE, 1);
  await letGo(old);

  expect(tell(await next.answer(1)).at(-1)).toBe('Z:I');
  expect(tell(await next.answer(1))).toContain('D:2');
  await db.exec('drop table moves');
});

test('a relay that drains as well is left, and tried again later', async () => {
  around.luck = 1;
  old.send(T.GOAWAY, 0, GO);
  await becomes('moving');
  around.advance(100);
  const { connection: same } = await greeted();
  const backoff = around.nextTimer();
  same.close(4011, 'the relay is shutting down');
  expect(await within('back-off', backoff)).toBe(200);
  await openSession(old, 1);
  around.advance(200);
  const { connection: next } = await greeted();
  next.send(T.WELCOME, 0, welcomed(OTHER_SECRET));
  await becomes('live');
  old.batch(1, Q('select 1'));
  expect(tell(await old.answer(1))).toContain('D:1');
});

test('an old relay that ends before there is a new one: the agent goes on dialling', async () => {
  around.luck = 1;
  await openSession(old, 1);
  old.batch(1, Q('begin; create table never (a int)'));
  await old.answer(1);
  old.send(T.GOAWAY, 0, GO);
  await becomes('moving');
  old.close(4011);
  await becomes('resuming');
  expect((await db.query("select to_regclass('never') t")).rows).toEqual([{ t: null }]);
  around.advance(200);
  const { connection: next, resume } = await greeted();
  expect(resume).toEqual({ name: 'abc123', secret: SECRET });
  next.send(T.WELCOME, 0, welcomed(OTHER_SECRET));
  await becomes('live');
  await openSession(next, 1);
});

test('an attempt under way when the old relay ends is the one that counts', async () => {
  const { connection: next } = await askedToMove();
  old.terminate();
  await becomes('resuming');
  next.send(T.WELCOME, 0, welcomed(OTHER_SECRET));
  await becomes('live');
  expect(relay.pending).toBe(0);
});

test('a relay that closes with 4011 unannounced is followed by a new epoch', async () => {
  await openSession(old, 1);
  old.close(4011);
  await becomes('resuming');
  around.advance(0);
  const { connection: next, resume } = await greeted();
  expect(resume).toEqual({ name: 'abc123', secret: SECRET });
  next.send(T.WELCOME, 0, welcomed(OTHER_SECRET));
  await becomes('live');
});

test('a name that somebody has at the other relay ends the sharing with the old relay', async () => {
  const { connection: next } = await askedToMove();
  next.close(4002);
  await within('close', next.closed);
  await openSession(old, 1);
  old.close(4011);
  await becomes('closed');
  expect(share.state).toMatchObject({ reason: { name: 'name-taken' } });
});

test('sessions at the old relay end when its connection breaks', async () => {
  await openSession(old, 1);
  const next = await moved();
  const gone = new Promise((resolve) => {
    share.on('client', ({ type }) => type === 'disconnected' && resolve(type));
  });
  old.terminate();
  await within('disconnected', gone);
  expect(share.state.kind).toBe('live');
  await openSession(next, 1);
});

test('stop tells the clients of both relays', async () => {
  await openSession(old, 1);
  const next = await moved();
  await next.open(1);
  await within('stop', share.stop());
  for (const connection of [old, next]) {
    const close = await connection.expect('CLOSE');
    expect(JSON.parse(String(close.payload))).toMatchObject({ sqlstate: '57P01' });
    await connection.expect('GOAWAY');
    expect(await within('close', connection.closed)).toMatchObject({ code: 1000 });
  }
});

test('stop while it dials the other relay', async () => {
  const { connection: next } = await askedToMove();
  await within('stop', share.stop());
  expect(await within('close', next.closed)).toMatchObject({ code: 1000 });
  await letGo(old);
  expect(around.waiting).toEqual([]);
});

test('a relay that is left and breaks the protocol costs its own sessions only', async () => {
  await openSession(old, 1);
  const next = await moved();
  old.send(T.DATA, 9, startup(), 1);
  expect(await within('close', old.closed)).toMatchObject({ code: 4000 });
  expect(share.state.kind).toBe('live');
  await openSession(next, 1);
});
