import { makeCopyStore } from '#default-copy-store';
import { Backend } from '../backend/backend.ts';
import type { Database } from '../backend/database.ts';
import {
  CLOSED,
  type CloseCode,
  CONNECTION_LOST,
  DRAINING,
  permitsResume,
  VIOLATION,
} from '../close-code.ts';
import { RelayError } from '../errors.ts';
import type { Hello, HelloResume, Welcome, WelcomeResume } from '../frame.ts';
import { databaseHasStopped, databaseReopens, type Refusal, STOPPED_BY_OWNER } from '../refusal.ts';
import { Violation } from '../violation.ts';
import type { WebSocketLike } from '../websocket.ts';
import { Backoff } from './backoff.ts';
import { Connection, type ConnectionEnd, type FrameAfterWelcome } from './connection.ts';
import { Departures } from './departures.ts';
import { Epoch } from './epoch.ts';
import { sayFarewell } from './farewell.ts';
import type { ClosedReason, TunnelListener, TunnelSettings } from './owner.ts';
import { Redial } from './redial.ts';
import type { Surroundings } from './surroundings.ts';

/** A relay that does not answer must not use up the grace period with one attempt. */
const RESUME_TIMEOUT_MS = 10_000;

/**
 * ```
 *                          ┌───────────── WELCOME ──────────────┐
 *                          ▼                                    │
 *   connecting ─WELCOME─▶ live ─asked to move─▶ moving ─broke─▶ resuming
 *       │                  │ ▲  └─────────── WebSocket broke ────▲ │
 *       │                  │ └──── WELCOME ──────┘                 │
 *       │                  └─ stop(), violation, backend died, a code that permits no resume
 *       ▼                  ▼                                       ▼  grace period over
 *     closed ◀─────────────┴───────────────────────────────────────┘
 * ```
 *
 * While it is `moving`, the tunnel through the relay that drains goes on, and `#candidate` is the
 * WebSocket to another. After that the old one is one of `#departures`.
 */
type State =
  | {
      readonly kind: 'connecting';
      readonly resolve: (welcome: Welcome) => void;
      readonly reject: (error: RelayError) => void;
    }
  | { readonly kind: 'live' }
  | {
      readonly kind: 'moving';
      readonly reason: string;
      readonly attempts: number;
      /** Why there is no use in dialling again. */
      readonly refused: ConnectionEnd | undefined;
    }
  | {
      readonly kind: 'resuming';
      readonly since: Date;
      /** By the clock of {@link Surroundings}. */
      readonly graceEndsAt: number;
      readonly attempts: number;
    }
  | { readonly kind: 'closed'; readonly done: Promise<void> };

/** The agent's side of a tunnel, which outlives the WebSockets that carry it. */
export class Tunnel {
  readonly #settings: TunnelSettings;
  readonly #surroundings: Surroundings;
  readonly #listener: TunnelListener;
  readonly #backend: Backend;
  readonly #backoff: Backoff;
  readonly #redial: Redial;
  readonly #departures = new Departures();
  #state: State = { kind: 'closed', done: Promise.resolve() };
  #connection: Connection | undefined;
  #candidate: Connection | undefined;
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
    this.#backend = new Backend(database, (reason) => this.#onBackendDied(reason), {
      maxCopy: settings.maxCopy,
      makeStore: makeCopyStore,
    });
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
      this.#connection = this.#dial(this.#settings.connectTimeout);
    });
  }

  /**
   * Ends the tunnel for its owner; resolves when the backend has been reset, and the relay told if
   * it can be reached.
   */
  async stop(): Promise<void> {
    this.#close(CLOSED, '', STOPPED_BY_OWNER);
    if (this.#state.kind === 'closed') {
      await this.#state.done;
    }
  }

  /** @returns undefined if that is not permitted; `#onEnded` knows */
  #dial(connectTimeout: number): Connection | undefined {
    let socket: WebSocketLike;
    try {
      socket = this.#settings.dial();
    } catch (error) {
      if (!(error instanceof RelayError)) {
        throw error;
      }
      const { message } = error;
      this.#onEnded(undefined, { close: CONNECTION_LOST, message, error, goneAway: false });
      return undefined;
    }
    const connection: Connection = new Connection(
      socket,
      { hello: () => this.#hello(), connectTimeout },
      this.#surroundings,
      {
        onWelcome: (welcome) => this.#onWelcome(connection, welcome),
        onFrame: (frame, length) => this.#onFrame(connection, frame, length),
        onAskedToMove: (message) => this.#onAskedToMove(connection, message),
        onVisibilityChange: () => this.#epochOf(connection)?.tellState(),
        onEnded: (end) => this.#onEnded(connection, end),
      },
    );
    return connection;
  }

  #epochOf(connection: Connection): Epoch | undefined {
    return connection === this.#connection ? this.#epoch : this.#departures.epochOf(connection);
  }

  /** @throws {Violation} if the frame is not allowed here */
  #onFrame(connection: Connection, frame: FrameAfterWelcome, length: number): void {
    if (connection === this.#connection) {
      this.#backoff.reset();
    }
    this.#epochOf(connection)?.onFrame(frame, length);
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
    // What is moved is shared anew at the other relay.
    const received = this.#state.kind === 'moving' ? undefined : this.#epoch?.tellReceived();
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
      this.#leave(connection);
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

  /** The candidate has arrived: the tunnel that it takes the place of goes on until it is empty. */
  #leave(connection: Connection): void {
    if (this.#candidate !== connection) {
      return;
    }
    const [left, epoch] = [this.#connection, this.#epoch];
    this.#candidate = undefined;
    this.#connection = connection;
    this.#epoch = undefined;
    if (left !== undefined && epoch !== undefined) {
      this.#departures.add(left, epoch);
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
          const left = this.#departures.connectionOf(epoch);
          if (left !== undefined) {
            this.#departures.end(left, VIOLATION, message);
          } else if (this.#epoch === epoch) {
            this.#close(VIOLATION, message, undefined);
          }
        },
        isHidden: () => this.#surroundings.isHidden(),
        now: () => this.#surroundings.now(),
        onStreamGone: () => this.#departures.letGo(),
      },
    );
    this.#epoch = epoch;
    epoch.begin(connection.socket);
  }

  #onAskedToMove(connection: Connection, reason: string): void {
    if (
      this.#state.kind !== 'live' ||
      connection !== this.#connection ||
      this.#known === undefined
    ) {
      return;
    }
    this.#state = { kind: 'moving', reason, attempts: 0, refused: undefined };
    this.#listener.onMoving(reason, 0);
    this.#waitAndMove();
  }

  #waitAndMove(): void {
    if (this.#state.kind !== 'moving') {
      return;
    }
    this.#redial.after(this.#backoff.next(), () => {
      if (this.#state.kind !== 'moving') {
        return;
      }
      const attempts = this.#state.attempts + 1;
      this.#state = { ...this.#state, attempts };
      this.#listener.onMoving(this.#state.reason, attempts);
      if (this.#state.kind === 'moving') {
        this.#candidate = this.#dial(Math.min(this.#settings.connectTimeout, RESUME_TIMEOUT_MS));
      }
    });
  }

  /** @param connection undefined if there was none: that of an attempt */
  #onEnded(connection: Connection | undefined, end: ConnectionEnd): void {
    const { close, message, error, goneAway } = end;
    if (connection !== undefined && this.#departures.epochOf(connection) !== undefined) {
      this.#departures.end(connection, close, message);
      return;
    }
    const mayDial = !goneAway && permitsResume(close);
    if (this.#state.kind === 'moving' && connection === this.#candidate) {
      this.#candidate = undefined;
      if (mayDial) {
        this.#waitAndMove();
      } else {
        this.#state = { ...this.#state, refused: end };
      }
      return;
    }
    this.#connection = undefined;
    switch (this.#state.kind) {
      case 'connecting':
        this.#state.reject(error);
        this.#state = { kind: 'closed', done: Promise.resolve() };
        return;
      case 'live':
        if (mayDial && this.#known !== undefined) {
          this.#toResuming(this.#known.grace, close === DRAINING);
        } else {
          this.#close(close, message, undefined);
        }
        return;
      case 'moving': {
        const { refused } = this.#state;
        if (refused !== undefined) {
          this.#close(refused.close, refused.message, undefined);
        } else if (mayDial && this.#known !== undefined) {
          this.#toResuming(this.#known.grace, true);
        } else {
          this.#close(close, message, undefined);
        }
        return;
      }
      case 'resuming':
        if (!mayDial) {
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

  /** @param over whether the relay has given the tunnel up, so that only another epoch can follow */
  #toResuming(grace: number, over: boolean): void {
    const since = new Date();
    const graceEndsAt = this.#surroundings.now() + grace * 1_000;
    this.#state = { kind: 'resuming', since, graceEndsAt, attempts: 0 };
    this.#epoch?.detach();
    if (over) {
      void this.#epoch?.abandon();
      this.#epoch = undefined;
    }
    this.#listener.onResuming(since, 0);
    if (this.#state.kind !== 'resuming') {
      return;
    }
    // An attempt to move that is under way will do as well.
    this.#connection = this.#candidate;
    this.#candidate = undefined;
    if (this.#connection === undefined) {
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
        this.#connection = this.#dial(Math.min(this.#settings.connectTimeout, RESUME_TIMEOUT_MS));
      }
    });
  }

  #onBackendDied(reason: string): void {
    const { reopen } = this.#settings;
    if (reopen === undefined) {
      this.#closeAsStopped(reason);
      return;
    }
    this.#listener.onDatabase('stopped', reason);
    const refusal = databaseReopens(reason);
    this.#epoch?.endSessions(refusal);
    this.#departures.endSessions(refusal);
    this.#backend.reopen(reopen).then(
      () => this.#listener.onDatabase('reopened', reason),
      (error) => {
        const why = error instanceof Error ? error.message : String(error);
        this.#closeAsStopped(`${reason}; it could not be opened again: ${why}`);
      },
    );
  }

  #closeAsStopped(reason: string): void {
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
    const before = this.#state.kind;
    if (before !== 'live' && before !== 'moving' && before !== 'resuming') {
      return;
    }
    const reason: ClosedReason = {
      code: close.code,
      name: close.name,
      message: message ? `${close.meaning}: ${message}` : close.meaning,
      hint: close.hint,
      retry: close.retry,
    };
    const goAway = { code: CLOSED.name, message: reason.message };
    const epoch = this.#epoch;
    const connections = [this.#connection, this.#candidate];
    const farewell =
      refusal !== undefined && before === 'resuming' && epoch !== undefined
        ? this.#hello()
        : undefined;
    this.#epoch = undefined;
    this.#connection = undefined;
    this.#candidate = undefined;
    this.#redial.stop();
    let done: () => void = () => {};
    this.#state = {
      kind: 'closed',
      done: new Promise((resolve) => {
        done = resolve;
      }),
    };
    if (refusal !== undefined && before !== 'resuming') {
      epoch?.sayGoodbye(refusal, { type: 'GOAWAY', goAway });
    }
    const reset = Promise.all([
      epoch?.abandon(),
      this.#departures.endAll(close, refusal, { type: 'GOAWAY', goAway }),
    ]).then(() => this.#listener.onClosed(reason));
    for (const connection of connections) {
      connection?.end(close, message);
    }
    const told = farewell && sayFarewell(this.#settings.dial, farewell, goAway, this.#surroundings);
    Promise.all([reset, told]).then(done);
  }
}
