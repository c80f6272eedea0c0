import type { Surroundings, Timer } from './surroundings.ts';

/** When one of these comes, the network or the page is likely to be back. */
const EVENTS = ['online', 'visibilitychange', 'pageshow'] as const;

/** Waits until it is time to dial again: for so long, or until the browser says that it may work. */
export class Redial {
  readonly #surroundings: Surroundings;
  #timer: Timer;
  #dial: (() => void) | undefined;
  readonly #onEvent = ({ type }: Event): void => {
    if (type !== 'visibilitychange' || !this.#surroundings.isHidden()) {
      this.#now();
    }
  };

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  /** Calls `dial` once, unless stopped before. */
  after(ms: number, dial: () => void): void {
    this.stop();
    this.#dial = dial;
    this.#timer = this.#surroundings.setTimeout(() => this.#now(), ms);
    for (const event of EVENTS) {
      this.#surroundings.events?.addEventListener(event, this.#onEvent);
    }
  }

  stop(): void {
    this.#dial = undefined;
    this.#surroundings.clearTimeout(this.#timer);
    for (const event of EVENTS) {
      this.#surroundings.events?.removeEventListener(event, this.#onEvent);
    }
  }

  #now(): void {
    const dial = this.#dial;
    this.stop();
    dial?.();
  }
}
