/**
 * Keeps what a client sends for a COPY until all of it is there, and gives it back once, in order.
 * The store of {@link makeMemoryStore} keeps it in memory; Node's spills to a file.
 */
export interface CopyStore {
  /** Bytes added so far. */
  readonly size: number;
  /**
   * Adds bytes, which the caller may use again.
   *
   * @returns resolves when there is room for more; never rejects, a failure shows in `finish`
   */
  add(bytes: Uint8Array): Promise<void> | undefined;
  /**
   * Nothing more is added; after this the bytes can be read.
   *
   * @throws if they could not be kept
   */
  finish(): Promise<void>;
  /** The next bytes, as many as there are at hand but at most `most`; valid until the next call. */
  read(most: number): Uint8Array;
  /** Forgets everything; may be called at any time, and twice. */
  drop(): void;
}

/** Makes the store for one COPY. */
export type MakeCopyStore = () => CopyStore;

/** Small pieces are gathered, so that memory is used for bytes and not for what describes them. */
const BLOCK_BYTES = 262_144;

/** Blocks of memory, filled one after the other, and freed as they are read. */
export class MemoryStore implements CopyStore {
  #blocks: (Uint8Array | undefined)[] = [];
  #size = 0;
  /** Bytes in the last block. */
  #filled = BLOCK_BYTES;
  #at = 0;

  get size(): number {
    return this.#size;
  }

  add(bytes: Uint8Array): undefined {
    let at = 0;
    while (at < bytes.length) {
      if (this.#filled === BLOCK_BYTES) {
        this.#blocks.push(new Uint8Array(BLOCK_BYTES));
        this.#filled = 0;
      }
      const count = Math.min(bytes.length - at, BLOCK_BYTES - this.#filled);
      this.#blocks.at(-1)?.set(bytes.subarray(at, at + count), this.#filled);
      this.#filled += count;
      at += count;
    }
    this.#size += bytes.length;
  }

  async finish(): Promise<void> {}

  read(most: number): Uint8Array {
    const index = Math.floor(this.#at / BLOCK_BYTES);
    const offset = this.#at % BLOCK_BYTES;
    if (offset === 0 && index > 0) {
      this.#blocks[index - 1] = undefined;
    }
    const count = Math.min(most, BLOCK_BYTES - offset, this.#size - this.#at);
    this.#at += count;
    return this.#blocks[index]?.subarray(offset, offset + count) ?? NOTHING;
  }

  drop(): void {
    this.#blocks = [];
    this.#size = 0;
    this.#at = 0;
    this.#filled = BLOCK_BYTES;
  }
}

const NOTHING = new Uint8Array(0);

export const makeMemoryStore: MakeCopyStore = () => new MemoryStore();
