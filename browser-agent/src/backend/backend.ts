import {
  type AnswerRules,
  AnswerScanner,
  firstColumn,
  firstError,
  type Notification,
  PASS_ALL,
} from '../postgres/answer-scanner.ts';
import { concat, isStartup, query } from '../postgres/messages.ts';
import type { CopyLimits } from './copy-in.ts';
import type { Database } from './database.ts';
import { Lease, type Release, takeLock } from './lock.ts';
import { BackendSession } from './session.ts';
import type { RunSql } from './session-state.ts';

/** The database can run nothing any more, because it was closed or its program has ended. */
export class BackendDied extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BackendDied';
  }
}

/**
 * A PGlite as sessions see it: one backend, leased to one session at a time.
 *
 * Between two batches of a session that is in no transaction PGlite's transaction lock is free, and
 * the owner's own queries get their turn.
 */
export class Backend {
  #database: Database;
  readonly #lease = new Lease();
  readonly #onDied: (reason: string) => void;
  readonly #copyLimits: CopyLimits;
  #busy = false;
  #died: BackendDied | undefined;
  #generation = 0;
  #reopening: Promise<void> | undefined;
  #hearer: ((notification: Notification) => void) | undefined;
  /** Notifications that are sent once more for the owner's listeners; clients have had them. */
  readonly #echoes = new Set<Notification>();

  /** @param onDied called once, when a batch could not be run because the database has stopped */
  constructor(database: Database, onDied: (reason: string) => void, copyLimits: CopyLimits) {
    this.#database = database;
    this.#copyLimits = copyLimits;
    this.#onDied = onDied;
    this.#hearOwner(database);
  }

  /** How many databases have died: what a session left in one of them needs no reset. */
  get generation(): number {
    return this.#generation;
  }

  /**
   * Goes on with another database in place of the one that has died. Batches of new sessions wait
   * until it is open; if it cannot be opened, they fail.
   *
   * @throws what `open` throws
   */
  async reopen(open: () => Promise<Database>): Promise<void> {
    const opened = open().then((database) => {
      this.#database = database;
      this.#died = undefined;
      this.#hearOwner(database);
    });
    this.#reopening = opened.catch(() => {});
    await opened;
  }

  /**
   * Tells the session that has the backend of notifications that come with what the owner does. PGlite
   * gives them to whoever runs the query that they come with.
   */
  hearOwner(hearer: ((notification: Notification) => void) | undefined): void {
    this.#hearer = hearer;
  }

  /** Whether a batch is running at this moment. */
  get busy(): boolean {
    return this.#busy;
  }

  /** A session; it takes the backend with its first batch. */
  openSession(): BackendSession {
    return new BackendSession(this, this.#copyLimits);
  }

  /** Waits until no other session has the backend. */
  lease(): Promise<Release> {
    return this.#lease.take();
  }

  /** Waits until the owner is in no transaction and keeps it so. */
  async holdTransactionLock(): Promise<Release> {
    await this.#reopening;
    this.#checkAlive();
    return takeLock((fn) => this.#database._runExclusiveTransaction(fn));
  }

  /**
   * Runs frontend messages as one piece; the transaction lock is held by the caller.
   *
   * PGlite swallows a stack overflow in its WebAssembly, and answers nothing from then on: an answer
   * that must end in ReadyForQuery and does not is how that shows.
   *
   * @param mustBeReady whether the answer to these messages ends in ReadyForQuery
   * @throws {BackendDied} if the database has stopped
   */
  async execute(
    messages: Uint8Array,
    rules: AnswerRules = PASS_ALL,
    mustBeReady = true,
  ): Promise<AnswerScanner> {
    const scanner = new AnswerScanner(rules);
    const database = this.#database;
    await database._runExclusiveQuery(async () => {
      this.#checkAlive();
      this.#busy = true;
      try {
        await database.execProtocolRawStream(messages, {
          syncToFs: false,
          onRawData: (view) => scanner.add(view),
        });
      } catch (error) {
        if (isStartup(messages) && error instanceof Error) {
          throw error; // PGlite refused the StartupMessage, and goes on
        }
        throw this.#die(error);
      } finally {
        this.#busy = false;
      }
      if (mustBeReady && scanner.status === undefined) {
        this.failToAnswer();
      }
      if (scanner.status === 'I') {
        // As PGlite's own query() does: what was committed goes to IndexedDB or the disk.
        await database.syncToFs();
      }
    });
    return scanner;
  }

  /**
   * The database is broken, as an answer that must have come shows.
   *
   * @throws {BackendDied} always
   */
  failToAnswer(): never {
    throw this.#die(new Error('it answers no more, as after a stack overflow'));
  }

  /** Runs SQL of the agent's own; the transaction lock is held by the caller. */
  readonly runSql: RunSql = async (sql) => {
    const scanner = await this.execute(query(sql));
    this.passToOwner(scanner.notifications);
    const answer = concat(scanner.chunks);
    return { values: firstColumn(answer), error: firstError(answer) };
  };

  /**
   * Lets the owner's listeners hear notifications that stood in an answer to a client. PGlite calls
   * them only for answers that it parses itself, so the notifications are sent once more, by a
   * query of the owner's; it runs when the transaction lock is free.
   */
  passToOwner(notifications: readonly Notification[]): void {
    if (notifications.length === 0) {
      return;
    }
    for (const notification of notifications) {
      this.#echoes.add(notification);
    }
    this.#database
      .query(
        'SELECT pg_catalog.pg_notify(n.c, n.p) FROM unnest($1::text[], $2::text[]) AS n(c, p)',
        [notifications.map(({ channel }) => channel), notifications.map(({ payload }) => payload)],
      )
      .catch(() => {
        // The database was closed meanwhile; there is nobody left to tell.
      })
      .finally(() => {
        for (const notification of notifications) {
          this.#echoes.delete(notification);
        }
      });
  }

  #hearOwner(database: Database): void {
    database.onNotification((channel, payload) => {
      for (const echo of this.#echoes) {
        if (echo.channel === channel && echo.payload === payload) {
          this.#echoes.delete(echo);
          return;
        }
      }
      this.#hearer?.({ channel, payload });
    });
  }

  #checkAlive(): void {
    if (this.#died !== undefined) {
      throw this.#died;
    }
    if (!this.#database.ready) {
      throw this.#die(new Error('the database was closed'));
    }
  }

  #die(cause: unknown): BackendDied {
    if (this.#died === undefined) {
      const reason = cause instanceof Error ? cause.message : messageOf(cause);
      this.#died = new BackendDied(reason, { cause });
      this.#generation++;
      this.#onDied(reason);
    }
    return this.#died;
  }
}

/** PGlite throws Emscripten's ExitStatus, which is no Error. */
function messageOf(thrown: unknown): string {
  if (typeof thrown === 'object' && thrown !== null && 'message' in thrown) {
    return String(thrown.message);
  }
  return String(thrown);
}
