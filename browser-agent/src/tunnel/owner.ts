import type { Database } from '../backend/database.ts';
import type { Retry } from '../close-code.ts';
import type { WindowLimits } from '../credit.ts';
import type { RelayError } from '../errors.ts';
import type { Hello, HelloResume, Open, Welcome } from '../frame.ts';
import type { WebSocketLike } from '../websocket.ts';

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
  /**
   * The relay drains, and the agent dials another one; clients go on meanwhile.
   *
   * @param reason what the relay's operator says
   * @param attempt how often the agent has dialled
   */
  onMoving(reason: string, attempt: number): void;
  /**
   * The database has stopped and is being opened again, or it is open again.
   *
   * @param reason why it stopped
   */
  onDatabase(type: 'stopped' | 'reopened', reason: string): void;
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
  /** Bytes of the data of one COPY. */
  readonly maxCopy: number;
  /** Opens the database again after it has stopped; without it, the tunnel ends. */
  readonly reopen: (() => Promise<Database>) | undefined;
  /** Milliseconds from dialling to WELCOME. */
  readonly connectTimeout: number;
}
