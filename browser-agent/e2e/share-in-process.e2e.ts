import { readFileSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClientEvent, type Share, shareDatabase } from '../src/index.ts';
import { nodeWebSocket } from '../src/node/websocket.ts';
import { deferred, within } from '../test/support/wait.ts';
import { type RelayProgram, startRelay } from './support/program.ts';

let relay: RelayProgram;
let db: PGlite;
let share: Share;
let ca: string;

beforeAll(async () => {
  relay = await startRelay();
  ca = readFileSync(relay.caFile, 'utf8');
  db = await PGlite.create();
  share = await shareDatabase(db, {
    relay: `wss://localhost:${relay.httpsPort}`,
    webSocket: nodeWebSocket(ca),
  });
});

afterAll(async () => {
  await share?.stop();
  await db?.close();
  await relay?.stop();
});

test('the owner and a client use one database; stop() ends the session with 57P01', async () => {
  const events: ClientEvent[] = [];
  const gone = deferred();
  share.on('client', (event) => {
    events.push(event);
    if (event.type === 'disconnected') {
      gone.resolve();
    }
  });
  const client = new pg.Client({
    host: '127.0.0.1',
    port: share.port,
    user: share.user,
    password: share.password,
    database: 'postgres',
    application_name: 'in-process',
    ssl: { ca, servername: share.host, rejectUnauthorized: true },
  });
  const ended = deferred<Error>();
  client.on('error', ended.resolve);
  await within('connect', client.connect());
  expect(events).toMatchObject([
    { type: 'connected', user: 'postgres', application: 'in-process', address: '127.0.0.1' },
  ]);

  await db.exec('create table t (a text)');
  await client.query('insert into t values ($1)', ['from the client']);
  expect((await db.query('select a from t')).rows).toEqual([{ a: 'from the client' }]);

  await within('stop', share.stop());
  expect(await within('the end of the session', ended.promise)).toMatchObject({ code: '57P01' });
  await within('disconnected', gone.promise);
  expect(share.state).toMatchObject({ kind: 'closed', reason: { name: 'closed' } });
  expect((await db.query('select a from t')).rows).toHaveLength(1);
});
