import { Backend } from '../backend/backend.ts';
import type { Database } from '../backend/database.ts';
import {
  CLOSED,
  type CloseCode,
  CONNECTION_LOST,
  permitsResume,
  type Retry,
  VIOLATION,
} from '../close-code.ts';
import type { WindowLimits } from '../credit.ts';
import { RelayError } from '../errors.ts';
import type { Hello, HelloResume, Open, Welcome, WelcomeResume } from '../frame.ts';
import { databaseHasStopped, type Refusal, STOPPED_BY_OWNER } from '../refusal.ts';
import { Violation } from '../violation.ts';
import type { WebSocketLike } from '../websocket.ts';
import { Backoff } from './backoff.ts';
import { Connection, type ConnectionEnd } from './connection.ts';
import { Epoch } from './epoch.ts';
import { Redial } from './redial.ts';
import type { Surroundings } from './surroundings.ts';

/** A relay that does not answer must not use up the grace period with one attempt. */
const RESUME_TIMEOUT_MS = 10_000;

/** Why sharing ended. */
export interface ClosedReason {
  /** The WebSocket close code, PROTOCOL.md section 10; 1006 when the connection was lost. */
  readonly code: number;
  /** The code's name, e.g. `lifetime`; `database-stopped` when PGlite ended. */
  readonly name: string;
  /** What happened. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
  /** Whether sharing again can help. */
  readonly retry: Retry;
}

/** What a tunnel tells its owner. */
export interface TunnelListener {
  onClient(type: 'connected' | 'disconnected', open: Open): void;
  /** Clients can connect: for the first time, or again. */
  onLive(welcome: Welcome): void;
  /**
   * The connection broke, and the agent dials again; clients wait.
   *
   * @param attempt how often it has dialled
   */
  onResuming(since: Date, attempt: number): void;
  /** The tunnel has ended and the backend has been reset. */
  onClosed(reason: ClosedReason): void;
}

/** What a tunnel is made with. */
export interface TunnelSettings {
  /** Makes a WebSocket that is dialling; throws a {@link RelayError} if that is not permitted. */
  readonly dial: () => WebSocketLike;
  /** Without what concerns a resume. */
  readonly hello: Hello;
  /** The tunnel that a page had before it was loaded again. */
  readonly formerly: HelloResume | undefined;
  /** What the relay may send ahead; the initial window is HELLO's. */
  readonly windows: WindowLimits;
  /** Bytes. */
  readonly maxBatch: number;
  /** Milliseconds from dialling to WELCOME. */
  readonly connectTimeout: number;
}

/**
 * ```
 *                          ┌──── WELCOME ─────┐
 *                          ▼                  │
 *   connecting ─WELCOME─▶ live ─WebSocket─▶ resuming
 *       │                  │     broke        │
 *       │                  └─ stop(), violation, backend died, a code that permits no resume
 *       ▼                  ▼                  ▼  grace period over
 *     closed ◀─────────────┴──────────────────┘
 * ```
 */
type State =
  | {
      readonly kind: 'connecting';
      readonly resolve: (welcome: Welcome) => void;
      readonly reject: (error: RelayError) => void;
    }
  | { readonly kind: 'live' }
  | {
      readonly kind: 'resuming';
      readonly since: Date;
      /** By the clock of {@link Surroundings}. */
      readonly graceEndsAt: number;
      readonly attempts: number;
    }
  | { readonly kind: 'closed'; readonly reset: Promise<void> };

/** The agent's side of a tunnel, which outlives the WebSockets that carry it. */
export class Tunnel {
  readonly #settings: TunnelSettings;
  readonly #surroundings: Surroundings;
  readonly #listener: TunnelListener;
  readonly #backend: Backend;
  readonly #backoff: Backoff;
  readonly #redial: Redial;
  #state: State = { kind: 'closed', reset: Promise.resolve() };
  #connection: Connection | undefined;
  #epoch: Epoch | undefined;
  /** How the relay knows this tunnel again; undefined if it does not. */
  #known: (WelcomeResume & { readonly name: string }) | undefined;

  constructor(
    database: Database,
    settings: TunnelSettings,
    surroundings: Surroundings,
    listener: TunnelListener,
  ) {
    this.#settings = settings;
    this.#surroundings = surroundings;
    this.#listener = listener;
    this.#backend = new Backend(database, (reason) => this.#onBackendDied(reason));
    this.#backoff = new Backoff(() => surroundings.random());
    this.#redial = new Redial(surroundings);
  }

  /**
   * Dials, and says HELLO when the WebSocket opens.
   *
   * @throws {RelayError} if no WELCOME comes
   */
  start(): Promise<Welcome> {
    return new Promise((resolve, reject) => {
      this.#state = { kind: 'connecting', resolve, reject };
      this.#dial(this.#settings.connectTimeout);
    });
  }

  /** Ends the tunnel for its owner; resolves when the backend has been reset. */
  async stop(): Promise<void> {
    this.#close(CLOSED, '', STOPPED_BY_OWNER);
    if (this.#state.kind === 'closed') {
      await this.#state.reset;
    }
  }

  #dial(connectTimeout: number): void {
    let socket: WebSocketLike;
    try {
      socket = this.#settings.dial();
    } catch (error) {
      if (!(error instanceof RelayError)) {
        throw error;
      }
      this.#onEnded({ close: CONNECTION_LOST, message: error.message, error, goneAway: false });
      return;
    }
    const connection: Connection = new Connection(
      socket,
      { hello: () => this.#hello(), connectTimeout },
      this.#surroundings,
      {
        onWelcome: (welcome) => this.#onWelcome(connection, welcome),
        onFrame: (frame, length) => {
          this.#backoff.reset();
          this.#epoch?.onFrame(frame, length);
        },
        onEnded: (end) => this.#onEnded(end),
      },
    );
    this.#connection = connection;
  }

  #hello(): Hello {
    const resume = this.#helloResume();
    return {
      ...this.#settings.hello,
      resumable: true,
      ...(resume === undefined ? {} : { resume }),
    };
  }

  #helloResume(): HelloResume | undefined {
    if (this.#known === undefined) {
      return this.#settings.formerly;
    }
    const { name, secret } = this.#known;
    const received = this.#epoch?.tellReceived();
    return { name, secret, ...(received === undefined ? {} : { received }) };
  }

  /** @throws {Violation} if it does not answer what HELLO said */
  #onWelcome(connection: Connection, welcome: Welcome): void {
    const before = this.#state;
    const { resume } = welcome;
    if (resume?.received !== undefined) {
      if (before.kind !== 'resuming' || this.#epoch === undefined) {
        throw new Violation('WELCOME resumes a tunnel that is new');
      }
      this.#epoch.resume(connection.socket, resume.received);
    } else {
      this.#beginEpoch(connection, welcome);
    }
    if (this.#connection !== connection) {
      return; // what was sent again has ended it
    }
    this.#known = resume === undefined ? undefined : { ...resume, name: welcome.name };
    this.#state = { kind: 'live' };
    this.#redial.stop();
    this.#listener.onLive(welcome);
    if (before.kind === 'connecting') {
      before.resolve(welcome);
    }
  }

  /** The first one, or one after a tunnel that the relay does not have any more. */
  #beginEpoch(connection: Connection, welcome: Welcome): void {
    void this.#epoch?.abandon();
    const epoch: Epoch = new Epoch(
      this.#backend,
      {
        relayWindow: welcome.window,
        maxPayload: welcome.maxPayload,
        maxBatch: this.#settings.maxBatch,
      },
      this.#settings.windows,
      welcome.resume !== undefined,
      {
        onClient: (type, open) => this.#listener.onClient(type, open),
        onViolation: (message) => {
          if (this.#epoch === epoch) {
            this.#close(VIOLATION, message, undefined);
          }
        },
        isHidden: () => this.#surroundings.isHidden(),
        now: () => this.#surroundings.now(),
      },
    );
    this.#epoch = epoch;
    epoch.begin(connection.socket);
  }

  #onEnded({ close, message, error, goneAway }: ConnectionEnd): void {
    this.#connection = undefined;
    const mayResume = !goneAway && permitsResume(close);
    switch (this.#state.kind) {
      case 'connecting':
        this.#state.reject(error);
        this.#state = { kind: 'closed', reset: Promise.resolve() };
        return;
      case 'live':
        if (mayResume && this.#known !== undefined) {
          this.#toResuming(this.#known.grace);
        } else {
          this.#close(close, message, undefined);
        }
        return;
      case 'resuming':
        if (!mayResume) {
          this.#close(close, message, undefined);
        } else if (this.#surroundings.now() >= this.#state.graceEndsAt) {
          const detail = `the agent was not back within the grace period (${error.message})`;
          this.#close(CONNECTION_LOST, detail, undefined);
        } else {
          this.#waitAndDial(this.#state.graceEndsAt);
        }
        return;
      case 'closed':
        return;
    }
  }

  #toResuming(grace: number): void {
    const since = new Date();
    const graceEndsAt = this.#surroundings.now() + grace * 1_000;
    this.#state = { kind: 'resuming', since, graceEndsAt, attempts: 0 };
    this.#epoch?.detach();
    this.#listener.onResuming(since, 0);
    if (this.#state.kind === 'resuming') {
      this.#waitAndDial(graceEndsAt);
    }
  }

  /** The last attempt is made when the grace period ends: the relay may have noticed later. */
  #waitAndDial(graceEndsAt: number): void {
    const left = Math.max(0, graceEndsAt - this.#surroundings.now());
    this.#redial.after(Math.min(left, this.#backoff.next()), () => {
      if (this.#state.kind !== 'resuming') {
        return;
      }
      const attempts = this.#state.attempts + 1;
      this.#state = { ...this.#state, attempts };
      this.#listener.onResuming(this.#state.since, attempts);
      if (this.#state.kind === 'resuming') {
        this.#dial(Math.min(this.#settings.connectTimeout, RESUME_TIMEOUT_MS));
      }
    });
  }

  #onBackendDied(reason: string): void {
    const close = {
      ...CLOSED,
      name: 'database-stopped',
      meaning: 'the database has stopped',
      hint: 'Open the database again, then share it again.',
    };
    this.#close(close, reason, databaseHasStopped(reason));
  }

  /**
   * Ends the tunnel, once.
   *
   * @param refusal what clients are told; undefined if the relay tells them, or is not there
   */
  #close(close: CloseCode, message: string, refusal: Refusal | undefined): void {
    if (this.#state.kind !== 'live' && this.#state.kind !== 'resuming') {
      return;
    }
    const epoch = this.#epoch;
    const connection = this.#connection;
    const wasLive = this.#state.kind === 'live';
    this.#epoch = undefined;
    this.#connection = undefined;
    this.#redial.stop();
    const reason: ClosedReason = {
      code: close.code,
      name: close.name,
      message: message ? `${close.meaning}: ${message}` : close.meaning,
      hint: close.hint,
      retry: close.retry,
    };
    let reset: () => void = () => {};
    this.#state = {
      kind: 'closed',
      reset: new Promise((resolve) => {
        reset = resolve;
      }),
    };
    if (refusal !== undefined && wasLive) {
      const goAway = { code: CLOSED.name, message: reason.message };
      epoch?.sayGoodbye(refusal, { type: 'GOAWAY', goAway });
    }
    const abandoned = epoch?.abandon() ?? Promise.resolve();
    abandoned.then(() => {
      this.#listener.onClosed(reason);
      reset();
    });
    connection?.end(close, message);
  }
}
