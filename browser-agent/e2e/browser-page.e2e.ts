import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { within } from '../test/support/wait.ts';
import { launchBrowser } from './support/browser.ts';
import { type RelayProgram, startRelay } from './support/program.ts';

/** How long the page may take for one step, in milliseconds. */
const STEP_MS = 30_000;

let relay: RelayProgram;
let browser: Browser;
let page: Page;
/** What the browser complained about: scripts that fail, and what the page's policy forbids. */
const complaints: string[] = [];
/** Where the page went on the network, apart from the relay. */
const elsewhere: string[] = [];

beforeAll(async () => {
  relay = await startRelay();
  browser = await launchBrowser(relay);
  const context = await browser.newContext({ viewport: { width: 1100, height: 1000 } });
  page = await context.newPage();
  await watch(page);
});

async function watch(page: Page): Promise<void> {
  page.setDefaultTimeout(STEP_MS);
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`the policy forbids ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol.startsWith('http') && host !== `localhost:${relay.httpsPort}`) {
      elsewhere.push(request.url());
    }
  });
  page.on('console', (message) => {
    if (message.type() === 'error') {
      complaints.push(message.text());
    }
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
}

afterEach(() => {
  expect(complaints.splice(0)).toEqual([]);
  expect(elsewhere.splice(0)).toEqual([]);
});

afterAll(async () => {
  await browser?.close();
  await relay?.stop();
});

const at = (testid: string) => page.getByTestId(testid);

async function state(wanted: string): Promise<void> {
  await page.waitForSelector(`[data-testid=page][data-state=${wanted}]`);
}

async function runInPage(sql: string): Promise<string> {
  await at('sql').fill(sql);
  await at('run').click();
  await page.waitForSelector('[data-testid=run]:enabled');
  return at('result').innerText();
}

const verified = ({ hostname, port, username }: URL): string =>
  `host=${hostname} hostaddr=127.0.0.1 port=${port} user=${username} ` +
  `dbname=postgres sslmode=verify-full sslrootcert=${relay.caFile}`;

/** Runs psql as a user would, with the certificate and the host's name checked. */
async function psql(url: URL, sql: string): Promise<string> {
  const { stdout } = await promisify(execFile)('psql', [verified(url), '-XAtc', sql], {
    env: { ...process.env, PGPASSWORD: url.password },
    timeout: STEP_MS,
  });
  return stdout.trim();
}

/** A psql that stays connected and runs what it is told. */
function interactivePsql(url: URL) {
  const child = spawn('psql', [verified(url), '-XAt', '-v', 'VERBOSITY=verbose'], {
    env: { ...process.env, PGPASSWORD: url.password },
    timeout: 2 * STEP_MS,
  });
  const lines = createInterface(child.stdout);
  let errors = '';
  child.stderr.on('data', (text) => {
    errors += text;
  });
  const closed = once(child, 'close');
  return {
    async ask(sql: string): Promise<unknown> {
      const answer = once(lines, 'line');
      child.stdin.write(`${sql}\n`);
      return (await within('psql', answer))[0];
    },
    /** What it said on its standard error when it has ended. */
    async end(sql: string): Promise<string> {
      child.stdin.end(`${sql}\n`);
      await within('the end of psql', closed);
      return errors;
    },
  };
}

async function screenshots(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'culvert-e2e-'));
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(folder, `${colorScheme}.png`), fullPage: true });
  }
  console.log(`screenshots: ${folder}`);
}

const address = (search = '') => `https://localhost:${relay.httpsPort}/${search}`;

test('a database in a browser tab is shared, read and written by psql', async () => {
  const response = await page.goto(address());
  const policy = response?.headers()['content-security-policy'];
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/'unsafe-(inline|eval)'/);
  await state('ready');
  await runInPage("create table t (a text); insert into t values ('from the page')");
  await runInPage('do $$ begin perform 1; end $$');
  expect(await runInPage('select * from nothing')).toContain('ERROR 42P01: relation "nothing"');

  await at('share').click();
  await state('sharing');
  const url = new URL((await at('url').textContent()) ?? '');
  const psqlLine = (await at('psql').textContent()) ?? '';
  expect(psqlLine).toBe(`psql "${url}"`);
  expect(await at('jdbc').textContent()).toContain(`jdbc:postgresql://${url.host}/postgres?`);

  // as pasted into a shell; only the name's address is given, for machines that cannot look it up
  const { stdout } = await promisify(execFile)('sh', ['-c', `${psqlLine} -XAtc 'select 42'`], {
    env: { ...process.env, PGHOSTADDR: '127.0.0.1' },
    timeout: STEP_MS,
  });
  expect(stdout.trim()).toBe('42');

  expect(await psql(url, 'select a from t')).toBe('from the page');
  expect(await psql(url, "insert into t values ('from psql')")).toBe('INSERT 0 1');
  expect(await runInPage('select a from t')).toContain('from psql');
  const copying = interactivePsql(url);
  expect(await copying.ask('copy t from stdin;\nfrom COPY\n\\.')).toBe('COPY 1');
  expect(await copying.end("delete from t where a = 'from COPY';")).toBe('');
  await page.waitForSelector('[data-testid=client][data-state=disconnected] >> nth=3');

  const connected = interactivePsql(url);
  expect(await connected.ask('select count(*) from t;')).toBe('2');
  const entry = page.locator('[data-testid=client][data-state=connected]');
  expect(await entry.innerText()).toMatch(/psql\s+postgres from 127\.0\.0\.1/);
  await screenshots();

  await at('stop').click();
  await state('ready');
  expect(await connected.end('select 1;')).toContain('FATAL:  57P01:');
  await expect(psql(url, 'select 1')).rejects.toThrow('no database is shared');
});

test('a database with a name is kept, and open in one tab at a time', async () => {
  await page.goto(address('?db=kept'));
  await state('ready');
  await runInPage('create table t (a int); insert into t values (4711)');
  const other = await page.context().newPage();
  await watch(other);
  await other.goto(address('?db=kept'));
  await other.waitForSelector('[data-testid=page][data-state=failed]');
  expect(await other.getByTestId('problem').innerText()).toContain('open in another tab');
  await other.close();

  await page.reload();
  await state('ready');
  expect(await runInPage('select a from t')).toContain('4711');
});
