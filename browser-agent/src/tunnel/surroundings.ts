/** What {@link Surroundings.setTimeout} gives back. */
export type Timer = unknown;

/** What a tunnel needs of the platform besides a WebSocket; tests have their own. */
export interface Surroundings {
  /** Milliseconds since any fixed moment; never goes back. */
  now(): number;
  setTimeout(run: () => void, ms: number): Timer;
  clearTimeout(timer: Timer): void;
  /** 0 to 1. */
  random(): number;
  /** Whether the page is hidden: browsers then slow its timers down. */
  isHidden(): boolean;
  /** Where `online`, `visibilitychange` and `pageshow` are dispatched; Node has no such thing. */
  readonly events: EventTarget | undefined;
  /** What outlives a reload of the page, and ends with its tab; Node has no such thing. */
  readonly storage: TextStorage | undefined;
}

/** What is used of the browser's `Storage`. */
export type TextStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** The browser's, or Node's. */
export const PLATFORM: Surroundings = {
  now: () => performance.now(),
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout> | undefined),
  random: () => Math.random(),
  isHidden: () => typeof document !== 'undefined' && document.visibilityState === 'hidden',
  events: typeof globalThis.addEventListener === 'function' ? globalThis : undefined,
  get storage() {
    try {
      return globalThis.sessionStorage;
    } catch {
      return undefined; // the browser's settings forbid it
    }
  },
};
