import { readFileSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Share, type ShareOptions, shareDatabase } from '../src/index.ts';
import { nodeWebSocket } from '../src/node/websocket.ts';
import { within } from '../test/support/wait.ts';
import { type RelayProgram, startRelay } from './support/program.ts';

/** What node-postgres shows of an error. */
interface Shown {
  readonly code: string;
  readonly message: string;
  readonly detail?: unknown;
  readonly hint: string;
}

const CHECK = 'Check the user name and the password.';
const SHARE_AGAIN = "Ask the database's owner to share it again.";
const NAME_RULE = 'Names have 3 to 63 characters of a-z, 0-9 and hyphen.';

let db: PGlite;

beforeAll(async () => {
  db = await PGlite.create();
});

afterAll(() => db?.close());

/** A relay with these options, a database shared through it, and clients of both. */
class Scene implements AsyncDisposable {
  readonly #clients: pg.Client[] = [];
  readonly relay: RelayProgram;
  readonly share: Share;
  readonly ca: string;

  private constructor(relay: RelayProgram, share: Share, ca: string) {
    this.relay = relay;
    this.share = share;
    this.ca = ca;
  }

  /** @param options called when the relay is there, for those that have a time in them */
  static async start(
    args: string[],
    options: () => Partial<ShareOptions> = () => ({}),
  ): Promise<Scene> {
    const relay = await startRelay(...args);
    const ca = readFileSync(relay.caFile, 'utf8');
    const share = await shareDatabase(db, {
      relay: `wss://localhost:${relay.httpsPort}`,
      webSocket: nodeWebSocket(ca),
      name: 'abc123',
      user: 'anna',
      password: 'pencil',
      ...options(),
    });
    return new Scene(relay, share, ca);
  }

  /** `sni` is the server name that TLS sends; an empty one is not sent. */
  client({ sni, ...options }: pg.ClientConfig & { sni?: string | undefined } = {}): pg.Client {
    const servername = sni ?? `abc123.${this.relay.domain}`;
    const client = new pg.Client({
      host: '127.0.0.1',
      port: this.relay.postgresPort,
      user: 'anna',
      password: 'pencil',
      database: 'postgres',
      ssl: { ca: this.ca, servername, checkServerIdentity: () => undefined },
      ...options,
    });
    this.#clients.push(client);
    return client;
  }

  /** Connects, and keeps what the server says unasked. */
  async connect(
    options: Parameters<Scene['client']>[0] = {},
    statement = 'select 1',
  ): Promise<{ said: Promise<Shown> }> {
    const client = this.client(options);
    const said = new Promise<Shown>((resolve) => {
      client.once('error', (error) => resolve(shown(error)));
    });
    client.on('error', () => {});
    await within('connect', client.connect());
    await client.query(statement);
    return { said };
  }

  async refusal(options: Parameters<Scene['client']>[0] = {}): Promise<Shown> {
    const client = this.client(options);
    client.on('error', () => {});
    const error: unknown = await within(
      'refusal',
      client.connect().then(
        () => undefined,
        (thrown: unknown) => thrown,
      ),
    );
    return shown(error);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.end().catch(() => {})));
    await this.share.stop();
    await this.relay.stop();
  }
}

function shown(error: unknown): Shown {
  if (!(error instanceof pg.DatabaseError)) {
    throw new Error('this is no error of the server', { cause: error });
  }
  expect(error.severity).toBe('FATAL');
  const { code, message, detail, hint } = error;
  return {
    code: String(code),
    message,
    ...(detail === undefined ? {} : { detail }),
    hint: String(hint),
  };
}

function wrongPassword(user: string): Shown {
  return {
    code: '28P01',
    message: `password authentication failed for user "${user}"`,
    hint: CHECK,
  };
}

describe('refused at login', () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.start(
      ['--failed-login-delay', '0', '--failed-logins-per-address', '10'],
      () => ({ users: [{ name: 'gone', password: 'pencil', expires: new Date(1_000) }] }),
    );
  });

  afterAll(() => scene?.[Symbol.asyncDispose]());

  const NO_SNI = { sni: '' };

  test.each<[string, Parameters<Scene['client']>[0], Shown]>([
    [
      'no SNI and no other route',
      NO_SNI,
      {
        code: '08004',
        message: 'the connection does not say which tunnel it wants',
        hint: 'Connect to the host NAME.culvert.localhost with TLS, or add options=tunnel=NAME, or log in as USER.NAME.',
      },
    ],
    [
      'two routes that disagree',
      { options: '-c tunnel=other' },
      {
        code: '08004',
        message: 'the connection names two tunnels: abc123 and other',
        hint: 'Name the tunnel once.',
      },
    ],
    [
      'an unknown domain',
      { sni: 'abc123.elsewhere.test' },
      {
        code: '08004',
        message: 'the host name "abc123.elsewhere.test" does not belong to this server',
        hint: 'Connect to NAME.culvert.localhost.',
      },
    ],
    [
      'a host that is no tunnel name',
      { sni: 'x.culvert.localhost' },
      { code: '08004', message: '"x" is not a tunnel name', hint: NAME_RULE },
    ],
    [
      'a user that names no tunnel',
      { ...NO_SNI, user: 'anna.No' },
      { code: '08004', message: '"No" is not a tunnel name', hint: NAME_RULE },
    ],
    [
      'a tunnel that nobody has',
      { sni: 'nobody.culvert.localhost' },
      {
        code: '57P03',
        message: 'no database is shared under the name "nobody" at the moment',
        hint: "Check the name, or ask the database's owner to share it.",
      },
    ],
    [
      'plain text where TLS is required',
      { ssl: false, options: 'tunnel=abc123' },
      {
        code: '28000',
        message: 'this server accepts TLS connections only',
        hint: 'Connect with sslmode=require or stronger.',
      },
    ],
    [
      'replication',
      { replication: 'database' } as pg.ClientConfig,
      {
        code: '0A000',
        message: 'replication connections are not supported',
        hint: 'Remove "replication" from the connection\'s settings.',
      },
    ],
    ['a wrong password', { password: 'wrong' }, wrongPassword('anna')],
    ['an unknown user', { user: 'nobody' }, wrongPassword('nobody')],
    ['a user whose time is over', { user: 'gone' }, wrongPassword('gone')],
  ])('%s', async (_name, options, expected) => {
    expect(await scene.refusal(options)).toEqual(expected);
  });

  test('a database that has its client', async () => {
    await scene.connect();
    expect(await scene.refusal()).toEqual({
      code: '53300',
      message: 'the database "abc123" has a client already',
      detail: expect.stringMatching(
        /^Session [0-9a-f]{12} of user anna has it since [0-9TZ:.-]+\.$/,
      ),
      hint: 'One client at a time can use it. Try again when the other has disconnected.',
    });
  });
});

test('too many wrong passwords', async () => {
  await using scene = await Scene.start([
    ...['--failed-login-delay', '0', '--failed-logins-per-address', '1'],
    ...['--failed-login-block', '90000', '--failed-login-longest-block', '90000'],
  ]);
  expect(await scene.refusal({ password: 'wrong' })).toEqual(wrongPassword('anna'));
  expect(await scene.refusal()).toEqual({
    code: '53400',
    message: 'too many failed login attempts',
    hint: expect.stringMatching(
      /^Wait (90000|8[0-9]{4}) seconds, and check the password before you try again\.$/,
    ),
  });
});

test('an address that the owner does not allow', async () => {
  await using scene = await Scene.start([], () => ({ allow: ['192.0.2.0/24'] }));
  expect(await scene.refusal()).toEqual({
    code: '28000',
    message: 'connections to "abc123" are not allowed from your address',
    hint: "Connect from another network, or ask the database's owner to allow your address, 127.0.0.1.",
  });
});

test.each<[string, string[], Shown]>([
  [
    'in total',
    ['--max-connections', '1'],
    {
      code: '53300',
      message: 'sorry, too many clients already',
      hint: 'This server takes 1 connections at a time. Try again in a moment.',
    },
  ],
  [
    'from an address',
    ['--max-connections-per-address', '1'],
    {
      code: '53300',
      message: 'too many connections from your address',
      hint: 'One address may have 1 at a time. Close some of them, or use a connection pool.',
    },
  ],
  [
    'to a tunnel',
    ['--max-connections-per-tunnel', '1'],
    {
      code: '53300',
      message: 'too many connections to "abc123"',
      hint: 'One database may have 1 at a time, those that log in included. Try again in a moment.',
    },
  ],
  [
    'that are new',
    ['--new-connections', '1'],
    {
      code: '53300',
      message: 'too many new connections',
      hint: 'Connect more slowly, or keep connections open and use them again.',
    },
  ],
])('too many connections %s', async (kind, args, expected) => {
  await using scene = await Scene.start(args);
  await scene.connect();
  if (kind === 'that are new') {
    // the burst is twice the rate, and a token comes back each second
    const told = await Promise.all(Array.from({ length: 8 }, () => scene.refusal()));
    expect(told).toContainEqual(expected);
  } else {
    expect(await scene.refusal()).toEqual(expected);
  }
});

describe('out of time', () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.start(['--idle-timeout', '1', '--login-timeout', '3']);
  });

  afterAll(() => scene?.[Symbol.asyncDispose]());

  test('a password that comes too late', async () => {
    const password = () => new Promise<string>((resolve) => setTimeout(resolve, 5_000, 'pencil'));
    expect(await scene.refusal({ password })).toEqual({
      code: '57014',
      message: 'canceling authentication due to timeout',
      hint: 'Send the password sooner.',
    });
  });

  test('idle for too long', async () => {
    const { said } = await scene.connect();
    expect(await within('the end', said)).toEqual({
      code: '57P05',
      message: 'terminating connection due to idle-session timeout',
      hint: 'The session waited for its client for 1 seconds.',
    });
  });

  test('idle for too long in a transaction', async () => {
    const { said } = await scene.connect({}, 'begin');
    expect(await within('the end', said)).toEqual({
      code: '25P03',
      message: 'terminating connection due to idle-in-transaction timeout',
      hint: 'The transaction was rolled back after 1 seconds without a statement.',
    });
  });
});

test("a session ends: the tunnel's lifetime is over", async () => {
  await using scene = await Scene.start(['--lifetime', '12']);
  const { said } = await scene.connect();
  expect(await within('the end', said, 20_000)).toEqual({
    code: '57P01',
    message: "the tunnel's lifetime of 12 seconds is over",
    hint: SHARE_AGAIN,
  });
});

test("a session ends: the user's time is over", async () => {
  await using scene = await Scene.start([], () => ({
    users: [{ name: 'guest', password: 'guests', expires: new Date(Date.now() + 12_000) }],
  }));
  const { said } = await scene.connect({ user: 'guest', password: 'guests' });
  expect(await within('the end', said, 20_000)).toEqual({
    code: '57P01',
    message: 'the access of user "guest" has expired',
    hint: "Ask the database's owner to let you in again.",
  });
});

test('a session ends: the relay shuts down', async () => {
  const scene = await Scene.start([]);
  const { said } = await scene.connect();
  await scene.relay.stop();
  expect(await within('the end', said)).toEqual({
    code: '57P01',
    message: 'the relay is shutting down',
    hint: 'Connect again in a moment.',
  });
  await scene.share.stop();
});

test('a session ends: the owner stops sharing', async () => {
  await using scene = await Scene.start([]);
  const { said } = await scene.connect();
  await scene.share.stop();
  expect(await within('the end', said)).toEqual({
    code: '57P01',
    message: "the database's owner stopped sharing it",
    hint: SHARE_AGAIN,
  });
});
