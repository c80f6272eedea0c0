/** Gives one of PGlite's locks back. */
export type Release = () => void;

/**
 * Takes a lock that exists only as "run this while you hold it".
 *
 * @param runExclusive e.g. PGlite's `_runExclusiveTransaction`
 * @returns what gives the lock back, once it is held
 */
export function takeLock(
  runExclusive: (fn: () => Promise<void>) => Promise<void>,
): Promise<Release> {
  return new Promise((resolve, reject) => {
    runExclusive(() => new Promise<void>((release) => resolve(release))).catch(reject);
  });
}

/** Who comes first gets it first; what the lease on the backend is made of. */
export class Lease {
  #held = false;
  readonly #waiting: (() => void)[] = [];

  /** @returns what gives the lease on, once it is held */
  async take(): Promise<Release> {
    if (this.#held) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#held = true;
    let released = false;
    return () => {
      if (released) {
        return;
      }
      released = true;
      const next = this.#waiting.shift();
      if (next === undefined) {
        this.#held = false;
      } else {
        next();
      }
    };
  }
}
