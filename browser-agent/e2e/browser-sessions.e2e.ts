import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { deferred, within } from '../test/support/wait.ts';
import { launchBrowser } from './support/browser.ts';
import { type Address, Clients, cancel, sqlState } from './support/clients.ts';
import { type RelayProgram, startRelay } from './support/program.ts';

/** How long the page may take for one step, in milliseconds. */
const STEP_MS = 30_000;

let relay: RelayProgram;
let browser: Browser;
let page: Page;
let clients: Clients;
let shared: Address;

beforeAll(async () => {
  relay = await startRelay();
  clients = new Clients(relay);
  browser = await launchBrowser(relay);
  page = await browser.newPage();
  page.setDefaultTimeout(STEP_MS);
  await page.goto(`https://localhost:${relay.httpsPort}/`);
  await page.waitForSelector('[data-testid=page][data-state=ready]');
  await page.getByTestId('share').click();
  await page.waitForSelector('[data-testid=page][data-state=sharing]');
  const url = new URL((await page.getByTestId('url').textContent()) ?? '');
  shared = {
    host: url.hostname,
    port: Number(url.port),
    user: url.username,
    password: url.password,
  };
});

afterEach(async () => {
  await clients.end();
  await allGone();
});

afterAll(async () => {
  // or the relay waits for the page to come back
  await page?.getByTestId('stop').click();
  await page?.waitForSelector('[data-testid=page][data-state=ready]');
  await browser?.close();
  await relay?.stop();
});

async function allGone(): Promise<void> {
  const connected = page.locator('[data-testid=client][data-state=connected]');
  await expect.poll(() => connected.count(), { timeout: STEP_MS }).toBe(0);
}

/** What the owner sees of a query. */
async function ownerRuns(sql: string): Promise<string> {
  await page.getByTestId('sql').fill(sql);
  await page.getByTestId('run').click();
  await page.waitForSelector('[data-testid=run]:enabled');
  return page.getByTestId('result').innerText();
}

test('COPY goes both ways, and wrong data leaves nothing', async () => {
  const client = await clients.connect(shared);
  await client.query('create table copied (a int, b text)');
  const rows = (count: number) =>
    Readable.from(
      (function* () {
        for (let n = 0; n < count; n++) {
          yield `${n}\t${'x'.repeat(500)}\n`;
        }
      })(),
    );
  const copy = client.query(copyFrom('copy copied from stdin'));
  await within('COPY', pipeline(rows(20_000), copy), STEP_MS);
  expect(copy.rowCount).toBe(20_000);
  const wrong = client.query(copyFrom('copy copied (a) from stdin'));
  await expect(pipeline(Readable.from(['1\n', 'two\n']), wrong)).rejects.toMatchObject({
    code: '22P02',
    where: 'COPY copied, line 2, column a: "two"',
  });
  let size = 0;
  for await (const chunk of client.query(copyTo('copy copied (b) to stdout'))) {
    size += chunk.length;
  }
  expect(size).toBe(20_000 * 501);
  expect(await ownerRuns('select count(*), sum(a) from copied')).toContain('199990000');
});

test('results of 200 000 rows and values of 20 MB come whole', async () => {
  const client = await clients.connect(shared);
  const { rows } = await client.query('select i from generate_series(1, 200000) i');
  expect(rows).toHaveLength(200_000);
  expect(rows.at(-1)).toEqual({ i: 200_000 });
  const value = 'ab'.repeat(10_000_000);
  const echo = await client.query('select $1::text as value', [value]);
  expect(echo.rows[0].value === value).toBe(true);
});

test('a client that listens hears the owner while it is idle, and itself', async () => {
  const client = await clients.connect(shared);
  const heard: string[] = [];
  const last = deferred();
  client.on('notification', ({ channel, payload }) => {
    heard.push(`${channel} ${payload}`);
    if (payload === 'last') {
      last.resolve();
    }
  });
  await client.query("listen news; notify news, 'own'");
  await ownerRuns("notify other, 'not heard'");
  await ownerRuns("notify news, 'last'");
  await within('the notification', last.promise);
  expect(heard).toEqual(['news own', 'news last']);
});

test('errors leave the session and the database alive', async () => {
  const client = await clients.connect(shared);
  expect(await sqlState(client.query('select 1/0'))).toBe('22012');
  expect(await sqlState(client.query('select $1::int', ['x']))).toBe('22P02');
  await client.query('begin');
  expect(await sqlState(client.query('select nothing'))).toBe('42703');
  expect(await sqlState(client.query('select 1'))).toBe('25P02');
  await client.query('rollback');
  expect(await sqlState(client.query("select repeat('x', 1100000000)"))).toBe('54000');
  expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  expect(await sqlState(clients.connect(shared, { database: 'nowhere' }))).toBe('53300');
});

test('a statement is cancelled between the pieces of its result', async () => {
  const client = await clients.connect(shared);
  const endless = sqlState(client.query('select generate_series(1, 2000000000) as i'));
  setTimeout(() => void cancel(client), 500);
  expect(await endless).toBe('57014');
  expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
});

test('a client that vanishes in a transaction leaves nothing', async () => {
  await ownerRuns('create table kept (a int)');
  const client = await clients.connect(shared);
  await client.query(
    `create temp table dirt (a int); set search_path to nowhere; prepare p as select 1;
     listen dirt; select pg_advisory_lock(1)`,
  );
  await client.query('begin; insert into public.kept values (1)');
  (
    client as unknown as { connection: { stream: { destroy(): void } } }
  ).connection.stream.destroy();
  await allGone();
  const left = await ownerRuns(
    `select concat_ws(' ', 'left:', (select count(*) from public.kept), to_regclass('pg_temp.dirt'),
       current_setting('search_path'), (select count(*) from pg_prepared_statements where name <> ''),
       (select count(*) from pg_listening_channels()),
       (select count(*) from pg_locks where locktype = 'advisory')) as t`,
  );
  expect(left).toContain('left: 0 public 0 0 0');
});
