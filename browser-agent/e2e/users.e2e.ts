import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Share, type ShareOptions, shareDatabase } from '../src/index.ts';
import { nodeWebSocket } from '../src/node/websocket.ts';
import { type RelayProgram, startRelay } from './support/program.ts';

const PAST = new Date(Date.now() - 60_000);
/** Of `pencil`. */
const RFC_7677_VERIFIER =
  'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=';
const FUTURE = new Date(Date.now() + 3_600_000);

let relay: RelayProgram;
let db: PGlite;
let ca: string;

beforeAll(async () => {
  relay = await startRelay();
  ca = readFileSync(relay.caFile, 'utf8');
  db = await PGlite.create();
});

afterAll(async () => {
  await db?.close();
  await relay?.stop();
});

function shareWith(options: Partial<ShareOptions>): Promise<Share> {
  return shareDatabase(db, {
    relay: `wss://localhost:${relay.httpsPort}`,
    webSocket: nodeWebSocket(ca),
    ...options,
  });
}

/** Logs in; resolves with `ok`, or the SQLSTATE of the refusal. */
async function login(share: Share, user: string, password: string, trusted = ca): Promise<string> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: share.port,
    user,
    password,
    database: 'postgres',
    ssl: { ca: trusted, servername: share.host, rejectUnauthorized: true },
  });
  try {
    await client.connect();
    await client.query('select 1');
    return 'ok';
  } catch (error) {
    return error instanceof pg.DatabaseError ? String(error.code) : String(error);
  } finally {
    await client.end().catch(() => {});
  }
}

test('each user has a password, and may have an end', async () => {
  await using share = await shareWith({
    user: 'anna',
    expires: FUTURE,
    users: [
      { name: 'bert', password: 'berts' },
      { name: 'gone', password: 'gones', expires: PAST },
    ],
  });

  expect(await login(share, 'anna', share.password)).toBe('ok');
  expect(await login(share, 'bert', 'berts')).toBe('ok');
  expect(await login(share, 'bert', share.password)).toBe('28P01');
  expect(await login(share, 'gone', 'gones')).toBe('28P01');
});

test('passwords that another Postgres keeps as MD5 or SCRAM serve here', async () => {
  const md5 = (password: string, user: string) =>
    `md5${createHash('md5').update(`${password}${user}`).digest('hex')}`;
  const users = [
    { name: 'old', verifier: md5('olds', 'old') },
    { name: 'new', verifier: RFC_7677_VERIFIER },
  ];
  await expect(shareWith({ users })).rejects.toThrow(
    'this relay permits no MD5 hashes, but SCRAM verifiers: old',
  );
  const lenient = await startRelay('--allow-md5');
  try {
    const ca = readFileSync(lenient.caFile, 'utf8');
    await using share = await shareDatabase(db, {
      relay: `wss://localhost:${lenient.httpsPort}`,
      webSocket: nodeWebSocket(ca),
      users,
    });
    expect(await login(share, 'old', 'olds', ca)).toBe('ok');
    expect(await login(share, 'new', 'pencil', ca)).toBe('ok');
    expect(await login(share, 'old', 'wrong', ca)).toBe('28P01');
    expect(await login(share, share.user, share.password, ca)).toBe('ok');
  } finally {
    await lenient.stop();
  }
});

test('clients from elsewhere than allowed are 28000', async () => {
  await using elsewhere = await shareWith({ allow: ['203.0.113.0/24'] });
  expect(await login(elsewhere, elsewhere.user, elsewhere.password)).toBe('28000');
});

test('clients from where it is allowed come in', async () => {
  await using here = await shareWith({ allow: ['203.0.113.0/24', '127.0.0.0/8'] });
  expect(await login(here, here.user, here.password)).toBe('ok');
});

test('a range that is none is refused by the relay', async () => {
  await expect(shareWith({ allow: ['nonsense'] })).rejects.toThrow(/nonsense|range|CIDR/);
});
