import {
  type CloseCode,
  CONNECTION_LOST,
  closeCodeNamed,
  closeCodeOf,
  DEAD,
  DRAINING,
  VIOLATION,
} from '../close-code.ts';
import { decodeFrame } from '../decode.ts';
import { encodeFrame } from '../encode.ts';
import {
  ProtocolViolationError,
  type RelayError,
  RelayTimeoutError,
  RelayUnreachableError,
  relayErrorOf,
} from '../errors.ts';
import { type GoAway, type Hello, type RelayFrame, SUBPROTOCOL, type Welcome } from '../frame.ts';
import { Violation } from '../violation.ts';
import { closeReason, type WebSocketLike } from '../websocket.ts';
import type { Surroundings, Timer } from './surroundings.ts';

/**
 * The relay sends PING every 20 seconds; after this long without any frame it is taken for dead.
 * In a hidden page timers and frames may come late.
 */
const SILENCE_MS = 45_000;
const HIDDEN_SILENCE_MS = 75_000;

/** A timer that comes later than this was held up: the thread was blocked, or the page frozen. */
const LATE_MS = 1_000;
/** What has come meanwhile gets this long to be looked at. */
const CATCH_UP_MS = 1_000;

/** What the error of `ws` is called when the relay broke RFC 6455; it has then sent a code of its own. */
const RFC_6455_ERROR = 'WS_ERR_';

/** What is known of a WebSocket's error: in a browser nothing. */
interface SocketError {
  readonly message?: unknown;
  readonly error?: { readonly code?: unknown };
}

/** A frame that comes after WELCOME. */
export type FrameAfterWelcome = Exclude<RelayFrame, { readonly type: 'WELCOME' | 'GOAWAY' }>;

/** How a connection ended. */
export interface ConnectionEnd {
  readonly close: CloseCode;
  /** Details, if there are any. */
  readonly message: string;
  /** Whether the relay has said that the tunnel is over for good. */
  readonly goneAway: boolean;
  /** The same for who waits for WELCOME. */
  readonly error: RelayError;
}

/** What a connection tells its tunnel; the first two may throw a {@link Violation}. */
export interface ConnectionListener {
  onWelcome(welcome: Welcome): void;
  /** @param length the frame's bytes, with its header */
  onFrame(frame: FrameAfterWelcome, length: number): void;
  /** The relay drains; the connection goes on. */
  onAskedToMove(message: string): void;
  /** The page has become hidden or visible. */
  onVisibilityChange(): void;
  /** Once, unless the tunnel ended the connection itself; nothing comes after it. */
  onEnded(end: ConnectionEnd): void;
}

/** What a connection is made with. */
export interface ConnectionSettings {
  /** Made when the WebSocket opens, so that it tells what has been received until then. */
  readonly hello: () => Hello;
  /** Milliseconds from dialling to WELCOME. */
  readonly connectTimeout: number;
}

/**
 * One WebSocket of a tunnel, from HELLO to its end.
 *
 * ```
 *   greeting ──WELCOME──▶ open ──end(), violation, silence, WebSocket closed──▶ ended
 *       └──────────────────────────────────────────────────────────────────────▲
 * ```
 */
export class Connection {
  readonly socket: WebSocketLike;
  readonly #settings: ConnectionSettings;
  readonly #surroundings: Surroundings;
  readonly #listener: ConnectionListener;
  #state: 'greeting' | 'open' | 'ended' = 'greeting';
  #goAway: GoAway | undefined;
  #lastFrameAt = 0;
  #timer: Timer;
  readonly #onVisibilityChange = (): void => this.#listener.onVisibilityChange();

  /** @param socket a WebSocket that is dialling */
  constructor(
    socket: WebSocketLike,
    settings: ConnectionSettings,
    surroundings: Surroundings,
    listener: ConnectionListener,
  ) {
    this.socket = socket;
    this.#settings = settings;
    this.#surroundings = surroundings;
    this.#listener = listener;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.#onSocketOpen();
    socket.onmessage = (event: { readonly data: unknown }) => this.#onMessage(event.data);
    socket.onerror = (event: SocketError) => this.#onSocketError(event);
    socket.onclose = (event: { readonly code: number; readonly reason: string }) =>
      this.#onSocketClosed(event.code, event.reason);
    const { connectTimeout } = settings;
    this.#timer = surroundings.setTimeout(() => {
      const message = `no WELCOME within ${connectTimeout} ms`;
      this.#fail(DEAD, message, new RelayTimeoutError(message));
    }, connectTimeout);
  }

  /** Closes the WebSocket; the listener hears nothing any more. */
  end(close: CloseCode, message: string): void {
    if (this.#state === 'ended') {
      return;
    }
    this.#state = 'ended';
    this.#surroundings.clearTimeout(this.#timer);
    this.#surroundings.events?.removeEventListener('visibilitychange', this.#onVisibilityChange);
    this.socket.close(
      close.code === CONNECTION_LOST.code ? 1000 : close.code,
      closeReason(message || close.meaning),
    );
  }

  #onSocketOpen(): void {
    if (this.#state !== 'greeting') {
      return;
    }
    if (this.socket.protocol !== SUBPROTOCOL) {
      this.#onViolation(`what answered does not speak ${SUBPROTOCOL}`);
      return;
    }
    this.socket.send(encodeFrame({ type: 'HELLO', hello: this.#settings.hello() }));
  }

  #onMessage(data: unknown): void {
    if (this.#state === 'ended') {
      return;
    }
    this.#lastFrameAt = this.#surroundings.now();
    try {
      if (!(data instanceof ArrayBuffer)) {
        throw new Violation('a text message');
      }
      const frame = decodeFrame(new Uint8Array(data));
      if (frame !== undefined) {
        this.#onFrame(frame, data.byteLength);
      }
    } catch (error) {
      if (!(error instanceof Violation)) {
        throw error;
      }
      this.#onViolation(error.message);
    }
  }

  #onFrame(frame: RelayFrame, length: number): void {
    if (frame.type === 'GOAWAY') {
      this.#goAway = frame.goAway;
      if (this.#mayMove && this.#state === 'open') {
        this.#listener.onAskedToMove(frame.goAway.message);
      }
    } else if (this.#state === 'greeting') {
      if (frame.type !== 'WELCOME') {
        throw new Violation(`${frame.type} before WELCOME`);
      }
      this.#state = 'open';
      this.#surroundings.clearTimeout(this.#timer);
      this.#expectMore(this.#silence);
      this.#surroundings.events?.addEventListener('visibilitychange', this.#onVisibilityChange);
      this.#listener.onWelcome(frame.welcome);
    } else if (frame.type === 'WELCOME') {
      throw new Violation('a second WELCOME');
    } else {
      this.#listener.onFrame(frame, length);
    }
  }

  /** The close event that follows knows nothing; Node's error event does. */
  #onSocketError(event: SocketError): void {
    const message = typeof event.message === 'string' ? event.message : '';
    if (String(event.error?.code).startsWith(RFC_6455_ERROR)) {
      this.#onViolation(message);
    } else if (this.#state === 'greeting') {
      this.#fail(CONNECTION_LOST, message, new RelayUnreachableError(message));
    }
  }

  #onSocketClosed(code: number, reason: string): void {
    const named = this.#goAway === undefined ? undefined : closeCodeNamed(this.#goAway.code);
    const known = closeCodeOf(code);
    const close = known === CONNECTION_LOST ? (named ?? known) : known;
    const message = reason || this.#goAway?.message || '';
    this.#fail(
      close,
      close === CONNECTION_LOST ? `close code ${code}` : message,
      relayErrorOf(code, message),
    );
  }

  #onViolation(message: string): void {
    this.#fail(VIOLATION, message, new ProtocolViolationError(message));
  }

  #fail(close: CloseCode, message: string, error: RelayError): void {
    if (this.#state === 'ended') {
      return;
    }
    this.end(close, message);
    const goneAway = this.#goAway !== undefined && !this.#mayMove;
    this.#listener.onEnded({ close, message, error, goneAway });
  }

  get #mayMove(): boolean {
    return this.#goAway?.code === DRAINING.name;
  }

  get #silence(): number {
    return this.#surroundings.isHidden() ? HIDDEN_SILENCE_MS : SILENCE_MS;
  }

  #expectMore(ms: number): void {
    const due = this.#surroundings.now() + ms;
    this.#timer = this.#surroundings.setTimeout(() => {
      const silence = this.#silence;
      const now = this.#surroundings.now();
      const left = this.#lastFrameAt + silence - now;
      if (left > 0) {
        this.#expectMore(left);
        return;
      }
      if (now - due > LATE_MS) {
        this.#expectMore(CATCH_UP_MS);
        return;
      }
      const message = `nothing came from the relay for ${silence / 1_000} seconds`;
      this.#fail(DEAD, message, new RelayTimeoutError(message));
    }, ms);
  }
}
