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

/** How much a receiver lets its peer send ahead, in bytes. */
export interface WindowLimits {
  /** A stream's window when it opens. */
  readonly initial: number;
  /** What it may grow to. */
  readonly max: number;
  /** What the windows of a tunnel's streams may grow to together. */
  readonly perTunnel: number;
}

/** What the windows of one tunnel's streams have together. */
export class WindowBudget {
  readonly #limits: WindowLimits;
  #used = 0;

  constructor(limits: WindowLimits) {
    this.#limits = limits;
  }

  /** Bytes in all windows. */
  get used(): number {
    return this.#used;
  }

  /** A stream opens, and gets its initial window. */
  open(): number {
    this.#used += this.#limits.initial;
    return this.#limits.initial;
  }

  /** Whether a stream's window could be larger. */
  mayGrow(window: number): boolean {
    return window < this.#limits.max && this.#used < this.#limits.perTunnel;
  }

  /** What a stream's window has after it was doubled as far as the limits let it. */
  doubled(window: number): number {
    const room = Math.max(0, this.#limits.perTunnel - this.#used);
    const more = Math.min(window, this.#limits.max - window, room);
    this.#used += more;
    return window + more;
  }

  /** A stream is gone, and its window with it. */
  close(window: number): void {
    this.#used -= window;
  }
}

/** What {@link ReceiveCredit} wants of a round trip's measurement. */
export interface MeasuredRoundTrip {
  /** Milliseconds, or 0 while it is not known. */
  readonly ms: number;
  /** It is needed: measures it. */
  want(): void;
}

/**
 * How many payload bytes the relay may still send on one stream, and what it is owed.
 *
 * What the relay may still send and what was not consumed is together never more than the window.
 * The window doubles when half of it or more was granted within a round trip: it may be what holds
 * the relay up then.
 */
export class ReceiveCredit {
  readonly #budget: WindowBudget;
  readonly #roundTrip: MeasuredRoundTrip;
  readonly #now: () => number;
  #window: number;
  #granted: number;
  #unconsumed = 0;
  /** What was granted since `#periodStart`; a period is a round trip or longer. */
  #periodBytes = 0;
  #periodStart: number;
  #closed = false;

  /** @param now milliseconds since any fixed moment */
  constructor(budget: WindowBudget, roundTrip: MeasuredRoundTrip, now: () => number) {
    this.#budget = budget;
    this.#roundTrip = roundTrip;
    this.#now = now;
    this.#window = budget.open();
    this.#granted = this.#window;
    this.#periodStart = now();
  }

  /** The most that the relay may send ahead of what is consumed. */
  get window(): number {
    return this.#window;
  }

  /** @throws {Violation} if more arrived than was granted */
  receive(bytes: number): void {
    if (bytes > this.#granted) {
      throw new Violation(`${bytes} bytes of DATA where ${this.#granted} were granted`);
    }
    this.#granted -= bytes;
    this.#unconsumed += bytes;
  }

  /** Counts bytes as consumed: they may be granted again. */
  consume(bytes: number): void {
    this.#unconsumed -= bytes;
  }

  /** What to grant now: at least a quarter of the window at once, or 0 for nothing yet. */
  takeGrant(): number {
    const room = this.#window - this.#granted - this.#unconsumed;
    if (room < this.#window / 4) {
      return 0;
    }
    this.#growIfTooSmall(room);
    const grant = this.#window - this.#granted - this.#unconsumed;
    this.#granted += grant;
    return grant;
  }

  /** The stream is gone: its window is free for others. */
  close(): void {
    if (!this.#closed) {
      this.#closed = true;
      this.#budget.close(this.#window);
    }
  }

  #growIfTooSmall(room: number): void {
    if (this.#closed || !this.#budget.mayGrow(this.#window)) {
      return;
    }
    this.#roundTrip.want();
    const now = this.#now();
    const elapsed = now - this.#periodStart;
    const { ms } = this.#roundTrip;
    this.#periodBytes += room;
    if (elapsed < ms) {
      return;
    }
    if (ms > 0 && ms * this.#periodBytes >= elapsed * (this.#window / 2)) {
      this.#window = this.#budget.doubled(this.#window);
    }
    this.#periodBytes = 0;
    this.#periodStart = now;
  }
}
