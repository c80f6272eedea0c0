import { Backend } from '../backend/backend.ts';
import type { Database } from '../backend/database.ts';
import {
  CLOSED,
  type CloseCode,
  CONNECTION_LOST,
  closeCodeOf,
  DEAD,
  type Retry,
  VIOLATION,
} from '../close-code.ts';
import { decodeFrame } from '../decode.ts';
import {
  ProtocolViolationError,
  type RelayError,
  RelayTimeoutError,
  RelayUnreachableError,
  relayErrorOf,
} from '../errors.ts';
import {
  type AgentFrame,
  type Hello,
  type Open,
  type RelayFrame,
  SUBPROTOCOL,
  type Welcome,
} from '../frame.ts';
import { databaseHasStopped, type Refusal, STOPPED_BY_OWNER } from '../refusal.ts';
import { Violation } from '../violation.ts';
import { closeReason, type WebSocketLike } from '../websocket.ts';
import { Sender } from './sender.ts';
import { AgentStream, type StreamLimits } from './stream.ts';

/**
 * The relay sends PING every 20 seconds; after this long without any frame the connection is taken
 * for dead. Longer than the relay's own 45 seconds, so that the relay decides first.
 */
const SILENCE_MS = 65_000;

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
  /** The tunnel has ended and the backend has been reset. */
  onClosed(reason: ClosedReason): void;
}

/** What a tunnel is made with. */
export interface TunnelSettings {
  readonly hello: Hello;
  /** Bytes. */
  readonly maxBatch: number;
  /** Milliseconds from dialling to WELCOME. */
  readonly connectTimeout: number;
}

/**
 * ```
 *   greeting ──WELCOME──▶ open ──stop(), violation, WebSocket closed, backend died──▶ closed
 *       └──────────────────────────────────────────────────────────────────────────────▲
 * ```
 */
type State =
  | {
      readonly kind: 'greeting';
      readonly resolve: (welcome: Welcome) => void;
      readonly reject: (error: RelayError) => void;
    }
  | { readonly kind: 'open'; readonly limits: StreamLimits }
  | { readonly kind: 'closed'; readonly reset: Promise<void> };

/** The agent's side of one WebSocket, from HELLO to its end. */
export class Tunnel {
  readonly #socket: WebSocketLike;
  readonly #settings: TunnelSettings;
  readonly #listener: TunnelListener;
  readonly #sender: Sender;
  readonly #backend: Backend;
  readonly #streams = new Map<number, AgentStream>();
  #state: State = { kind: 'closed', reset: Promise.resolve() };
  #lastStream = 0;
  #goAway: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    socket: WebSocketLike,
    database: Database,
    settings: TunnelSettings,
    listener: TunnelListener,
  ) {
    this.#socket = socket;
    this.#settings = settings;
    this.#listener = listener;
    this.#sender = new Sender(socket);
    this.#backend = new Backend(database, (reason) => this.#onBackendDied(reason));
  }

  /**
   * Says HELLO when the WebSocket opens.
   *
   * @throws {RelayError} if no WELCOME comes
   */
  greet(): Promise<Welcome> {
    return new Promise((resolve, reject) => {
      this.#state = { kind: 'greeting', resolve, reject };
      const socket = this.#socket;
      socket.binaryType = 'arraybuffer';
      socket.onopen = () => this.#onSocketOpen();
      socket.onmessage = (event: { readonly data: unknown }) => this.#onMessage(event.data);
      socket.onerror = (event: { readonly message?: unknown }) => this.#onSocketError(event);
      socket.onclose = (event: { readonly code: number; readonly reason: string }) =>
        this.#onSocketClosed(event.code, event.reason);
      this.#timer = setTimeout(() => {
        this.#failGreeting(
          new RelayTimeoutError(`no WELCOME within ${this.#settings.connectTimeout} ms`),
        );
        socket.close(DEAD.code, 'no WELCOME in time');
      }, this.#settings.connectTimeout);
    });
  }

  /** Ends the tunnel for its owner; resolves when the backend has been reset. */
  async stop(): Promise<void> {
    this.#end(CLOSED, undefined, STOPPED_BY_OWNER);
    if (this.#state.kind === 'closed') {
      await this.#state.reset;
    }
  }

  #onSocketOpen(): void {
    if (this.#socket.protocol !== SUBPROTOCOL) {
      this.#onViolation(`what answered does not speak ${SUBPROTOCOL}`);
      return;
    }
    this.#send({ type: 'HELLO', hello: this.#settings.hello });
  }

  #onMessage(data: unknown): void {
    if (this.#state.kind === 'closed') {
      return;
    }
    try {
      if (!(data instanceof ArrayBuffer)) {
        throw new Violation('a text message');
      }
      const frame = decodeFrame(new Uint8Array(data));
      if (frame !== undefined) {
        this.#onFrame(frame);
      }
    } catch (error) {
      if (!(error instanceof Violation)) {
        throw error;
      }
      this.#onViolation(error.message);
      return;
    }
    if (this.#state.kind === 'open') {
      this.#expectMore();
      this.#sender.pump();
    }
  }

  #onFrame(frame: RelayFrame): void {
    if (this.#state.kind === 'greeting') {
      this.#onGreetingFrame(frame, this.#state.resolve);
      return;
    }
    switch (frame.type) {
      case 'WELCOME':
        throw new Violation('a second WELCOME');
      case 'OPEN':
        this.#onOpen(frame.stream, frame.open);
        return;
      case 'DATA':
        this.#stream(frame).onData(frame.payload, frame.end);
        return;
      case 'CREDIT':
        this.#stream(frame).onCredit(frame.bytes);
        return;
      case 'CANCEL':
        this.#stream(frame).onCancel(frame.batch);
        return;
      case 'CLOSE':
        this.#stream(frame).onClose();
        return;
      case 'PING':
        this.#send({
          type: 'PONG',
          payload: frame.payload,
          busy: this.#backend.busy,
          hidden: isPageHidden(),
        });
        return;
      case 'GOAWAY':
        this.#goAway = frame.goAway.message;
        return;
      case 'PONG':
      case 'ACK':
        return;
    }
  }

  #onGreetingFrame(frame: RelayFrame, resolve: (welcome: Welcome) => void): void {
    if (frame.type === 'GOAWAY') {
      this.#goAway = frame.goAway.message;
      return;
    }
    if (frame.type !== 'WELCOME') {
      throw new Violation(`${frame.type} before WELCOME`);
    }
    this.#state = {
      kind: 'open',
      limits: {
        window: this.#settings.hello.window,
        relayWindow: frame.welcome.window,
        maxPayload: frame.welcome.maxPayload,
        maxBatch: this.#settings.maxBatch,
      },
    };
    resolve(frame.welcome);
  }

  #onOpen(id: number, open: Open): void {
    if (id <= this.#lastStream) {
      throw new Violation(`a second OPEN of stream ${id}`);
    }
    this.#lastStream = id;
    if (this.#state.kind !== 'open') {
      return;
    }
    const stream = new AgentStream(id, open, this.#backend.openSession(), this.#state.limits, {
      send: (frame) => this.#send(frame),
      onReady: (ready) => this.#sender.wake(ready),
      onEnded: (ended) => this.#listener.onClient('disconnected', ended.open),
      onGone: (gone) => this.#streams.delete(gone.id),
    });
    this.#streams.set(id, stream);
    this.#send({ type: 'ACCEPT', stream: id });
    this.#listener.onClient('connected', open);
  }

  #stream(frame: { readonly type: string; readonly stream: number }): AgentStream {
    const stream = this.#streams.get(frame.stream);
    if (stream === undefined) {
      throw new Violation(`${frame.type} on stream ${frame.stream}, which is not open`);
    }
    return stream;
  }

  #onViolation(message: string): void {
    if (this.#state.kind === 'greeting') {
      this.#failGreeting(new ProtocolViolationError(message));
      this.#socket.close(VIOLATION.code, closeReason(message));
    }
    this.#end(VIOLATION, message, undefined);
  }

  #onBackendDied(reason: string): void {
    const meaning = 'the database has stopped';
    this.#end(
      {
        ...CLOSED,
        name: 'database-stopped',
        meaning,
        hint: 'Open the database again, then share it again.',
      },
      reason,
      databaseHasStopped(reason),
    );
  }

  #onSocketError(event: { readonly message?: unknown }): void {
    if (this.#state.kind === 'greeting') {
      // The close event that follows knows nothing; Node's error event does.
      const message = typeof event.message === 'string' ? event.message : '';
      this.#failGreeting(new RelayUnreachableError(message));
    }
  }

  #onSocketClosed(code: number, reason: string): void {
    const message = reason || this.#goAway || '';
    this.#failGreeting(relayErrorOf(code, message));
    const close = closeCodeOf(code);
    this.#end(close, close === CONNECTION_LOST ? `close code ${code}` : message, undefined);
  }

  #failGreeting(error: RelayError): void {
    if (this.#state.kind === 'greeting') {
      clearTimeout(this.#timer);
      this.#state.reject(error);
      this.#state = { kind: 'closed', reset: Promise.resolve() };
    }
  }

  /**
   * Ends an open tunnel, once.
   *
   * @param refusal what clients are told; undefined if the relay tells them, or is not there
   */
  #end(close: CloseCode, message: string | undefined, refusal: Refusal | undefined): void {
    if (this.#state.kind !== 'open') {
      return;
    }
    clearTimeout(this.#timer);
    const reason: ClosedReason = {
      code: close.code,
      name: close.name,
      message: message ? `${close.meaning}: ${message}` : close.meaning,
      hint: close.hint,
      retry: close.retry,
    };
    if (refusal !== undefined) {
      for (const stream of this.#streams.values()) {
        stream.closeNow(refusal);
      }
      this.#send({ type: 'GOAWAY', goAway: { code: CLOSED.name, message: reason.message } });
    }
    this.#sender.stop();
    const reset = Promise.all([...this.#streams.values()].map((stream) => stream.abandon())).then(
      () => this.#listener.onClosed(reason),
    );
    this.#state = { kind: 'closed', reset };
    this.#streams.clear();
    this.#socket.close(
      close === CONNECTION_LOST ? CLOSED.code : close.code,
      closeReason(message ?? close.meaning),
    );
  }

  #expectMore(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#end(DEAD, `nothing came from the relay for ${SILENCE_MS / 1_000} seconds`, undefined);
    }, SILENCE_MS);
  }

  #send(frame: AgentFrame): void {
    this.#sender.send(frame);
  }
}

function isPageHidden(): boolean {
  return typeof document !== 'undefined' && document.visibilityState === 'hidden';
}
