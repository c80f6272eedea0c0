import { DefaultWebSocket } from '#default-websocket';
import { type Database, isDatabase } from './backend/database.ts';
import { DatabaseError, NameTakenError, RelayUnreachableError } from './errors.ts';
import {
  type Hello,
  type HelloResume,
  type HelloUser,
  type Open,
  PROTOCOL_VERSION,
  SUBPROTOCOL,
  type Welcome,
} from './frame.ts';
import {
  type CheckedOptions,
  checkOptions,
  type SharedUser,
  type ShareOptions,
} from './options.ts';
import { ResumeStore } from './resume-store.ts';
import { makePassword, makeVerifier } from './scram-verifier.ts';
import type { ClosedReason, TunnelListener } from './tunnel/owner.ts';
import { PLATFORM, type Surroundings } from './tunnel/surroundings.ts';
import { Tunnel } from './tunnel/tunnel.ts';
import { AGENT } from './version.ts';
import type { WebSocketLike } from './websocket.ts';

/** A client has connected or is gone. */
export interface ClientEvent {
  readonly type: 'connected' | 'disconnected';
  /** The session's id, the same in both events and in the relay's log. */
  readonly session: string;
  /** The client's IP address, as the relay sees it. */
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  /** The client's application_name; may be empty. */
  readonly application: string;
}

/** The database has stopped by itself and its clients are gone, or it takes clients again. */
export interface DatabaseEvent {
  readonly type: 'stopped' | 'reopened';
  /** Why it stopped. */
  readonly reason: string;
}

/** What `share.on` can listen to. */
export interface ShareEvents {
  client: ClientEvent;
  /** `share.state` has changed. */
  state: ShareState;
  /** The database has stopped, or was opened again; only with {@link ShareOptions.reopen}. */
  database: DatabaseEvent;
  /** Sharing has ended, for whatever reason, and the database is as it was before. */
  closed: ClosedReason;
}

/**
 * Whether the database is being shared.
 *
 * - `connecting`: the relay has not answered yet; `shareDatabase` resolves after that
 * - `live`: clients can connect
 * - `moving`: the relay is about to shut down, and the agent dials another one. Sessions go on, those
 *   of both relays in turn, until the ones of the old relay have ended; then it is `live` again
 * - `resuming`: the connection to the relay broke and the agent dials again. Sessions wait, and go on
 *   as if nothing had been if it is back within the relay's grace period
 */
export type ShareState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  | {
      readonly kind: 'moving';
      /** What the relay's operator says. */
      readonly reason: string;
      /** How often the agent has dialled since. */
      readonly attempt: number;
    }
  | {
      readonly kind: 'resuming';
      readonly since: Date;
      /** How often the agent has dialled since. */
      readonly attempt: number;
    }
  | { readonly kind: 'stopping' }
  | { readonly kind: 'closed'; readonly reason: ClosedReason };

/** A database that is being shared; made by {@link shareDatabase}. */
export interface Share extends AsyncDisposable {
  /** The tunnel's name. */
  readonly name: string;
  /** What clients connect to. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Known here and nowhere else: the relay has only a verifier of it. */
  readonly password: string;
  /** `postgres://user:password@host:port/postgres?sslmode=require` */
  readonly url: string;
  /** Seconds a session may wait for its client, as the relay enforces it. */
  readonly idleTimeout: number;
  /** Seconds from the start until the relay ends the tunnel; 0 if it does not. */
  readonly lifetime: number;
  readonly state: ShareState;
  /**
   * Listens to an event.
   *
   * @returns what stops the listening
   */
  on<E extends keyof ShareEvents>(event: E, listener: (event: ShareEvents[E]) => void): () => void;
  /**
   * Stops sharing: clients are told (57P01), the relay is told, and the database is reset to what it
   * was. Resolves when that is done; calling it again is harmless. While `resuming`, the relay gets 5
   * seconds to be reached; if it is not, clients hear of it when its grace period ends.
   */
  stop(): Promise<void>;
}

/**
 * Shares a PGlite database through a relay.
 *
 * The owner goes on using the database: their queries run between those of a client, and wait while
 * a client is in a transaction. Stop sharing before closing the database.
 *
 * @param db a PGlite of this thread (no PGliteWorker)
 * @returns when clients can connect
 * @throws {OptionError} if an option is wrong
 * @throws {DatabaseError} if the database cannot be shared
 * @throws {RelayError} if the relay cannot be reached or refuses; its subclass says why
 */
export function shareDatabase(db: Database, options: ShareOptions): Promise<Share> {
  return shareFrom(PLATFORM, db, options);
}

/** The same with another clock and the like; for tests. */
export async function shareFrom(
  surroundings: Surroundings,
  db: Database,
  options: ShareOptions,
): Promise<Share> {
  const checked = checkOptions(options);
  if (!isDatabase(db)) {
    throw new DatabaseError(
      'this is no PGlite that can be shared',
      'Pass a PGlite of version 0.5 that runs in this thread, not a PGliteWorker.',
    );
  }
  await db.waitReady;
  if (!db.ready) {
    throw new DatabaseError('the database is closed', 'Open it again first.');
  }
  const password = checked.password ?? makePassword();
  const hello = await makeHello(checked, password, await serverVersion(db));
  const store = resumeStore(surroundings, checked);
  const start = async (formerly: HelloResume | undefined): Promise<Share> => {
    const { windows, maxBatch, maxCopy, connectTimeout, reopen } = checked;
    const share = new TunnelShare(checked.user, password, store);
    const tunnel = new Tunnel(
      db,
      {
        dial: () => dial(checked),
        hello,
        formerly,
        windows,
        maxBatch,
        maxCopy,
        connectTimeout,
        reopen,
      },
      surroundings,
      share,
    );
    await share.begin(tunnel);
    return share;
  };
  const formerly = store?.load();
  if (formerly === undefined || (checked.name ?? formerly.name) !== formerly.name) {
    return start(undefined);
  }
  try {
    return await start(formerly);
  } catch (error) {
    if (!(error instanceof NameTakenError)) {
      throw error;
    }
    // The reservation is over, and somebody else has the name now.
    store?.clear();
    return start(undefined);
  }
}

function resumeStore(
  surroundings: Surroundings,
  { resumeKey, url }: CheckedOptions,
): ResumeStore | undefined {
  if (resumeKey === undefined || surroundings.storage === undefined) {
    return undefined;
  }
  return new ResumeStore(surroundings.storage, resumeKey, url);
}

function dial(options: CheckedOptions): WebSocketLike {
  const WebSocketClass = options.webSocket ?? DefaultWebSocket;
  try {
    return new WebSocketClass(options.url, [SUBPROTOCOL]);
  } catch (cause) {
    // A browser throws when the page's security policy or mixed content forbids it.
    throw new RelayUnreachableError(cause instanceof Error ? cause.message : String(cause), {
      cause,
    });
  }
}

/** PGlite does not tell its own version; that of its Postgres says as much. */
async function serverVersion(db: Database): Promise<string> {
  const { rows } = await db.query<{ server_version: string }>('SHOW server_version');
  return rows[0]?.server_version ?? 'unknown';
}

async function makeHello(
  options: CheckedOptions,
  password: string,
  version: string,
): Promise<Hello> {
  const { token, name, idleTimeout, lifetime } = options;
  return {
    version: PROTOCOL_VERSION,
    agent: AGENT,
    ...(name === undefined ? {} : { name }),
    ...(token === undefined ? {} : { token }),
    mode: options.mode,
    users: await Promise.all(
      [{ name: options.user, password, expires: options.expires }, ...options.users].map(helloUser),
    ),
    ...(options.allow.length === 0 ? {} : { allow: options.allow }),
    backend: { kind: 'pglite', version },
    ...(idleTimeout === undefined ? {} : { idleTimeout }),
    ...(lifetime === undefined ? {} : { lifetime }),
    ...(Object.keys(options.timeouts).length === 0 ? {} : { timeouts: options.timeouts }),
    window: options.windows.initial,
  };
}

/** Only the verifier of a password leaves this program. */
async function helloUser(user: SharedUser): Promise<HelloUser> {
  const { name, expires } = user;
  const verifier = user.verifier ?? (await makeVerifier(user.password));
  return expires === undefined
    ? { name, verifier }
    : { name, verifier, expires: Math.floor(expires.getTime() / 1_000) };
}

type Listeners = { [E in keyof ShareEvents]: Set<(event: ShareEvents[E]) => void> };

class TunnelShare implements Share, TunnelListener {
  readonly user: string;
  readonly password: string;
  readonly #listeners: Listeners = {
    client: new Set(),
    state: new Set(),
    database: new Set(),
    closed: new Set(),
  };
  readonly #store: ResumeStore | undefined;
  #tunnel: Tunnel | undefined;
  #welcome: Welcome | undefined;
  #state: ShareState = { kind: 'connecting' };

  constructor(user: string, password: string, store: ResumeStore | undefined) {
    this.user = user;
    this.password = password;
    this.#store = store;
  }

  async begin(tunnel: Tunnel): Promise<void> {
    this.#tunnel = tunnel;
    await tunnel.start();
  }

  get name(): string {
    return this.#welcomed.name;
  }

  get host(): string {
    return this.#welcomed.host;
  }

  get port(): number {
    return this.#welcomed.port;
  }

  get idleTimeout(): number {
    return this.#welcomed.idleTimeout;
  }

  get lifetime(): number {
    return this.#welcomed.lifetime;
  }

  get url(): string {
    const login = `${encodeURIComponent(this.user)}:${encodeURIComponent(this.password)}`;
    return `postgres://${login}@${this.host}:${this.port}/postgres?sslmode=require`;
  }

  get state(): ShareState {
    return this.#state;
  }

  on<E extends keyof ShareEvents>(event: E, listener: (event: ShareEvents[E]) => void): () => void {
    const listeners: Set<(event: ShareEvents[E]) => void> = this.#listeners[event];
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  async stop(): Promise<void> {
    const { kind } = this.#state;
    if (kind === 'live' || kind === 'moving' || kind === 'resuming') {
      this.#toState({ kind: 'stopping' });
    }
    await this.#tunnel?.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  onClient(type: ClientEvent['type'], open: Open): void {
    const { session, user, database, application, client } = open;
    const { address, port } = client;
    this.#emit('client', { type, session, address, port, user, database, application });
  }

  onDatabase(type: DatabaseEvent['type'], reason: string): void {
    this.#emit('database', { type, reason });
  }

  onLive(welcome: Welcome): void {
    this.#welcome = welcome;
    this.#store?.save(welcome);
    this.#toState({ kind: 'live' });
  }

  onResuming(since: Date, attempt: number): void {
    this.#toState({ kind: 'resuming', since, attempt });
  }

  onMoving(reason: string, attempt: number): void {
    this.#toState({ kind: 'moving', reason, attempt });
  }

  onClosed(reason: ClosedReason): void {
    if (reason.retry !== 'yes') {
      this.#store?.clear();
    }
    this.#toState({ kind: 'closed', reason });
    this.#emit('closed', reason);
  }

  #toState(state: ShareState): void {
    this.#state = state;
    this.#emit('state', state);
  }

  get #welcomed(): Welcome {
    if (this.#welcome === undefined) {
      throw new Error('the relay has not answered yet');
    }
    return this.#welcome;
  }

  /** A listener that throws must not break the tunnel: its error goes to the event loop. */
  #emit<E extends keyof ShareEvents>(event: E, value: ShareEvents[E]): void {
    const listeners: Set<(event: ShareEvents[E]) => void> = this.#listeners[event];
    for (const listener of [...listeners]) {
      try {
        listener(value);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
