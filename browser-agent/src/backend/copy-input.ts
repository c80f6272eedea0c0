import type { CopyStore } from './copy-store.ts';

/**
 * Messages for PGlite that are fetched while it reads them, so that the data of a COPY is never in
 * memory as one piece.
 *
 * PGlite 0.5 takes a `Uint8Array`, of which it uses no more than `length`, the first byte, and
 * `subarray` for one stretch after the other (`execProtocolRawSync` and its read callback). This is
 * an object with just these; a PGlite that used anything else would fail at once, not silently.
 */
export function copyInput(head: Uint8Array, store: CopyStore, tail: Uint8Array): Uint8Array {
  return new CopyInput(head, store, tail) as unknown as Uint8Array;
}

class CopyInput implements Pick<Uint8Array, 'length' | 'subarray'> {
  readonly length: number;
  readonly 0: number | undefined;
  readonly #head: Uint8Array;
  readonly #store: CopyStore;
  readonly #tail: Uint8Array;
  readonly #tailStart: number;
  #at = 0;
  #piece = new Uint8Array(0);

  constructor(head: Uint8Array, store: CopyStore, tail: Uint8Array) {
    this.#head = head;
    this.#store = store;
    this.#tail = tail;
    this.#tailStart = head.length + store.size;
    this.length = this.#tailStart + tail.length;
    this[0] = head[0];
  }

  subarray(begin = 0, end = this.length): Uint8Array<ArrayBuffer> {
    if (begin !== this.#at) {
      throw new Error(`read at ${begin} where ${this.#at} comes next`);
    }
    const count = end - begin;
    if (this.#piece.length < count) {
      this.#piece = new Uint8Array(count);
    }
    let filled = 0;
    while (filled < count) {
      const bytes = this.#next(count - filled);
      if (bytes.length === 0) {
        throw new Error('the data of the COPY is not all there');
      }
      this.#piece.set(bytes, filled);
      filled += bytes.length;
      this.#at += bytes.length;
    }
    return this.#piece.subarray(0, count);
  }

  #next(most: number): Uint8Array {
    if (this.#at < this.#head.length) {
      return this.#head.subarray(this.#at, this.#at + most);
    }
    if (this.#at < this.#tailStart) {
      return this.#store.read(most);
    }
    const at = this.#at - this.#tailStart;
    return this.#tail.subarray(at, at + most);
  }
}
