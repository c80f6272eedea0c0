import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { within } from '../../test/support/wait.ts';

const VERSIONS = '/usr/lib/postgresql';
/** Who nobody is: a Postgres server refuses to be root. */
const NOBODY = 65_534;
const START_MS = 60_000;

/** The machine's own PostgreSQL server, with an empty database that anybody here may use. */
export class PostgresServer {
  readonly #server: ChildProcess;
  readonly #folder: string;
  readonly port: number;

  private constructor(server: ChildProcess, folder: string, port: number) {
    this.#server = server;
    this.#folder = folder;
    this.port = port;
  }

  static async start(): Promise<PostgresServer> {
    const [version] = (await readdir(VERSIONS)).sort((a, b) => Number(b) - Number(a));
    const bin = join(VERSIONS, String(version), 'bin');
    const folder = await mkdtemp(join(tmpdir(), 'culvert-postgres-'));
    const root = process.getuid?.() === 0;
    const user = root ? { uid: NOBODY, gid: NOBODY } : {};
    if (root) {
      await chown(folder, NOBODY, NOBODY);
    }
    const data = join(folder, 'data');
    await promisify(execFile)(
      join(bin, 'initdb'),
      ['-D', data, '-U', 'postgres', '-E', 'UTF8', '--auth=trust', '--no-sync'],
      { ...user, cwd: folder },
    );
    const port = await freePort();
    const settings = ['listen_addresses=127.0.0.1', 'fsync=off', 'log_min_messages=panic'];
    const server = spawn(
      join(bin, 'postgres'),
      ['-D', data, '-k', folder, '-p', String(port), ...settings.flatMap((one) => ['-c', one])],
      { ...user, cwd: folder, stdio: 'ignore' },
    );
    const made = new PostgresServer(server, folder, port);
    await within('PostgreSQL', made.#ready(), START_MS);
    return made;
  }

  /** Tries until it lets a client in. */
  async #ready(): Promise<void> {
    while (this.#server.exitCode === null) {
      const client = new pg.Client({ host: '127.0.0.1', port: this.port, user: 'postgres' });
      client.on('error', () => {});
      try {
        await client.connect();
        return await client.end();
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    throw new Error('the PostgreSQL server has ended');
  }

  /** Ends it without waiting for its clients. */
  async stop(): Promise<void> {
    const exited = once(this.#server, 'exit');
    this.#server.kill('SIGINT');
    await within('PostgreSQL', exited, START_MS);
    await rm(this.#folder, { recursive: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
