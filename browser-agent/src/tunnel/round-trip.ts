/** How often it is measured, in milliseconds, and how long the shortest counts. */
const INTERVAL_MS = 1_000;
const EXPIRY_MS = 10_000;

/** What the PINGs carry first; then a number. */
const MARK = 0x63756c76;

/**
 * The time that a frame and its answer take, measured by PING and PONG while somebody wants to
 * know. The shortest of some seconds counts: the others waited behind data or for a busy relay.
 */
export class RoundTrip {
  readonly #now: () => number;
  readonly #ping: (payload: Uint8Array) => void;
  #number = 0;
  #underway = false;
  #sentAt = 0;
  #shortest: number | undefined;
  #measuredAt = 0;

  /**
   * @param now milliseconds since any fixed moment
   * @param ping sends PING with these eight bytes
   */
  constructor(now: () => number, ping: (payload: Uint8Array) => void) {
    this.#now = now;
    this.#ping = ping;
  }

  /** Milliseconds, or 0 while it is not known. */
  get ms(): number {
    return this.#shortest ?? 0;
  }

  /** It is needed: measures it, unless that was just done. */
  want(): void {
    const now = this.#now();
    const due = this.#shortest === undefined || now - this.#sentAt >= INTERVAL_MS;
    if (!this.#underway && due) {
      this.#underway = true;
      this.#sentAt = now;
      this.#number++;
      const payload = new Uint8Array(8);
      const view = new DataView(payload.buffer);
      view.setUint32(0, MARK);
      view.setUint32(4, this.#number);
      this.#ping(payload);
    }
  }

  /** A PONG came; of another PING, it says nothing. */
  onPong(payload: Uint8Array): void {
    const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
    if (!this.#underway || view.getUint32(0) !== MARK || view.getUint32(4) !== this.#number) {
      return;
    }
    this.#underway = false;
    const now = this.#now();
    const sample = now - this.#sentAt;
    if (
      this.#shortest === undefined ||
      sample <= this.#shortest ||
      now - this.#measuredAt >= EXPIRY_MS
    ) {
      this.#shortest = sample;
      this.#measuredAt = now;
    }
  }

  /** Another WebSocket has come: another path, and the PING under way is lost. */
  restart(): void {
    this.#underway = false;
    this.#shortest = undefined;
  }
}
