import type { HelloResume, Welcome } from './frame.ts';
import type { TextStorage } from './tunnel/surroundings.ts';

/**
 * Remembers a tunnel's name and its resume secret while a page is loaded again, in the tab's own
 * storage. The password is not kept.
 */
export class ResumeStore {
  readonly #storage: TextStorage;
  readonly #key: string;
  readonly #relay: string;

  /** @param relay the URL that is dialled: no other relay is ever sent the secret */
  constructor(storage: TextStorage, key: string, relay: string) {
    this.#storage = storage;
    this.#key = key;
    this.#relay = relay;
  }

  /** What HELLO asks for, if a tunnel is remembered. */
  load(): HelloResume | undefined {
    const text = this.#storage.getItem(this.#key);
    if (text === null) {
      return undefined;
    }
    let stored: unknown;
    try {
      stored = JSON.parse(text);
    } catch {
      return undefined;
    }
    if (!isStored(stored) || stored.relay !== this.#relay) {
      return undefined;
    }
    return { name: stored.name, secret: stored.secret };
  }

  /** Remembers the tunnel of this WELCOME, or none if it cannot be resumed. */
  save({ name, resume }: Welcome): void {
    if (resume === undefined) {
      this.clear();
      return;
    }
    const stored: Stored = { relay: this.#relay, name, secret: resume.secret };
    try {
      this.#storage.setItem(this.#key, JSON.stringify(stored));
    } catch {
      // Full: the next page gets a new name.
    }
  }

  clear(): void {
    this.#storage.removeItem(this.#key);
  }
}

interface Stored {
  readonly relay: string;
  readonly name: string;
  readonly secret: string;
}

function isStored(value: unknown): value is Stored {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  const { relay, name, secret } = value as Partial<Record<keyof Stored, unknown>>;
  return typeof relay === 'string' && typeof name === 'string' && typeof secret === 'string';
}
