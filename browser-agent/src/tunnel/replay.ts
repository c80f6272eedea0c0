import type { FrameBytes } from '../encode.ts';
import { Violation } from '../violation.ts';

/** PROTOCOL.md section 8: keeping more than this, a side sends no DATA. */
export const MAX_KEPT_BYTES = 8_388_608;
/** PROTOCOL.md section 8: keeping more than this, a side ends the tunnel. */
export const MAX_KEPT_FRAMES = 65_536;
/** PROTOCOL.md section 8: an ACK is due when so many frames, or bytes of them, have come. */
export const ACK_FRAMES = 32;
export const ACK_BYTES = 65_536;

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
  #kept: FrameBytes[] = [];
  /** Frames before this place in `#kept` are acknowledged. */
  #head = 0;
  #keptBytes = 0;
  #acknowledged = 0;
  #received = 0;
  #told = 0;
  #untoldBytes = 0;

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
    this.#kept.push(frame);
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
    for (const frame of this.#kept.slice(this.#head, this.#head + frames)) {
      this.#keptBytes -= frame.length;
    }
    this.#acknowledged += frames;
    this.#kept.fill(NO_FRAME, this.#head, this.#head + frames);
    this.#head += frames;
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
    return this.#kept.slice(this.#head);
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

const NO_FRAME: FrameBytes = new Uint8Array(0);
