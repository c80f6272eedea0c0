import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { within } from '../test/support/wait.ts';
import { PostgresServer } from './support/postgres.ts';
import {
  type Program,
  type RelayProgram,
  startAgent,
  startJvmAgent,
  startRelay,
} from './support/program.ts';

let relay: RelayProgram;
let agent: Program;
let postgres: PostgresServer | undefined;
let shared: { host: string; port: number; user: string; password: string };
const clients: pg.Client[] = [];
/** What clients were sent that they had not asked for. */
const unasked: Error[] = [];

beforeAll(async () => {
  relay = await startRelay();
});

afterAll(async () => {
  await relay.stop();
});

/** As sslmode=verify-full: the certificate must be of the relay's CA and for the tunnel's host. */
function makeClient(
  options: { host?: string; password?: string; pipeline?: boolean } = {},
): pg.Client {
  return new pg.Client({
    host: '127.0.0.1',
    port: shared.port,
    user: shared.user,
    password: options.password ?? shared.password,
    database: 'postgres',
    ...(options.pipeline ? { pipeline: true } : {}),
    ssl: { ca: readFileSync(relay.caFile, 'utf8'), servername: options.host ?? shared.host },
  });
}

async function connect(options: { pipeline?: boolean } = {}): Promise<pg.Client> {
  const client = makeClient(options);
  client.on('error', (error) => unasked.push(error));
  await within('connect', client.connect());
  clients.push(client);
  return client;
}

/** The SQLSTATE with which a client is refused. */
async function refusal(client: pg.Client): Promise<unknown> {
  client.on('error', () => {});
  const error: unknown = await within(
    'refusal',
    client.connect().then(
      () => undefined,
      (thrown: unknown) => thrown,
    ),
  );
  return error instanceof Error && 'code' in error ? error.code : error;
}

/** What shares a database in the tests, and what it shares. */
const AGENTS: Record<string, () => Promise<Program>> = {
  'the agent in Node': async () => startAgent(relay),
  'a PGlite in the JVM': async () => startJvmAgent(relay, '--memory'),
  'a Postgres server behind the JVM': async () => {
    postgres = await PostgresServer.start();
    const address = `127.0.0.1:${postgres.port}`;
    return startJvmAgent(
      relay,
      '--upstream',
      `postgres://postgres@${address}/postgres?sslmode=disable`,
    );
  },
};

describe.each(Object.keys(AGENTS))('node-postgres with %s', (name) => {
  beforeAll(async () => {
    agent = await (AGENTS[name] as () => Promise<Program>)();
    const { host, port, user, password } = await agent.event('shared', 120_000);
    shared = {
      host: String(host),
      port: Number(port),
      user: String(user),
      password: String(password),
    };
  });

  afterAll(async () => {
    expect(await agent.stop()).toBe(0);
    await postgres?.stop();
    postgres = undefined;
  });

  /** Clients that are open, so that each test ends with none. */
  afterEach(async () => {
    for (const client of clients.splice(0)) {
      await client.end().catch(() => {});
      await agent.event('client-disconnected');
    }
    expect(unasked.splice(0), 'a client that says goodbye gets no answer').toEqual([]);
  });

  test('streams a COPY, and gives one up', async () => {
    const client = await connect();
    await client.query('create table copied (a int, b text)');
    const rows = (count: number) =>
      Readable.from(
        (function* () {
          for (let n = 0; n < count; n++) {
            yield `${n}\t${'x'.repeat(100)}\n`;
          }
        })(),
      );
    const copy = client.query(copyFrom('copy copied from stdin'));
    await within('COPY', pipeline(rows(20_000), copy));
    expect(copy.rowCount).toBe(20_000);
    const wrong = client.query(copyFrom('copy copied (a) from stdin'));
    await expect(pipeline(Readable.from(['1\n', 'two\n']), wrong)).rejects.toMatchObject({
      code: '22P02',
      where: 'COPY copied, line 2, column a: "two"',
    });
    const given = client.query(copyFrom('copy copied from stdin'));
    given.on('error', () => {});
    given.destroy(new Error('changed my mind'));
    expect((await client.query('select count(*)::int from copied')).rows).toEqual([
      { count: 20_000 },
    ]);
    await client.query('drop table copied');
  });

  test('simple and parameterised queries', async () => {
    const client = await connect();
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    const { rows } = await client.query('select $1::int + $2::int as sum, $3::text as text', [
      40,
      2,
      "it's",
    ]);
    expect(rows).toEqual([{ sum: 42, text: "it's" }]);
    await client.query({ name: 'named', text: 'select $1::int as n', values: [1] });
    expect(
      (await client.query({ name: 'named', text: 'select $1::int as n', values: [2] })).rows,
    ).toEqual([{ n: 2 }]);
  });

  test('20 MB each way', async () => {
    const client = await connect();
    const value = 'ab'.repeat(10_000_000);
    const { rows } = await client.query('select $1::text as value', [value]);
    expect(rows[0].value === value).toBe(true);
  });

  test('100 000 rows', async () => {
    const client = await connect();
    const { rows } = await client.query('select i from generate_series(1, 100000) i');
    expect(rows).toHaveLength(100_000);
    expect(rows[99_999]).toEqual({ i: 100_000 });
  });

  test.each([false, true])('1 000 queries, none awaited, pipeline: %s', async (pipeline) => {
    const client = await connect({ pipeline });
    const results = await Promise.all(
      Array.from({ length: 1_000 }, (_, i) => client.query('select $1::int as i', [i])),
    );
    expect(results.map(({ rows }) => rows[0].i)).toEqual(results.map((_, i) => i));
  });

  test('an error inside a transaction', async () => {
    const client = await connect();
    await client.query('create table t (a int primary key)');
    await client.query('begin');
    await client.query('insert into t values (1)');
    await expect(client.query('insert into t values (1)')).rejects.toMatchObject({ code: '23505' });
    await expect(client.query('select 1')).rejects.toMatchObject({ code: '25P02' });
    await client.query('rollback');
    expect((await client.query('select * from t')).rows).toEqual([]);
  });

  test('the next session finds a clean backend', async () => {
    const first = await connect();
    await first.query('create temp table dirt (a int)');
    await first.query("set work_mem to '1MB'");
    await first.query('begin');
    clients.splice(0);
    await first.end();
    await agent.event('client-disconnected');
    const second = await connect();
    const { rows } = await second.query(
      "select to_regclass('dirt') as dirt, current_setting('work_mem') as mem",
    );
    expect(rows).toEqual([{ dirt: null, mem: '4MB' }]);
  });

  test('wrong password, unknown tunnel, second client', async () => {
    expect(await refusal(makeClient({ password: 'wrong' }))).toBe('28P01');
    expect(await refusal(makeClient({ host: `nobody.${relay.domain}` }))).toBe('57P03');
    await connect();
    expect(await refusal(makeClient())).toBe('53300');
  });
});

describe('the headless agent', () => {
  test('ends when its standard input does, if asked to', async () => {
    const second = startAgent(relay, '--exit-with-stdin', '--name', 'by-stdin');
    expect(await second.event('shared')).toMatchObject({ name: 'by-stdin' });
    expect(await second.closeStdin()).toBe(0);
  });

  test('says why a name cannot be had', async () => {
    const first = startAgent(relay, '--name', 'taken');
    await first.event('shared');
    const second = startAgent(relay, '--name', 'taken');
    await expect(second.event('shared')).rejects.toThrow('ended before');
    expect(await first.stop()).toBe(0);
  });
});
