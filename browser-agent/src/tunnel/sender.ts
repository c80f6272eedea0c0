import { encodeFrame, type FrameBytes } from '../encode.ts';
import { type AgentFrame, isSequenced } from '../frame.ts';
import { Violation } from '../violation.ts';
import { READY_STATE_OPEN, type WebSocketLike } from '../websocket.ts';
import type { Replay } from './replay.ts';

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
 *
 * Belongs to a tunnel and not to its WebSocket. While there is none, sequenced frames are only kept,
 * if there is a replay to keep them; after a resume they are queued before what is new.
 */
export class Sender {
  readonly #replay: Replay | undefined;
  readonly #onViolation: (message: string) => void;
  /** In the order of their turns. */
  readonly #ready = new Set<DataSource>();
  #socket: WebSocketLike | undefined;
  /** Kept frames that this WebSocket has not been given yet. */
  #queued: FrameBytes[] = [];
  #nextQueued = 0;
  #lookAgain: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  /** @param onViolation the relay acknowledges nothing; nothing more is sent */
  constructor(replay: Replay | undefined, onViolation: (message: string) => void) {
    this.#replay = replay;
    this.#onViolation = onViolation;
  }

  /** Sends through this WebSocket from now on, the frames given first. */
  attach(socket: WebSocketLike, again: FrameBytes[]): void {
    this.#socket = socket;
    this.#queued = again;
    this.#nextQueued = 0;
    this.pump();
  }

  /** The WebSocket is gone. */
  detach(): void {
    this.#socket = undefined;
    this.#queued = [];
    this.#nextQueued = 0;
    clearTimeout(this.#lookAgain);
    this.#lookAgain = undefined;
    this.pump();
  }

  /** Sends a frame that is not DATA, at once, or behind what is sent again. */
  send(frame: AgentFrame): void {
    if (this.#stopped) {
      return;
    }
    if (isSequenced(frame.type)) {
      this.#sendSequenced(encodeFrame(frame));
    } else if (this.#isOpen) {
      this.#socket?.send(encodeFrame(frame));
    }
  }

  /** The source may have something to send. */
  wake(source: DataSource): void {
    if (!this.#stopped) {
      this.#ready.add(source);
      this.pump();
    }
  }

  /** Sends what can be sent; also called when frames arrive, since timers may be throttled. */
  pump(): void {
    while (!this.#stopped && this.#mayGoOn()) {
      if (this.#nextQueued < this.#queued.length) {
        this.#sendQueued();
        continue;
      }
      const [source] = this.#ready;
      if (source === undefined || !this.#hasRoom()) {
        return;
      }
      this.#takeTurn(source);
    }
  }

  /** Sends what the sources still have, however full the WebSocket is; for a tunnel that ends. */
  flush(): void {
    while (this.#isOpen && this.#nextQueued < this.#queued.length) {
      this.#sendQueued();
    }
    for (let [source] = this.#ready; source !== undefined; [source] = this.#ready) {
      this.#takeTurn(source);
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#ready.clear();
    this.#queued = [];
    this.#nextQueued = 0;
    clearTimeout(this.#lookAgain);
  }

  get #isOpen(): boolean {
    return this.#socket?.readyState === READY_STATE_OPEN;
  }

  /** Whether the WebSocket takes more, or none is there and frames are kept for the next one. */
  #mayGoOn(): boolean {
    if (this.#socket === undefined || !this.#isOpen) {
      return this.#replay !== undefined;
    }
    if (this.#socket.bufferedAmount <= MAX_BUFFERED_BYTES) {
      return true;
    }
    if (this.#ready.size > 0 || this.#nextQueued < this.#queued.length) {
      this.#lookAgain ??= setTimeout(() => {
        this.#lookAgain = undefined;
        this.pump();
      }, LOOK_AGAIN_MS);
    }
    return false;
  }

  /** Whether the next frame of DATA may go; without a WebSocket it is only kept. */
  #hasRoom(): boolean {
    if (this.#replay === undefined) {
      return true;
    }
    return this.#replay.hasRoom && (!this.#isOpen || this.#replay.pathHasRoom);
  }

  #takeTurn(source: DataSource): void {
    this.#ready.delete(source);
    const frame = source.nextFrame();
    if (frame !== undefined && this.#sendSequenced(frame)) {
      this.#ready.add(source);
    }
  }

  #sendQueued(): void {
    const frame = this.#queued[this.#nextQueued++];
    if (frame !== undefined) {
      this.#socket?.send(frame);
    }
    if (this.#nextQueued === this.#queued.length) {
      this.#queued = [];
      this.#nextQueued = 0;
    }
  }

  #sendSequenced(frame: FrameBytes): boolean {
    try {
      this.#replay?.keep(frame);
    } catch (error) {
      if (!(error instanceof Violation)) {
        throw error;
      }
      this.stop();
      this.#onViolation(error.message);
      return false;
    }
    if (this.#nextQueued < this.#queued.length) {
      this.#queued.push(frame);
    } else if (this.#isOpen) {
      this.#socket?.send(frame);
    }
    return true;
  }
}
