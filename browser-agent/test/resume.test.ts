import { createHash, randomBytes } from 'node:crypto';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Share, ShareOptions, ShareState } from '../src/index.ts';
import { shareFrom } from '../src/share.ts';
import { PLATFORM } from '../src/tunnel/surroundings.ts';
import { type FakeConnection, FakeRelay, T, WELCOME } from './support/fake-relay.ts';
import { FakeSurroundings } from './support/fake-surroundings.ts';
import { i32, Q, startup, tell as tellAll } from './support/postgres-client.ts';
import { type Fate, ResumingRelay } from './support/resuming-relay.ts';
import { deferred, within } from './support/wait.ts';

/** Without ParameterStatus, which PGlite sends when the first batch of a session runs. */
const tell = (answer: Uint8Array): string[] => tellAll(answer).filter((told) => told !== 'S');

const SECRET = 'a'.repeat(43);
const NEXT_SECRET = 'b'.repeat(43);
const RESUMABLE = { ...WELCOME, resume: { secret: SECRET, grace: 30 } };

let db: PGlite;
let relay: FakeRelay;
let around: FakeSurroundings;
let share: Share | undefined;

beforeAll(async () => {
  db = await PGlite.create();
});
afterAll(() => db.close());

beforeEach(async () => {
  relay = await FakeRelay.start();
  around = new FakeSurroundings();
});
afterEach(async () => {
  await stop(share);
  share = undefined;
  relay.stop();
});

/** Stops, whether or not the relay can be told. */
async function stop(what: Share | undefined): Promise<void> {
  const stopped = what?.stop();
  around.advance(5_000);
  await within('stop', Promise.resolve(stopped));
}

interface HelloJson {
  readonly name?: string;
  readonly resumable?: boolean;
  readonly resume?: object;
}

async function greeted(): Promise<{ connection: FakeConnection; hello: HelloJson }> {
  const connection = await relay.connection();
  const hello = JSON.parse(String((await connection.expect('HELLO')).payload));
  return { connection, hello };
}

async function connect(
  options: Partial<ShareOptions> = {},
  welcome: object = RESUMABLE,
): Promise<{ share: Share; connection: FakeConnection; hello: HelloJson }> {
  const sharing = shareFrom(around, db, { relay: relay.url, ...options });
  const { connection, hello } = await greeted();
  connection.send(T.WELCOME, 0, welcome);
  share = await within('WELCOME', sharing);
  return { share, connection, hello };
}

function becomes(of: Share, kind: ShareState['kind']): Promise<ShareState> {
  return within(
    kind,
    new Promise((resolve) => {
      const listen = (state: ShareState): void => {
        if (state.kind === kind) {
          resolve(state);
        }
      };
      of.on('state', listen);
      listen(of.state);
    }),
  );
}

/** Breaks the connection, lets the back-off pass, and gives what the agent dials next. */
async function broken(of: Share, connection: FakeConnection): ReturnType<typeof greeted> {
  connection.terminate();
  await becomes(of, 'resuming');
  around.advance(0);
  return greeted();
}

const resumed = (received: number, secret = NEXT_SECRET): object => ({
  ...WELCOME,
  resume: { secret, grace: 30, received },
});

async function openSession(connection: FakeConnection, stream: number): Promise<void> {
  await connection.open(stream);
  connection.batch(stream, startup());
  expect(tell(await connection.answer(stream)).at(-1)).toBe('Z:I');
}

/** Numbers in 0 ≤ n < 1 that are the same in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('a WebSocket that breaks', () => {
  test.each([
    1, 2, 3, 4,
  ])('5 MB each way lose no byte, wherever it breaks (seed %i)', async (seed) => {
    const random = seeded(seed);
    let connections = 0;
    const fates = (): Fate => {
      connections++;
      return { frames: connections === 1 ? 10 : 1 + Math.floor(random() ** 2 * 60) };
    };
    const resuming = new ResumingRelay(relay, fates);
    const serving = resuming.serve();
    const statement = randomBytes(2_500_000).toString('hex');
    share = await shareFrom({ ...PLATFORM, random: () => 0 }, db, { relay: relay.url });
    resuming.open(1);
    resuming.batch(startup());
    resuming.batch(Q("select string_agg(md5(i::text), '') from generate_series(1, 160000) i"));
    resuming.batch(Q(`select md5('${statement}')`));
    resuming.batch(Q('select 7'));
    await within('answers', Promise.race([resuming.answers(4), serving]), 25_000);
    const [, large, digest, last] = await resuming.answers(4);
    const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
    const rows = Array.from({ length: 160_000 }, (_, i) => md5(String(i + 1))).join('');
    expect(tell(large ?? Buffer.of())[1] === `D:${rows}`).toBe(true);
    expect(tell(digest ?? Buffer.of())).toContain(`D:${md5(statement)}`);
    expect(tell(last ?? Buffer.of())).toEqual(['T', 'D:7', 'C:SELECT 1', 'Z:I']);
    expect(resuming.breaks).toBeGreaterThan(5);
    // No fate kills the last connection: what it does is the agent's.
    expect(share.state.kind).toMatch(/live|resuming/);
  });

  test('HELLO and ACK count what came; what was not received is sent again, and nothing else', async () => {
    const { share, connection, hello } = await connect();
    expect(hello).toMatchObject({ resumable: true });
    expect(hello.resume).toBeUndefined();
    const states: ShareState[] = [];
    share.on('state', (state) => states.push(state));
    await connection.open(1); // OPEN is 1 of the relay's; ACCEPT 1 of the agent's
    connection.batch(1, startup());
    await connection.expect('DATA');
    connection.send(T.PING, 0, Buffer.from('12345678'));
    expect((await connection.expect('ACK')).payload.readBigUInt64BE()).toBe(2n);
    await connection.expect('PONG');

    const { connection: second, hello: again } = await broken(share, connection);
    expect(again).toEqual({
      ...hello,
      resume: { name: 'abc123', secret: SECRET, received: 2 },
    });
    second.send(T.WELCOME, 0, resumed(1));
    expect((await second.expect('DATA')).stream).toBe(1);
    second.batch(1, Q('select 1'));
    expect(tell(await second.answer(1))).toEqual(['T', 'D:1', 'C:SELECT 1', 'Z:I']);
    expect(states).toEqual([
      { kind: 'resuming', since: expect.any(Date), attempt: 0 },
      { kind: 'resuming', since: expect.any(Date), attempt: 1 },
      { kind: 'live' },
    ]);

    // The count goes on, and the secret is the newest.
    const third = await broken(share, second);
    expect(third.hello.resume).toEqual({ name: 'abc123', secret: NEXT_SECRET, received: 4 });
    third.connection.send(T.WELCOME, 0, resumed(3));
    await becomes(share, 'live');
    third.connection.batch(1, Q('select 2'));
    expect(tell(await third.connection.answer(1))).toContain('D:2');
  });

  test('an ACK is sent after 32 frames', async () => {
    const { connection } = await connect();
    await openSession(connection, 1);
    for (let i = 0; i < 30; i++) {
      connection.send(T.CREDIT, 1, i32(1));
    }
    // OPEN, the startup message, one CREDIT for its answer and 29 of these.
    expect((await connection.expect('ACK')).payload.readBigUInt64BE()).toBe(32n);
  });

  test('batches run and answers are kept while the agent dials', async () => {
    const { share, connection } = await connect();
    await openSession(connection, 1);
    await db.exec('create table run (a int)');
    const held = deferred();
    const owner = db.transaction(() => held.promise);
    connection.batch(1, Q("insert into run values (1); select repeat('x', 50000)"));
    connection.send(T.PING, 0, Buffer.from('12345678'));
    await connection.expect('ACK'); // the batch has come, and waits for the owner
    connection.terminate();
    await becomes(share, 'resuming');
    held.resolve();
    await owner;
    let count = 0;
    while (count === 0) {
      count = (await db.query('select from run')).rows.length;
    }
    expect(share.state.kind).toBe('resuming');
    around.advance(0);
    const { connection: second } = await greeted();
    second.send(T.WELCOME, 0, resumed(2));
    expect(tell(await second.answer(1))).toEqual([
      'C:INSERT 0 1',
      'T',
      `D:${'x'.repeat(50_000)}`,
      'C:SELECT 1',
      'Z:I',
    ]);
    await db.exec('drop table run');
  });

  test('a WELCOME or an ACK with an impossible count is a violation', async () => {
    const { share, connection } = await connect();
    await connection.open(1);
    const { connection: second } = await broken(share, connection);
    second.send(T.WELCOME, 0, resumed(2));
    expect(await within('close', second.closed)).toMatchObject({ code: 4000 });
    await becomes(share, 'closed');
    expect(share.state).toMatchObject({ reason: { name: 'violation' } });

    const { connection: third } = await connect();
    const count = Buffer.alloc(8);
    count.writeBigUInt64BE(1n);
    third.send(T.ACK, 0, count);
    expect(await within('close', third.closed)).toMatchObject({ code: 4000 });

    const sharing = shareFrom(around, db, { relay: relay.url });
    const failed = expect(sharing).rejects.toThrow('new');
    const { connection: fourth } = await greeted();
    fourth.send(T.WELCOME, 0, resumed(0));
    await failed;
  });
});

describe('dialling again', () => {
  /** The delays that the agent chooses while every attempt but the last fails before WELCOME. */
  async function delays(count: number): Promise<number[]> {
    const chosen = around.waiting;
    while (chosen.length < count) {
      around.advance(chosen.at(-1) ?? Number.NaN);
      const { connection } = await greeted();
      const next = around.nextTimer();
      connection.terminate();
      chosen.push(await within('back-off', next));
    }
    return chosen;
  }

  test('backs off from 100 ms to 15 s, and starts again after a success', async () => {
    around.luck = 1;
    const welcome = { ...RESUMABLE, resume: { secret: SECRET, grace: 60 } };
    const { share, connection } = await connect({}, welcome);
    connection.terminate();
    await becomes(share, 'resuming');
    expect(await delays(10)).toEqual([
      100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 15_000, 15_000,
    ]);
    expect(share.state).toMatchObject({ kind: 'resuming', attempt: 9 });
    around.advance(15_000);
    const { connection: second } = await greeted();
    second.send(T.WELCOME, 0, resumed(0));
    await becomes(share, 'live');
    second.send(T.PING, 0, new Uint8Array(8));
    await second.expect('ACK');
    second.terminate();
    await becomes(share, 'resuming');
    expect(around.waiting).toEqual([100]);
  });

  test('gives up after one attempt at the end of the grace period', async () => {
    around.luck = 1;
    const { share, connection } = await connect();
    const events: string[] = [];
    share.on('client', ({ type }) => events.push(type));
    await openSession(connection, 1);
    connection.batch(1, Q('begin'));
    await connection.answer(1);
    connection.terminate();
    await becomes(share, 'resuming');
    // 100 + … + 12 800 are 25 500; the last delay is what is left of 30 s.
    expect((await delays(9)).at(-1)).toBe(4_500);
    around.advance(4_500);
    const { connection: last } = await greeted();
    last.terminate();
    await becomes(share, 'closed');
    expect(share.state).toMatchObject({
      reason: { name: 'connection-lost', message: expect.stringContaining('grace period') },
    });
    expect(events).toEqual(['connected', 'disconnected']);
    await within('the owner’s turn', db.query('select 1'));
    expect(around.waiting).toEqual([]);
  });

  test.each(['online', 'visibilitychange', 'pageshow'])('dials at once on %s', async (event) => {
    around.luck = 1;
    const { share, connection } = await connect();
    connection.terminate();
    await becomes(share, 'resuming');
    around.hidden = true;
    around.events.dispatchEvent(new Event('visibilitychange'));
    expect(share.state).toMatchObject({ attempt: 0 });
    around.hidden = false;
    around.events.dispatchEvent(new Event(event));
    expect(share.state).toMatchObject({ attempt: 1 });
    around.events.dispatchEvent(new Event(event));
    expect(share.state).toMatchObject({ attempt: 1 });
    const { connection: second } = await greeted();
    second.send(T.WELCOME, 0, resumed(0));
    await becomes(share, 'live');
  });

  test('an attempt that nobody answers is given up', async () => {
    const { share, connection } = await connect();
    const { connection: second } = await broken(share, connection);
    around.advance(10_000);
    await within('close', second.closed);
    around.advance(0);
    const { connection: third } = await greeted();
    third.send(T.WELCOME, 0, resumed(0));
    await becomes(share, 'live');
  });

  test.each([
    [1000, 'closed'],
    [4000, 'violation'],
    [4001, 'unauthorized'],
    [4003, 'hello-refused'],
    [4006, 'superseded'],
    [4010, 'lifetime'],
    [4013, 'killed'],
  ])('a close with %i (%s) ends the tunnel', async (code, name) => {
    const { share, connection } = await connect();
    await openSession(connection, 1);
    connection.close(code);
    await becomes(share, 'closed');
    expect(share.state).toMatchObject({ reason: { code, name } });
    expect(around.waiting).toEqual([]);
    expect(relay.pending).toBe(0);
  });

  test.each([1001, 1011, 4007, 4012])('a close with %i does not', async (code) => {
    const { share, connection } = await connect();
    connection.close(code);
    await becomes(share, 'resuming');
    around.advance(0);
    const { connection: second } = await greeted();
    second.send(T.WELCOME, 0, resumed(0));
    await becomes(share, 'live');
  });

  test('after GOAWAY there is nothing to resume', async () => {
    const { share, connection } = await connect();
    connection.send(T.GOAWAY, 0, { code: 'lifetime', message: 'an hour' });
    connection.terminate();
    await becomes(share, 'closed');
    expect(share.state).toMatchObject({ reason: { name: 'lifetime' } });
  });

  test.each([
    [4002, 'name-taken'],
    [4006, 'superseded'],
  ])('a relay that answers with %i (%s) ends the tunnel', async (code, name) => {
    const { share, connection } = await connect();
    const { connection: second } = await broken(share, connection);
    second.close(code);
    await becomes(share, 'closed');
    expect(share.state).toMatchObject({ reason: { code, name } });
  });

  test('stop while resuming', async () => {
    around.luck = 1;
    const { share, connection } = await connect();
    await openSession(connection, 1);
    connection.batch(1, Q('begin; create table never (a int)'));
    await connection.answer(1);
    connection.terminate();
    await becomes(share, 'resuming');
    const states: string[] = [];
    share.on('state', ({ kind }) => states.push(kind));
    const stopped = share.stop();
    // The database is its owner's again, whether or not the relay can be told.
    await becomes(share, 'closed');
    expect(states).toEqual(['stopping', 'closed']);
    expect(share.state).toMatchObject({ reason: { name: 'closed' } });
    expect((await db.query("select to_regclass('never') t")).rows).toEqual([{ t: null }]);

    // The relay is told, so that its client need not wait for the end of the grace period.
    const { connection: lost } = await greeted();
    lost.terminate();
    await within('back-off', around.nextTimer());
    around.advance(100);
    const { connection: last, hello } = await greeted();
    expect(hello.resume).toEqual({ name: 'abc123', secret: SECRET, received: expect.any(Number) });
    last.send(T.WELCOME, 0, resumed(1));
    expect(JSON.parse(String((await last.expect('GOAWAY')).payload))).toMatchObject({
      code: 'closed',
    });
    expect(await within('close', last.closed)).toMatchObject({ code: 1000 });
    await within('stop', stopped);
    expect(around.waiting).toEqual([]);
  });

  test('stop while resuming waits 5 seconds for the relay and no longer', async () => {
    const { share, connection } = await connect();
    const { connection: second } = await broken(share, connection);
    const stopped = share.stop();
    expect(await within('close', second.closed)).toMatchObject({ code: 1000 });
    const { connection: last } = await greeted();
    around.advance(5_000);
    await within('stop', stopped);
    expect(await within('close', last.closed)).toMatchObject({ code: 1000 });
    expect(around.waiting).toEqual([]);
  });
});

describe('a relay that says nothing', () => {
  test('is left after 45 seconds without a frame, and the tunnel goes on', async () => {
    const { share, connection } = await connect();
    await openSession(connection, 1);
    around.advance(44_000);
    connection.send(T.PING, 0, new Uint8Array(8));
    await connection.expect('ACK');
    around.advance(44_000);
    expect(share.state.kind).toBe('live');
    around.advance(1_000);
    expect(share.state.kind).toBe('resuming');
    around.advance(0);
    expect(await within('close', connection.closed)).toMatchObject({ code: 4007 });
    const { connection: second, hello } = await greeted();
    expect(hello.resume).toMatchObject({ received: 3 });
    second.send(T.WELCOME, 0, resumed(2));
    second.batch(1, Q('select 1'));
    expect(tell(await second.answer(1))).toContain('D:1');
  });

  test('has 75 seconds while the page is hidden', async () => {
    around.hidden = true;
    const { share } = await connect();
    around.advance(74_999);
    expect(share.state.kind).toBe('live');
    around.advance(1);
    expect(share.state.kind).toBe('resuming');
  });

  test('is heard first when it was the own thread that was blocked', async () => {
    const { share, connection } = await connect();
    around.block(60_000);
    connection.send(T.PING, 0, new Uint8Array(8));
    await connection.expect('ACK');
    around.advance(1_000);
    expect(share.state.kind).toBe('live');
    around.block(60_000);
    around.advance(1_000);
    expect(share.state.kind).toBe('resuming');
  });

  test('hears at once that the page is hidden or visible', async () => {
    const { connection } = await connect();
    for (const [hidden, flags] of [
      [true, 2],
      [false, 0],
    ] as const) {
      around.hidden = hidden;
      around.events.dispatchEvent(new Event('visibilitychange'));
      const pong = await connection.expect('PONG');
      expect(pong.flags).toBe(flags);
      expect(pong.payload).toEqual(Buffer.alloc(8));
    }
    await stop(share);
    around.events.dispatchEvent(new Event('visibilitychange'));
  });

  test('ends the tunnel if it cannot be resumed', async () => {
    const { share } = await connect({}, WELCOME);
    around.advance(45_000);
    await becomes(share, 'closed');
    expect(share.state).toMatchObject({ reason: { name: 'dead' } });
  });
});

describe('a new epoch', () => {
  test('drops the old sessions and shares on', async () => {
    const { share, connection } = await connect();
    const events: string[] = [];
    share.on('client', ({ type, session }) => events.push(`${type} ${session}`));
    await openSession(connection, 1);
    connection.batch(1, Q('begin; create table never (a int)'));
    await connection.answer(1);
    const { connection: second } = await broken(share, connection);
    second.send(T.WELCOME, 0, {
      ...WELCOME,
      resume: { secret: NEXT_SECRET, grace: 30 },
    });
    await becomes(share, 'live');
    await openSession(second, 1);
    second.batch(1, Q("select to_regclass('never')"));
    expect(tell(await second.answer(1))).toContain('D:NULL');
    expect(events).toEqual(['connected s1', 'disconnected s1', 'connected s1']);
    expect(share.name).toBe('abc123');
    // Both counts began anew.
    const third = await broken(share, second);
    expect(third.hello.resume).toMatchObject({ secret: NEXT_SECRET, received: 5 });
  });

  test('a page that is loaded again has its name again, and another password', async () => {
    const { share: first, connection } = await connect({ resumeKey: 'k' });
    connection.terminate();
    await becomes(first, 'resuming');
    expect(around.storage.getItem('k')).not.toContain(first.password);

    const sharing = shareFrom(around, db, { relay: relay.url, resumeKey: 'k' });
    const { connection: second, hello } = await greeted();
    expect(hello.resume).toEqual({ name: 'abc123', secret: SECRET });
    second.send(T.WELCOME, 0, { ...WELCOME, resume: { secret: NEXT_SECRET, grace: 30 } });
    share = await within('WELCOME', sharing);
    expect(share.password).not.toBe(first.password);
    expect(around.storage.getItem('k')).toContain(NEXT_SECRET);
    await share.stop();
    expect(around.storage.getItem('k')).toBeNull();
    await stop(first);
  });

  test('a name that was lost meanwhile is not insisted on', async () => {
    const { share: first } = await connect({ resumeKey: 'k' });
    const sharing = shareFrom(around, db, { relay: relay.url, resumeKey: 'k' });
    const { connection: refused } = await greeted();
    refused.close(4002);
    const { connection, hello } = await greeted();
    expect(hello.resume).toBeUndefined();
    connection.send(T.WELCOME, 0, { ...RESUMABLE, name: 'other' });
    share = await within('WELCOME', sharing);
    expect(share.name).toBe('other');
    await first.stop();
  });

  test('nothing is remembered for another relay, another name, or in a store that is spoilt', async () => {
    const { share: first } = await connect({ resumeKey: 'k' });
    const stored = String(around.storage.getItem('k'));
    for (const [text, name] of [
      [stored.replace('127.0.0.1', '127.0.0.2'), undefined],
      [stored, 'another'],
      ['{', undefined],
      ['{"name":1}', undefined],
    ] as const) {
      around.storage.setItem('k', text);
      const { share: next, hello } = await connect({ resumeKey: 'k', name });
      expect(hello.resume).toBeUndefined();
      await next.stop();
    }
    await first.stop();
  });
});
