import { execFile } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { within } from '../test/support/wait.ts';
import { type RelayProgram, startRelay } from './support/program.ts';

/** How long the page may take for one step, in milliseconds. */
const STEP_MS = 30_000;

let relay: RelayProgram;
let browser: Browser;
let page: Page;
/** What the browser complained about: scripts that fail, and what the page's policy forbids. */
const complaints: string[] = [];

beforeAll(async () => {
  relay = await startRelay();
  browser = await chromium.launch({
    executablePath: process.env.CULVERT_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--host-resolver-rules=MAP *.${relay.domain} 127.0.0.1`,
      `--ignore-certificate-errors-spki-list=${await keyHash(relay)}`,
    ],
  });
  page = await browser.newPage({ viewport: { width: 1100, height: 1000 } });
  page.setDefaultTimeout(STEP_MS);
  page.on('console', (message) => {
    if (message.type() === 'error') {
      complaints.push(message.text());
    }
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
});

afterAll(async () => {
  await browser?.close();
  await relay?.program.stop();
});

/** The hash of the relay's public key, the only one that the browser is told to trust. */
async function keyHash({ httpsPort, caFile }: RelayProgram): Promise<string> {
  const socket = connect({
    host: '127.0.0.1',
    port: httpsPort,
    servername: 'localhost',
    ca: await readFile(caFile),
  });
  await within('TLS', once(socket, 'secureConnect'));
  const certificate = new X509Certificate(socket.getPeerCertificate().raw);
  socket.destroy();
  const key = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}

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

/** Runs psql as a user would, with the certificate and the host's name checked. */
async function psql(url: URL, sql: string): Promise<string> {
  const { stdout } = await promisify(execFile)(
    'psql',
    [
      `host=${url.hostname} hostaddr=127.0.0.1 port=${url.port} user=${url.username} ` +
        `dbname=postgres sslmode=verify-full sslrootcert=${relay.caFile}`,
      '-XAtc',
      sql,
    ],
    { env: { ...process.env, PGPASSWORD: url.password }, timeout: STEP_MS },
  );
  return stdout.trim();
}

test('a database in a browser tab is shared, read and written by psql', async () => {
  await page.goto(`https://localhost:${relay.httpsPort}/`);
  await state('ready');
  await runInPage("create table t (a text); insert into t values ('from the page')");

  await at('share').click();
  await state('sharing');
  const url = new URL((await at('url').textContent()) ?? '');
  expect(await at('psql').textContent()).toBe(`psql "${url}"`);
  expect(await at('jdbc').textContent()).toContain(`jdbc:postgresql://${url.host}/postgres?`);

  expect(await psql(url, 'select a from t')).toBe('from the page');
  expect(await psql(url, "insert into t values ('from psql')")).toBe('INSERT 0 1');
  expect(await runInPage('select a from t')).toContain('from psql');

  await page.waitForSelector('[data-testid=client][data-state=disconnected] >> nth=1');
  expect(await at('client').first().innerText()).toContain('psql');
  const folder = await mkdtemp(join(tmpdir(), 'culvert-e2e-'));
  await page.screenshot({ path: join(folder, 'page.png'), fullPage: true });
  console.log(`screenshot: ${join(folder, 'page.png')}`);

  await at('stop').click();
  await state('ready');
  await expect(psql(url, 'select 1')).rejects.toThrow('no database is shared');
  expect(complaints).toEqual([]);
});
