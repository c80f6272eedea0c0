import { PGlite } from '@electric-sql/pglite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type ClientEvent,
  type ClosedReason,
  DatabaseError,
  type DatabaseEvent,
  HelloRefusedError,
  NameTakenError,
  OptionError,
  ProtocolViolationError,
  RelayTimeoutError,
  RelayUnreachableError,
  type Share,
  type ShareOptions,
  shareDatabase,
  UnauthorizedError,
} from '../src/index.ts';
import { makeVerifier } from '../src/scram-verifier.ts';
import { type FakeConnection, FakeRelay, T, WELCOME } from './support/fake-relay.ts';
import { B, E, H, i32, P, Q, S, startup, tell as tellAll } from './support/postgres-client.ts';
import { deferred, within } from './support/wait.ts';

/** Without ParameterStatus, which PGlite sends when the first batch of a session runs. */
const tell = (answer: Uint8Array): string[] => tellAll(answer).filter((told) => told !== 'S');

/** As pg_authid has it. */
const MD5 = 'md5a3556571e93b0d20722ba62be61e8c2d';

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

async function connect(
  options: Partial<ShareOptions> = {},
  welcome: object = WELCOME,
  database = db,
): Promise<{ share: Share; connection: FakeConnection; hello: { readonly users?: unknown } }> {
  const sharing = shareDatabase(database, { relay: relay.url, ...options });
  const connection = await relay.connection();
  const hello = JSON.parse(String((await connection.expect('HELLO')).payload));
  connection.send(T.WELCOME, 0, welcome);
  share = await within('WELCOME', sharing);
  return { share, connection, hello };
}

/** Calling f(1) overflows WebAssembly's stack, which PGlite does not survive. */
const RECURSION =
  'create function f(int) returns int language plpgsql as $$begin return f($1 + 1); end$$';

async function openSession(connection: FakeConnection, stream: number): Promise<void> {
  await connection.open(stream);
  connection.batch(stream, startup());
  expect(tell(await connection.answer(stream)).at(-1)).toBe('Z:I');
}

async function closeSession(connection: FakeConnection, stream: number): Promise<void> {
  connection.send(T.CLOSE, stream);
  expect((await connection.expect('CLOSE')).stream).toBe(stream);
}

function closedReason(of: Share): Promise<ClosedReason> {
  return within(
    'closed',
    new Promise((resolve) => {
      of.on('closed', resolve);
    }),
  );
}

describe('the start', () => {
  test('HELLO carries the verifier and never the password', async () => {
    const { share, hello } = await connect({
      token: 't0ken',
      name: 'abc123',
      lifetime: 60,
      user: 'ann e',
      password: 'p@ss word',
    });
    expect(hello).toMatchObject({
      version: 1,
      name: 'abc123',
      token: 't0ken',
      mode: 'exclusive',
      lifetime: 60,
      window: 262_144,
      backend: { kind: 'pglite' },
    });
    expect(hello.users).toEqual([
      { name: 'ann e', verifier: expect.stringMatching(/^SCRAM-SHA-256\$4096:[^$]+\$[^:]+:.+$/) },
    ]);
    expect(JSON.stringify(hello)).not.toContain('p@ss word');
    expect(share).toMatchObject({ name: 'abc123', host: 'abc123.relay.example', port: 5432 });
    expect(share.url).toBe(
      'postgres://ann%20e:p%40ss%20word@abc123.relay.example:5432/postgres?sslmode=require',
    );
    expect(share.state).toEqual({ kind: 'live' });
  });

  test('HELLO carries the verifiers that other users bring', async () => {
    const scram = await makeVerifier('x');
    const { hello } = await connect({
      users: [
        { name: 'bert', verifier: scram, expires: new Date(1_893_456_000_000) },
        { name: 'old', verifier: MD5 },
      ],
    });
    expect(hello.users).toEqual([
      expect.objectContaining({ name: 'postgres' }),
      { name: 'bert', verifier: scram, expires: 1_893_456_000 },
      { name: 'old', verifier: MD5 },
    ]);
  });

  test('makes a new password each time', async () => {
    const first = (await connect()).share.password;
    await share?.stop();
    const second = (await connect()).share.password;
    expect(first).toMatch(/^[\w-]{32}$/);
    expect(second).not.toBe(first);
  });

  test.each([
    [4000, ProtocolViolationError],
    [4001, UnauthorizedError],
    [4002, NameTakenError],
    [4003, HelloRefusedError],
    [1011, RelayUnreachableError],
  ])('a close with %i becomes an error of its own', async (code, type) => {
    const sharing = shareDatabase(db, { relay: relay.url });
    const connection = await relay.connection();
    await connection.expect('HELLO');
    connection.close(code, 'because');
    const error = await within(
      'refusal',
      sharing.catch((thrown: unknown) => thrown),
    );
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ message: expect.stringContaining('because') });
  });

  test('a relay that is not there, says nothing, or speaks something else', async () => {
    await expect(shareDatabase(db, { relay: 'ws://127.0.0.1:1' })).rejects.toThrow(
      RelayUnreachableError,
    );
    await expect(shareDatabase(db, { relay: relay.url, connectTimeout: 50 })).rejects.toThrow(
      RelayTimeoutError,
    );
    const sharing = shareDatabase(db, { relay: relay.url });
    const failed = expect(sharing).rejects.toThrow(ProtocolViolationError);
    const silent = await relay.connection();
    await silent.closed;
    const connection = await relay.connection();
    connection.send(T.WELCOME, 0, { ...WELCOME, maxPayload: 1 });
    await failed;
    expect(await connection.closed).toMatchObject({ code: 4000 });
  });

  test('wrong options and a closed database are told before dialling', async () => {
    for (const options of [
      { relay: 'nonsense' },
      { relay: 'ftp://x' },
      { name: 'No' },
      { window: 1 },
      { maxWindow: 100_000 },
      { maxTunnelWindow: 1_000_000 },
      { lifetime: 0 },
      { user: '' },
      { users: [{ name: 'b', password: '' }] },
      { users: [{ name: 'b', verifier: 'md5' }] },
      { users: [{ name: 'b', verifier: '' }] },
      { users: [{ name: 'b', verifier: MD5, password: 'x' }] },
      { users: [{ name: 'postgres', verifier: MD5 }] },
    ] as Partial<ShareOptions>[]) {
      await expect(shareDatabase(db, { relay: relay.url, ...options })).rejects.toThrow(
        OptionError,
      );
    }
    const closed = await PGlite.create();
    await closed.close();
    await expect(shareDatabase(closed, { relay: relay.url })).rejects.toThrow(DatabaseError);
  });
});

describe('sessions', () => {
  test('simple and extended batches, a Flush, an error in a pipeline', async () => {
    const { connection } = await connect();
    await openSession(connection, 1);
    connection.batch(1, Q('select 1'));
    connection.batch(1, P('s', 'select $1::int'), H);
    connection.batch(1, B('', 's', '7'), E(), S);
    connection.batch(1, P('', 'select nothing'), B(), E(), P('', 'select 1'), S);
    connection.batch(1, S);
    expect(tell(await connection.answer(1))).toEqual(['T', 'D:1', 'C:SELECT 1', 'Z:I']);
    expect(tell(await connection.answer(1))).toEqual(['1']);
    expect(tell(await connection.answer(1))).toEqual(['2', 'D:7', 'C:SELECT 1', 'Z:I']);
    expect(tell(await connection.answer(1))).toEqual(['E:42703', 'Z:I']);
    expect(tell(await connection.answer(1))).toEqual(['Z:I']);
    await closeSession(connection, 1);
  });

  test('20 MB each way; an answer waits for credit', async () => {
    const { connection } = await connect();
    await openSession(connection, 1);
    await connection.open(2);

    connection.batch(1, Q("select repeat('x', 20000000)"));
    let received = 0;
    while (received < WELCOME.window) {
      received += (await connection.expect('DATA')).payload.length;
    }
    expect(received).toBe(WELCOME.window);
    // The stall is stream 1's own: the tunnel still answers.
    connection.send(T.PING, 0, new Uint8Array(8));
    await connection.expect('PONG');
    expect(connection.pending).toBe(0);

    connection.send(T.CREDIT, 1, i32(received));
    const rest = await connection.answer(1);
    expect(received + rest.length).toBeGreaterThan(20_000_000);
    expect(tell(rest.subarray(-20))).toEqual(['C:SELECT 1', 'Z:I']);

    // The other way: send only what was granted.
    const sql = Q(`select length('${'y'.repeat(20_000_000)}')`);
    let credit = 262_144 - startup().length - Q("select repeat('x', 20000000)").length;
    let at = 0;
    while (at < sql.length) {
      const size = Math.min(credit, 32_768, sql.length - at);
      if (size === 0) {
        credit += (await connection.expect('CREDIT')).payload.readUInt32BE(0);
        continue;
      }
      connection.send(T.DATA, 1, sql.subarray(at, at + size), at + size === sql.length ? 1 : 0);
      credit -= size;
      at += size;
    }
    expect(tell(await connection.answer(1))).toContain('D:20000000');
  });

  test('a notification of the owner’s reaches an idle client at once, without END', async () => {
    const { connection } = await connect();
    await openSession(connection, 1);
    connection.batch(1, Q('listen news'));
    await connection.answer(1);
    await db.exec("notify news, 'now'");
    const notification = await connection.expect('DATA');
    expect(notification.flags).toBe(0);
    expect(tell(notification.payload)).toEqual(['A:news=now']);
    connection.batch(1, Q('select 1'));
    expect(tell(await connection.answer(1)).at(-1)).toBe('Z:I');
    await closeSession(connection, 1);
  });

  test('the owner and a client that pipelines without a break take turns', async () => {
    const { connection } = await connect();
    await openSession(connection, 1);
    const answered = { batches: 0 };
    const total = 2_000;
    for (let i = 0; i < total; i++) {
      connection.batch(1, Q('select 1'));
    }
    const answers = (async () => {
      while (answered.batches < total) {
        await connection.answer(1);
        answered.batches++;
      }
    })();
    // A loop of the owner's own must not hold up the client, nor the client the owner. It lets the
    // event loop have its turn, without which no frame comes in.
    let longest = 0;
    let turns = 0;
    while (answered.batches < total) {
      const since = performance.now();
      await db.query('select 1');
      longest = Math.max(longest, performance.now() - since);
      turns++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await within('answers', answers);
    expect(turns).toBeGreaterThan(10);
    expect(longest).toBeLessThan(2_000);
    await closeSession(connection, 1);
  });

  test('batches that came whole before CLOSE are run', async () => {
    await db.exec('create table last_words (a int)');
    const { connection } = await connect();
    await openSession(connection, 1);
    for (const value of [1, 2]) {
      connection.batch(1, Q(`insert into last_words values (${value})`));
    }
    connection.send(T.DATA, 1, Q('insert into last_words values (3)')); // without END
    await closeSession(connection, 1);
    expect((await db.query('select a from last_words')).rows).toEqual([{ a: 1 }, { a: 2 }]);

    await openSession(connection, 2);
    connection.batch(2, Q('begin; insert into last_words values (4)'));
    await closeSession(connection, 2);
    await openSession(connection, 3);
    const insert = P('', 'insert into last_words values (5)');
    const endless = P('', "select generate_series(1, 1000000000), repeat('x', 1000)");
    connection.batch(3, Buffer.concat([insert, B(), E(), endless, B(), E(), S]));
    connection.batch(3, Q('insert into last_words values (6)'));
    await closeSession(connection, 3);
    expect((await db.query('select a from last_words')).rows).toEqual([{ a: 1 }, { a: 2 }]);
    await db.exec('drop table last_words');
  });

  test('a dirty session is cleaned up before the next one begins', async () => {
    const { connection, share } = await connect();
    const events: ClientEvent[] = [];
    share.on('client', (event) => events.push(event));
    await openSession(connection, 1);
    for (const sql of ['create temp table dirt (a int)', "set work_mem to '1MB'", 'begin']) {
      connection.batch(1, Q(sql));
      await connection.answer(1);
    }
    connection.send(T.CLOSE, 1);
    connection.send(T.OPEN, 2, {
      session: 's2',
      user: 'postgres',
      database: 'postgres',
      client: { address: '::1', port: 1 },
      application: 'second',
    });
    connection.batch(2, startup());
    connection.batch(2, Q("select to_regclass('dirt'), current_setting('work_mem')"));
    await connection.expect('ACCEPT');
    expect((await connection.expect('CLOSE')).stream).toBe(1);
    await connection.answer(2);
    expect(tell(await connection.answer(2))).toContain('D:NULL,4MB');
    expect(events.map(({ type, session }) => `${type} ${session}`)).toEqual([
      'connected s1',
      'connected s2',
      'disconnected s1',
    ]);
    expect(events[1]).toMatchObject({ address: '::1', application: 'second' });
    await closeSession(connection, 2);
  });

  test('a batch that waits can be cancelled, a late cancel is ignored', async () => {
    const { connection } = await connect();
    await openSession(connection, 1);
    const held = deferred();
    const goOn = deferred();
    const transaction = db.transaction(async () => {
      held.resolve();
      await goOn.promise;
    });
    await held.promise;
    connection.send(T.CANCEL, 1, i32(1));
    connection.batch(1, Q('select 2'));
    connection.send(T.CANCEL, 1, i32(2));
    expect(tell(await connection.answer(1))).toEqual(['E:57014', 'Z:I']);
    connection.batch(1, Q('select 3'));
    connection.send(T.CANCEL, 1, i32(2));
    connection.send(T.CANCEL, 1, i32(4));
    goOn.resolve();
    await transaction;
    expect(tell(await connection.answer(1))).toContain('D:3');
    connection.send(T.DATA, 1, Q('select 4').subarray(0, 6));
    connection.send(T.CANCEL, 1, i32(4));
    connection.send(T.DATA, 1, Q('select 4').subarray(6), 1);
    expect(tell(await connection.answer(1))).toEqual(['E:57014', 'Z:I']);
    await closeSession(connection, 1);
  });

  test('a batch beyond maxBatch ends its session with 54000', async () => {
    const { connection } = await connect({ maxBatch: 50_000 });
    await openSession(connection, 1);
    connection.send(T.DATA, 1, new Uint8Array(30_000));
    connection.send(T.DATA, 1, new Uint8Array(30_000));
    const close = await connection.expect('CLOSE');
    expect(JSON.parse(String(close.payload))).toMatchObject({ sqlstate: '54000' });
    connection.send(T.DATA, 1, new Uint8Array(10));
    connection.send(T.CLOSE, 1);
    await openSession(connection, 2);
    await closeSession(connection, 2);
  });
});

describe('violations', () => {
  const cases: [string, (connection: FakeConnection) => void][] = [
    ['a text message', (c) => c.sendRaw('hello')],
    ['an unknown type', (c) => c.send(0x0e, 0)],
    ['DATA on a stream that is not open', (c) => c.send(T.DATA, 9, new Uint8Array(1))],
    ['a second OPEN', (c) => void c.open(1).catch(() => {})],
    ['a second WELCOME', (c) => c.send(T.WELCOME, 0, WELCOME)],
    [
      'more than the window',
      (c) => c.sendRaw(new Uint8Array([6, 0, 0, 0, 0, 0, 0, 1, ...new Uint8Array(40_000)])),
    ],
    ['too much credit', (c) => c.send(T.CREDIT, 1, i32(2 ** 31 - 1))],
    [
      'DATA after CLOSE',
      (c) => {
        c.send(T.CLOSE, 1);
        c.send(T.DATA, 1, new Uint8Array(1));
      },
    ],
  ];
  test.each(cases)('%s closes with 4000', async (_, violate) => {
    const { connection, share } = await connect({ window: 32_768 });
    await openSession(connection, 1);
    const reason = closedReason(share);
    violate(connection);
    expect(await within('close', connection.closed)).toMatchObject({ code: 4000 });
    expect(await reason).toMatchObject({ code: 4000, name: 'violation' });
  });

  test('frames of the future are ignored', async () => {
    const { connection } = await connect();
    connection.send(0x80, 5, new Uint8Array(3));
    connection.send(T.PING, 0, Buffer.from('12345678'));
    const pong = await connection.expect('PONG');
    expect(String(pong.payload)).toBe('12345678');
    expect(pong.flags).toBe(0);
  });
});

describe('the end', () => {
  test('stop tells clients and the relay, and resets the backend', async () => {
    const { connection, share } = await connect();
    await openSession(connection, 1);
    connection.batch(1, Q('begin; create table never (a int)'));
    await connection.answer(1);
    const reason = closedReason(share);
    await within('stop', share.stop());
    await share.stop();
    const close = await connection.expect('CLOSE');
    expect(JSON.parse(String(close.payload))).toMatchObject({ sqlstate: '57P01' });
    expect(JSON.parse(String((await connection.expect('GOAWAY')).payload))).toMatchObject({
      code: 'closed',
    });
    expect(await within('close', connection.closed)).toMatchObject({ code: 1000 });
    expect(await reason).toMatchObject({ code: 1000, name: 'closed' });
    expect(share.state).toMatchObject({ kind: 'closed' });
    expect((await db.query("select to_regclass('never') t")).rows).toEqual([{ t: null }]);
  });

  test('a connection that breaks ends the sessions and frees the database', async () => {
    const { connection, share } = await connect();
    const events: string[] = [];
    share.on('client', ({ type }) => events.push(type));
    await openSession(connection, 1);
    connection.batch(1, Q('begin'));
    await connection.answer(1);
    const reason = closedReason(share);
    connection.terminate();
    expect(await reason).toMatchObject({ code: 1006, name: 'connection-lost', retry: 'yes' });
    expect(events).toEqual(['connected', 'disconnected']);
    await within('the owner’s turn', db.query('select 1'));
  });

  test('a relay that drains says why', async () => {
    const { connection, share } = await connect();
    const reason = closedReason(share);
    connection.send(T.GOAWAY, 0, { code: 'draining', message: 'restarting' });
    connection.close(4011);
    expect(await reason).toMatchObject({
      code: 4011,
      name: 'draining',
      message: expect.stringContaining('restarting'),
    });
  });

  test('a database that dies is opened again where that can be, for new sessions', async () => {
    const mortal = await PGlite.create();
    await mortal.exec(RECURSION);
    const opening = deferred<PGlite>();
    const events: DatabaseEvent[] = [];
    const { connection, share } = await connect({ reopen: () => opening.promise }, WELCOME, mortal);
    share.on('database', (event) => events.push(event));
    await openSession(connection, 1);
    await connection.open(2);
    connection.batch(2, startup());
    connection.batch(1, Q('select f(1)'));
    for (const stream of [1, 2]) {
      const close = await connection.expect('CLOSE');
      expect(close.stream).toBe(stream);
      expect(JSON.parse(String(close.payload))).toMatchObject({
        sqlstate: '57P02',
        hint: expect.stringContaining('Connect again'),
      });
      connection.send(T.CLOSE, stream);
    }
    await connection.open(3);
    connection.batch(3, startup());
    connection.batch(3, Q('select 42'));
    expect(events).toMatchObject([{ type: 'stopped' }]);
    opening.resolve(await PGlite.create());
    expect(tell(await connection.answer(3)).at(-1)).toBe('Z:I');
    expect(tell(await connection.answer(3))).toContain('D:42');
    expect(events).toMatchObject([{ type: 'stopped' }, { type: 'reopened' }]);
    await closeSession(connection, 3);
  });

  test('a database that cannot be opened again ends the tunnel', async () => {
    const mortal = await PGlite.create();
    await mortal.exec(RECURSION);
    const reopen = () => Promise.reject(new Error('no such folder'));
    const { connection, share } = await connect({ reopen }, WELCOME, mortal);
    await openSession(connection, 1);
    const reason = closedReason(share);
    connection.batch(1, Q('select f(1)'));
    await connection.expect('CLOSE');
    expect(await reason).toMatchObject({
      name: 'database-stopped',
      message: expect.stringContaining('no such folder'),
    });
  });

  test('a database that dies ends every session with 57P02 and the tunnel', async () => {
    const mortal = await PGlite.create();
    await mortal.exec(RECURSION);
    const { connection, share } = await connect({}, WELCOME, mortal);
    await openSession(connection, 1);
    await connection.open(2);
    connection.batch(2, startup());
    const reason = closedReason(share);
    connection.batch(1, Q('select f(1)'));
    for (const stream of [1, 2]) {
      const close = await connection.expect('CLOSE');
      expect(close.stream).toBe(stream);
      expect(JSON.parse(String(close.payload))).toMatchObject({ sqlstate: '57P02' });
    }
    await connection.expect('GOAWAY');
    expect(await reason).toMatchObject({ name: 'database-stopped' });
    await connection.closed;
  });
});
