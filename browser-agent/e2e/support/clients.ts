import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import pg from 'pg';
import { within } from '../../test/support/wait.ts';
import type { RelayProgram } from './program.ts';

const CANCEL_REQUEST = 80_877_102;

/** What a client has to know of a shared database. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** node-postgres clients of one relay, as with sslmode=verify-full. */
export class Clients {
  readonly #ca: string;
  readonly #clients: pg.Client[] = [];

  constructor(relay: RelayProgram) {
    this.#ca = readFileSync(relay.caFile, 'utf8');
  }

  /** What the server says unasked comes as the client's event `error`, and is not thrown. */
  async connect(to: Address, options: pg.ClientConfig = {}): Promise<pg.Client> {
    const client = new pg.Client({
      host: '127.0.0.1',
      port: to.port,
      user: to.user,
      password: to.password,
      database: 'postgres',
      ssl: { ca: this.#ca, servername: to.host },
      ...options,
    });
    client.on('error', () => {});
    await within('connect', client.connect());
    this.#clients.push(client);
    return client;
  }

  /** Says goodbye for those that are still connected. */
  async end(): Promise<void> {
    await Promise.all(this.#clients.splice(0).map((client) => client.end().catch(() => {})));
  }
}

/** The SQLSTATE that a query fails with. */
export async function sqlState(query: Promise<unknown>): Promise<unknown> {
  const error: unknown = await within(
    'the error',
    query.then(
      (result) => ({ code: result }),
      (thrown: unknown) => thrown,
    ),
    30_000,
  );
  return error instanceof Object && 'code' in error ? error.code : error;
}

/** Asks the relay to cancel what a client waits for, as libpq before 17 does: without TLS. */
export async function cancel(client: pg.Client): Promise<void> {
  const { processID, secretKey, port } = client as pg.Client & {
    readonly processID: number;
    readonly secretKey: number;
  };
  const request = Buffer.alloc(16);
  request.writeInt32BE(16, 0);
  request.writeInt32BE(CANCEL_REQUEST, 4);
  request.writeInt32BE(processID, 8);
  request.writeInt32BE(secretKey, 12);
  const socket = connect(port, '127.0.0.1');
  const closed = once(socket, 'close');
  socket.end(request);
  socket.resume();
  await within('cancel', closed);
}
