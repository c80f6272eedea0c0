import { encodeFrame, type FrameBytes } from '../encode.ts';
import type { AgentFrame } from '../frame.ts';
import { READY_STATE_OPEN, type WebSocketLike } from '../websocket.ts';

/** Above this many bytes that the WebSocket has not sent yet, no more DATA is handed to it. */
const MAX_BUFFERED_BYTES = 1_048_576;
/** A WebSocket does not say when its buffer has drained: look again after this many milliseconds. */
const LOOK_AGAIN_MS = 10;

/** Something that may have a DATA frame, or the CLOSE that follows them, to send. */
export interface DataSource {
  /** The next frame, or undefined if there is nothing, or no credit for it. */
  nextFrame(): FrameBytes | undefined;
}

/**
 * Sends frames in the order of PROTOCOL.md section 6: streams take turns, one DATA frame each, and
 * everything else goes first.
 */
export class Sender {
  readonly #socket: WebSocketLike;
  /** In the order of their turns. */
  readonly #ready = new Set<DataSource>();
  #lookAgain: ReturnType<typeof setTimeout> | undefined;

  constructor(socket: WebSocketLike) {
    this.#socket = socket;
  }

  /** Sends a frame that is not DATA, at once. */
  send(frame: AgentFrame): void {
    if (this.#socket.readyState === READY_STATE_OPEN) {
      this.#socket.send(encodeFrame(frame));
    }
  }

  /** The source may have something to send. */
  wake(source: DataSource): void {
    this.#ready.add(source);
    this.pump();
  }

  /** Sends what can be sent; also called when frames arrive, since timers may be throttled. */
  pump(): void {
    while (this.#ready.size > 0 && this.#socket.readyState === READY_STATE_OPEN) {
      if (this.#socket.bufferedAmount > MAX_BUFFERED_BYTES) {
        this.#lookAgain ??= setTimeout(() => {
          this.#lookAgain = undefined;
          this.pump();
        }, LOOK_AGAIN_MS);
        return;
      }
      const [source] = this.#ready;
      if (source === undefined) {
        return;
      }
      this.#ready.delete(source);
      const frame = source.nextFrame();
      if (frame !== undefined) {
        this.#socket.send(frame);
        this.#ready.add(source);
      }
    }
  }

  stop(): void {
    this.#ready.clear();
    clearTimeout(this.#lookAgain);
  }
}
