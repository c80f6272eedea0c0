import type { FrameBytes } from '../encode.ts';
import { Violation } from '../violation.ts';
import { PathWindow, type SentAt } from './path-window.ts';

/** PROTOCOL.md section 8: keeping more than this, a side sends no DATA. */
export const MAX_KEPT_BYTES = 8_388_608;
/** PROTOCOL.md section 8: keeping more than this, a side ends the tunnel. */
export const MAX_KEPT_FRAMES = 65_536;
/** PROTOCOL.md section 8: an ACK is due when so many frames, or bytes of them, have come. */
export const ACK_FRAMES = 32;
export const ACK_BYTES = 32_768;

/**
 * Numbers the sequenced frames of one tunnel in both directions, and keeps those sent until the
 * relay has acknowledged them, so that a tunnel outlives its WebSocket (PROTOCOL.md section 8).
 *
 * ```
 *   sent:      1 … #acknowledged │ #kept … #sent
 *   received:  1 … #told         │ … #received          (told by ACK or HELLO)
 * ```
 */
export class Replay {
  #kept: Kept[] = [];
  readonly #path: PathWindow;
  /** Frames before this place in `#kept` are acknowledged. */
  #head = 0;
  #keptBytes = 0;
  #acknowledged = 0;
  #received = 0;
  #told = 0;
  #untoldBytes = 0;

  /** @param now milliseconds since any fixed moment */
  constructor(now: () => number) {
    this.#path = new PathWindow(now);
  }

  /** How many sequenced frames were sent. */
  get sent(): number {
    return this.#acknowledged + this.keptFrames;
  }

  /** How many sequenced frames were received. */
  get received(): number {
    return this.#received;
  }

  get keptFrames(): number {
    return this.#kept.length - this.#head;
  }

  get keptBytes(): number {
    return this.#keptBytes;
  }

  /** Whether DATA may be sent. */
  get hasRoom(): boolean {
    return this.#keptBytes <= MAX_KEPT_BYTES;
  }

  /** Whether DATA may be sent through the present WebSocket; for a sender that has some. */
  get pathHasRoom(): boolean {
    return this.#path.hasRoom(this.#keptBytes);
  }

  /**
   * Numbers a frame that is sent, and keeps it.
   *
   * @param frame its bytes, which nobody changes any more
   * @throws {Violation} if the relay acknowledges nothing
   */
  keep(frame: FrameBytes): void {
    if (this.keptFrames >= MAX_KEPT_FRAMES) {
      throw new Violation(`the relay has not acknowledged ${MAX_KEPT_FRAMES} frames`);
    }
    this.#kept.push({ frame, sent: this.#path.send() });
    this.#keptBytes += frame.length;
  }

  /** @throws {Violation} if the relay cannot have received so many, or has had more before */
  acknowledge(count: number | bigint): void {
    if (count > this.sent || count < this.#acknowledged) {
      throw new Violation(
        `${count} frames acknowledged, where ${this.#acknowledged} were before and ${this.sent} sent`,
      );
    }
    const frames = Number(count) - this.#acknowledged;
    const acknowledged = this.#kept.slice(this.#head, this.#head + frames);
    const bytes = acknowledged.reduce((sum, { frame }) => sum + frame.length, 0);
    this.#keptBytes -= bytes;
    this.#acknowledged += frames;
    this.#kept.fill(NOTHING, this.#head, this.#head + frames);
    this.#head += frames;
    const last = acknowledged.at(-1);
    if (last !== undefined) {
      this.#path.onAcknowledged(bytes, last.sent);
    }
    if (this.#head * 2 >= this.#kept.length) {
      this.#kept = this.#kept.slice(this.#head);
      this.#head = 0;
    }
  }

  /**
   * The tunnel goes on over another WebSocket.
   *
   * @param received how many frames the relay has received
   * @returns the frames to send again, in order
   * @throws {Violation} if that count is impossible
   */
  resumeFrom(received: number): FrameBytes[] {
    this.acknowledge(received);
    this.#path.restart();
    return this.#kept.slice(this.#head).map(({ frame }) => frame);
  }

  /** Counts a sequenced frame that came, of so many bytes with its header. */
  receive(bytes: number): void {
    this.#received++;
    this.#untoldBytes += bytes;
  }

  /** Whether the relay does not know yet what was received. */
  get isAckWaiting(): boolean {
    return this.#received > this.#told;
  }

  get isAckDue(): boolean {
    return this.#received - this.#told >= ACK_FRAMES || this.#untoldBytes >= ACK_BYTES;
  }

  /** What to tell the relay, in ACK or HELLO; the caller does. */
  tellReceived(): number {
    this.#told = this.#received;
    this.#untoldBytes = 0;
    return this.#received;
  }
}

interface Kept {
  readonly frame: FrameBytes;
  readonly sent: SentAt;
}

const NOTHING: Kept = { frame: new Uint8Array(0), sent: { at: 0, acknowledged: 0 } };
