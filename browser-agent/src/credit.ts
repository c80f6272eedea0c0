import { MAX_CREDIT } from './frame.ts';
import { Violation } from './violation.ts';

/** How many payload bytes the relay has made room for on one stream. */
export class SendCredit {
  #available: number;

  /** @param window the relay's initial window in bytes, from WELCOME */
  constructor(window: number) {
    this.#available = window;
  }

  /** Bytes that may be sent now. */
  get available(): number {
    return this.#available;
  }

  /** Counts bytes as sent; the caller has asked `available` first. */
  spend(bytes: number): void {
    this.#available -= bytes;
  }

  /** @throws {Violation} if the sum passes 2³¹−1 */
  grant(bytes: number): void {
    if (this.#available + bytes > MAX_CREDIT) {
      throw new Violation(`CREDIT of ${bytes} makes more than ${MAX_CREDIT}`);
    }
    this.#available += bytes;
  }
}

/** How many payload bytes the relay may still send on one stream, and what it is owed. */
export class ReceiveCredit {
  readonly #lump: number;
  #granted: number;
  #owed = 0;

  /** @param window the agent's window in bytes, from HELLO */
  constructor(window: number) {
    this.#granted = window;
    this.#lump = Math.ceil(window / 2);
  }

  /** @throws {Violation} if more arrived than was granted */
  receive(bytes: number): void {
    if (bytes > this.#granted) {
      throw new Violation(`${bytes} bytes of DATA where ${this.#granted} were granted`);
    }
    this.#granted -= bytes;
  }

  /** Counts bytes as consumed: they may be granted again. */
  consume(bytes: number): void {
    this.#owed += bytes;
  }

  /** What to grant now: at least half a window at once, or 0 for nothing yet. */
  takeGrant(): number {
    if (this.#owed < this.#lump) {
      return 0;
    }
    const grant = this.#owed;
    this.#owed = 0;
    this.#granted += grant;
    return grant;
  }
}
