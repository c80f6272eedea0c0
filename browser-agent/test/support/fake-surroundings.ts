import type { Surroundings, TextStorage } from '../../src/tunnel/surroundings.ts';

/** A clock that the test moves, and a page that it hides. */
export class FakeSurroundings implements Surroundings {
  readonly events = new EventTarget();
  readonly storage: TextStorage = new MapStorage();
  hidden = false;
  /** What `random` gives. */
  luck = 0;
  #now = 1_000;
  readonly #timers = new Map<number, { readonly at: number; readonly run: () => void }>();
  #lastTimer = 0;
  #onTimer: (ms: number) => void = () => {};

  now(): number {
    return this.#now;
  }

  random(): number {
    return this.luck;
  }

  isHidden(): boolean {
    return this.hidden;
  }

  setTimeout(run: () => void, ms: number): number {
    const timer = ++this.#lastTimer;
    this.#timers.set(timer, { at: this.#now + ms, run });
    this.#onTimer(ms);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    this.#timers.delete(timer as number);
  }

  /** How many milliseconds the next timer that is set waits. */
  nextTimer(): Promise<number> {
    return new Promise((resolve) => {
      this.#onTimer = resolve;
    });
  }

  /** Milliseconds until each timer that is set. */
  get waiting(): number[] {
    return [...this.#timers.values()].map(({ at }) => at - this.#now).sort((a, b) => a - b);
  }

  /** Lets time pass while no timer can run; then those that are due do. */
  block(ms: number): void {
    this.#now += ms;
    this.advance(0);
  }

  /** Lets time pass, and runs what is due in its order. */
  advance(ms: number): void {
    const until = this.#now + ms;
    while (true) {
      const [due] = [...this.#timers]
        .filter(([, { at }]) => at <= until)
        .sort(([, a], [, b]) => a.at - b.at);
      if (due === undefined) {
        break;
      }
      const [timer, { at, run }] = due;
      this.#timers.delete(timer);
      this.#now = Math.max(this.#now, at);
      run();
    }
    this.#now = until;
  }
}

class MapStorage implements TextStorage {
  readonly #items = new Map<string, string>();

  getItem(key: string): string | null {
    return this.#items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.#items.set(key, value);
  }

  removeItem(key: string): void {
    this.#items.delete(key);
  }
}
