import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { within } from '../test/support/wait.ts';
import { Program } from './support/program.ts';

/** node-postgres at `culvert serve`: PGlite inside the JVM, without a relay. */

let server: Program;
let port: number;
const clients: pg.Client[] = [];

beforeAll(async () => {
  server = new Program('../culvert', [
    'serve',
    '--port',
    '0',
    '--password',
    'secret',
    '--run',
    'echo "{\\"event\\":\\"ready\\",\\"port\\":$PGPORT}"; exec sleep 600',
  ]);
  port = Number((await server.event('ready', 280_000)).port);
});

afterAll(async () => {
  expect(await server.stop()).toBe(143);
});

afterEach(async () => {
  for (const client of clients.splice(0)) {
    await client.end().catch(() => {});
  }
});

async function connect(options: pg.ClientConfig = {}): Promise<pg.Client> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password: 'secret',
    database: 'postgres',
    ...options,
  });
  await client.connect();
  clients.push(client);
  return client;
}

test('both protocols, types, errors and transactions', async () => {
  const client = await connect();
  await client.query('CREATE TABLE things (id int PRIMARY KEY, tags text[], at timestamptz)');
  await client.query('INSERT INTO things VALUES ($1, $2, $3)', [
    1,
    ['a', 'ü'],
    new Date('2026-01-01T00:00:00Z'),
  ]);
  const { rows } = await client.query('SELECT * FROM things');
  expect(rows).toEqual([{ id: 1, tags: ['a', 'ü'], at: new Date('2026-01-01T00:00:00Z') }]);
  await expect(client.query('INSERT INTO things (id) VALUES (1)')).rejects.toMatchObject({
    code: '23505',
  });
  await client.query('BEGIN');
  await client.query('DELETE FROM things');
  await expect(client.query('SELECT 1/0')).rejects.toMatchObject({ code: '22012' });
  await expect(client.query('SELECT 1')).rejects.toMatchObject({ code: '25P02' });
  await client.query('ROLLBACK');
  expect((await client.query('SELECT count(*)::int AS n FROM things')).rows).toEqual([{ n: 1 }]);
});

test('COPY in and out', async () => {
  const client = await connect();
  await client.query('CREATE TABLE copied (a int, b text)');
  const lines = Array.from({ length: 100_000 }, (_, i) => `${i}\trow ${i}\n`);
  await pipeline(Readable.from(lines), client.query(copyFrom('COPY copied FROM STDIN')));
  let bytes = 0;
  for await (const chunk of client.query(copyTo('COPY copied TO STDOUT'))) {
    bytes += (chunk as Buffer).length;
  }
  expect(bytes).toBe(lines.reduce((sum, line) => sum + line.length, 0));
});

test('a running statement is cancelled', async () => {
  const client = await connect();
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
  expect(rows[0].pid).toBeGreaterThan(0);
  await client.query("SET statement_timeout = '200ms'");
  await expect(
    client.query('SELECT count(*) FROM generate_series(1, 1e12::int8)'),
  ).rejects.toMatchObject({ code: '57014' });
  expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
});

test('a second client waits for its turn, and finds nothing of the first', async () => {
  const first = await connect();
  await first.query("SET application_name = 'first'; CREATE TEMP TABLE scratch (a int)");
  const second = connect();
  await first.end();
  const { rows } = await (await within('the turn', second)).query(
    "SELECT current_setting('application_name') AS name, to_regclass('scratch') AS scratch",
  );
  expect(rows).toEqual([{ name: '', scratch: null }]);
});

test('a wrong password and an unknown database are refused', async () => {
  await expect(connect({ password: 'wrong' })).rejects.toMatchObject({ code: '28P01' });
  await expect(connect({ database: 'elsewhere' })).rejects.toMatchObject({ code: '3D000' });
});
