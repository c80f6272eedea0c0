import { closeSync, openSync, readSync } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CopyStore, MemoryStore } from '../backend/copy-store.ts';

/** A COPY of up to this many bytes stays in memory. */
const MEMORY_BYTES = 16_777_216;

/** Bytes that may wait for the disk before the client has to. */
const MAX_UNWRITTEN = 4_194_304;

/** Bytes read from the file at once. */
const READ_AHEAD = 1_048_576;

/**
 * Keeps the first bytes in memory and the rest in a file in the folder for temporary files, which
 * only this process can open and which is gone when it ends.
 */
export class SpillStore implements CopyStore {
  readonly #memory = new MemoryStore();
  readonly #memoryBytes: number;
  #file: SpillFile | undefined;
  #dropped = false;

  /** @param memoryBytes how many bytes stay in memory */
  constructor(memoryBytes = MEMORY_BYTES) {
    this.#memoryBytes = memoryBytes;
  }

  get size(): number {
    return this.#memory.size + (this.#file?.size ?? 0);
  }

  add(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#dropped) {
      return undefined;
    }
    const kept = Math.min(bytes.length, this.#memoryBytes - this.#memory.size);
    this.#memory.add(bytes.subarray(0, kept));
    if (kept === bytes.length) {
      return undefined;
    }
    this.#file ??= new SpillFile();
    return this.#file.add(bytes.subarray(kept));
  }

  async finish(): Promise<void> {
    await this.#file?.finish();
  }

  read(most: number): Uint8Array {
    const bytes = this.#memory.read(most);
    return bytes.length > 0 || this.#file === undefined ? bytes : this.#file.read(most);
  }

  drop(): void {
    this.#dropped = true;
    this.#memory.drop();
    this.#file?.drop();
    this.#file = undefined;
  }
}

/** A file that is written by and by, and read once. */
class SpillFile {
  size = 0;
  #directory: string | undefined;
  /** For reading. */
  #descriptor: number | undefined;
  #unwritten = 0;
  #writing: Promise<void>;
  #handle: FileHandle | undefined;
  #failure: unknown;
  #dropped = false;
  #at = 0;
  #buffer: Uint8Array | undefined;
  #ahead: Uint8Array = new Uint8Array(0);
  #aheadAt = 0;

  constructor() {
    this.#writing = this.#open();
  }

  async #open(): Promise<void> {
    try {
      this.#directory = await mkdtemp(join(tmpdir(), 'culvert-copy-'));
      const path = join(this.#directory, 'data');
      this.#handle = await open(path, 'wx', 0o600);
      this.#descriptor = openSync(path, 'r');
      // The open file stays readable. Windows removes it only when it is closed: see `drop`.
      await this.#remove();
    } catch (error) {
      this.#failure ??= error;
    }
  }

  async #remove(): Promise<void> {
    if (this.#directory !== undefined) {
      await rm(this.#directory, { recursive: true, force: true }).catch(() => {});
    }
  }

  add(bytes: Uint8Array): Promise<void> | undefined {
    this.size += bytes.length;
    this.#unwritten += bytes.length;
    const own = bytes.slice();
    this.#writing = this.#writing.then(() => this.#write(own));
    return this.#unwritten > MAX_UNWRITTEN ? this.#writing : undefined;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      if (!this.#dropped && this.#failure === undefined) {
        for (let at = 0; at < bytes.length; ) {
          at += (await this.#handle?.write(bytes, at))?.bytesWritten ?? bytes.length;
        }
      }
    } catch (error) {
      this.#failure ??= error;
    }
    this.#unwritten -= bytes.length;
  }

  async finish(): Promise<void> {
    await this.#writing;
    if (this.#failure !== undefined) {
      throw this.#failure;
    }
  }

  read(most: number): Uint8Array {
    if (this.#aheadAt === this.#ahead.length && this.#descriptor !== undefined) {
      this.#buffer ??= new Uint8Array(READ_AHEAD);
      const count = readSync(this.#descriptor, this.#buffer, 0, READ_AHEAD, this.#at);
      this.#at += count;
      this.#ahead = this.#buffer.subarray(0, count);
      this.#aheadAt = 0;
    }
    const bytes = this.#ahead.subarray(this.#aheadAt, this.#aheadAt + most);
    this.#aheadAt += bytes.length;
    return bytes;
  }

  drop(): void {
    this.#dropped = true;
    this.#writing.then(async () => {
      if (this.#descriptor !== undefined) {
        closeSync(this.#descriptor);
        this.#descriptor = undefined;
      }
      await this.#handle?.close();
      await this.#remove();
    });
  }
}
