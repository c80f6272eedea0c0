/** PROTOCOL.md leaves it to the agent when it dials again. */
const FIRST_MS = 100;
const MOST_MS = 15_000;
const FACTOR = 2;

/**
 * How long to wait before dialling again: "full jitter", anything from 0 to a bound that doubles
 * with every attempt, so that the agents of a relay that restarts do not come all at once.
 */
export class Backoff {
  readonly #random: () => number;
  #attempts = 0;

  /** @param random 0 to 1 */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** Milliseconds until the next attempt. */
  next(): number {
    const bound = Math.min(MOST_MS, FIRST_MS * FACTOR ** this.#attempts);
    this.#attempts++;
    return this.#random() * bound;
  }

  /** An attempt has succeeded. */
  reset(): void {
    this.#attempts = 0;
  }
}
