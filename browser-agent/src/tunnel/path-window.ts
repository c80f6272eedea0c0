/** Twice what a relay may leave unacknowledged: a sender that is held up always gets an ACK. */
export const LEAST_BYTES = 65_536;
/** What is on its way and has arrived already. */
const SLACK_BYTES = 32_768;
const MAX_BYTES = 8_388_608;
/** For how many rounds a rate counts, and for how many milliseconds a round trip. */
const ROUNDS = 10;
const EXPIRY_MS = 10_000;
/** The rate grows when a round has so much more than those before. */
const GROWTH = 1.25;
/** A round trip that is so much longer than the shortest says that something queues. */
const LONGER = 1.25;
const JITTER_MS = 2;

/** A frame as it was sent: when, and how many bytes were acknowledged by then. */
export interface SentAt {
  readonly at: number;
  readonly acknowledged: number;
}

/**
 * How many bytes may be on their way to the relay: enough to fill the path, and not much more. What
 * waits in the buffers of WebSockets, sockets and routers cannot be overtaken any more, by a frame
 * of another stream or by a control frame; and a browser does not tell of most of it.
 *
 * The path is known by its acknowledgements: how long they take at the shortest, and at which rate
 * they come at most. Their product is what the path holds; on top comes what a relay may
 * leave unacknowledged. While the rate grows and
 * nothing queues, it is twice the product. When the shortest time was not seen for a while, the path
 * is left to drain for one round trip, and the time is measured anew.
 */
export class PathWindow {
  readonly #now: () => number;
  #rates: number[] = [];
  #shortest = Number.POSITIVE_INFINITY;
  #shortestAt = 0;
  #bytes = LEAST_BYTES;
  #draining = false;
  #restartedAt = 0;
  /** Bytes acknowledged since the start of the tunnel. */
  #acknowledged = 0;
  #roundStart = 0;
  #roundRate = 0;
  #roundShortest = Number.POSITIVE_INFINITY;
  #held = false;

  /** @param now milliseconds since any fixed moment */
  constructor(now: () => number) {
    this.#now = now;
    this.restart();
  }

  /** The bytes that may be on their way. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Notes a frame that is sent now. */
  send(): SentAt {
    return { at: this.#now(), acknowledged: this.#acknowledged };
  }

  /** Whether a sender that has more to send may, with so many bytes unacknowledged. */
  hasRoom(unacknowledged: number): boolean {
    if (unacknowledged < this.#bytes) {
      return true;
    }
    this.#held = true;
    return false;
  }

  /** So many bytes are acknowledged; the last of the frames was this one. */
  onAcknowledged(bytes: number, last: SentAt): void {
    this.#acknowledged += bytes;
    if (last.at < this.#restartedAt) {
      return;
    }
    const now = this.#now();
    // a browser's clock is coarse
    const trip = Math.max(0.1, now - last.at);
    this.#shortest = Math.min(this.#shortest, trip);
    if (trip <= this.#shortest * LONGER) {
      this.#shortestAt = now;
    }
    this.#roundShortest = Math.min(this.#roundShortest, trip);
    this.#roundRate = Math.max(this.#roundRate, (this.#acknowledged - last.acknowledged) / trip);
    if (last.acknowledged >= this.#roundStart) {
      this.#endRound(now);
    }
  }

  /** Another WebSocket: nothing is known of its path, and what was sent before tells nothing. */
  restart(): void {
    this.#rates = [];
    this.#shortest = Number.POSITIVE_INFINITY;
    this.#restartedAt = this.#now();
    this.#shortestAt = this.#restartedAt;
    this.#bytes = LEAST_BYTES;
    this.#draining = false;
    this.#beginRound();
  }

  #endRound(now: number): void {
    if (this.#draining) {
      this.#draining = false;
      this.#shortest = this.#roundShortest;
      this.#shortestAt = now;
    }
    const before = Math.max(0, ...this.#rates);
    const queues = this.#roundShortest > this.#shortest * LONGER + JITTER_MS;
    const grows = this.#held && !queues && this.#roundRate >= GROWTH * before;
    if (this.#held || this.#roundRate > before) {
      this.#rates = [...this.#rates.slice(1 - ROUNDS), this.#roundRate];
    }
    const holds = Math.max(0, ...this.#rates) * this.#shortest;
    const wanted = Math.floor(grows ? 2 * holds : holds) + SLACK_BYTES;
    this.#bytes = Math.min(MAX_BYTES, Math.max(LEAST_BYTES, wanted));
    if (this.#held && now - this.#shortestAt >= EXPIRY_MS) {
      this.#draining = true;
      this.#bytes = LEAST_BYTES;
    }
    this.#beginRound();
  }

  #beginRound(): void {
    this.#roundStart = this.#acknowledged;
    this.#roundRate = 0;
    this.#roundShortest = Number.POSITIVE_INFINITY;
    this.#held = false;
  }
}
