import { concat, Frontend, MESSAGE_HEADER_BYTES } from '../postgres/messages.ts';
import type { CopyStore } from './copy-store.ts';

/** Why a COPY fails that the client has not ended itself. */
export interface CopyFailure {
  readonly sqlstate: string;
  readonly message: string;
  readonly hint?: string;
}

/** The client sent something during a COPY that does not belong there. */
export class CopyViolation extends Error {
  constructor(type: number) {
    super(
      `unexpected message type 0x${type.toString(16).toUpperCase().padStart(2, '0')} during COPY from stdin`,
    );
    this.name = 'CopyViolation';
  }
}

/** The longest CopyFail that Postgres reads (PQ_SMALL_MESSAGE_LIMIT), with its type. */
const MAX_END_BYTES = 10_001;

/**
 * ```
 *   taking in ──CopyDone, CopyFail──▶ ended
 *       └──────fail()───────────────▶ failed
 * ```
 */
type State =
  | { readonly kind: 'taking-in' }
  | { readonly kind: 'ended'; readonly end: Uint8Array }
  | { readonly kind: 'failed'; readonly failure: CopyFailure };

/** What a client sends during one COPY: stores CopyData as it came, and notices the end. */
export class CopyIntake {
  readonly #store: CopyStore;
  readonly #maxBytes: number;
  #state: State = { kind: 'taking-in' };
  /** A header that has not come whole, or a whole CopyFail that has not. */
  #held: Uint8Array | undefined;
  /** Bytes of a CopyData that are still to come. */
  #passing = 0;

  /** @param maxBytes what the COPY may have, headers of its messages included */
  constructor(store: CopyStore, maxBytes: number) {
    this.#store = store;
    this.#maxBytes = maxBytes;
  }

  get store(): CopyStore {
    return this.#store;
  }

  /** The client's CopyDone or CopyFail, when it has come. */
  get end(): Uint8Array | undefined {
    return this.#state.kind === 'ended' ? this.#state.end : undefined;
  }

  get failure(): CopyFailure | undefined {
    return this.#state.kind === 'failed' ? this.#state.failure : undefined;
  }

  get isOver(): boolean {
    return this.#state.kind !== 'taking-in';
  }

  /** Gives up; what still comes is dropped. */
  fail(failure: CopyFailure): void {
    if (this.#state.kind !== 'failed') {
      this.#state = { kind: 'failed', failure };
      this.#store.drop();
    }
  }

  /**
   * Takes whatever piece of the client's messages comes next.
   *
   * @returns resolves when there is room for more
   * @throws {CopyViolation} for a message that does not belong to a COPY
   */
  add(piece: Uint8Array): Promise<void> | undefined {
    let bytes = piece;
    if (this.#held !== undefined) {
      bytes = concat([this.#held, piece]);
      this.#held = undefined;
    }
    let room: Promise<void> | undefined;
    let at = 0;
    while (at < bytes.length && this.#state.kind === 'taking-in') {
      if (this.#passing === 0) {
        const length = this.#header(bytes, at);
        if (length === undefined) {
          this.#held = bytes.slice(at);
          return room;
        }
        if (bytes[at] !== Frontend.COPY_DATA) {
          at += length;
          continue;
        }
        this.#passing = length;
      }
      // as long a stretch of whole and broken CopyData as there is
      const from = at;
      while (at < bytes.length) {
        if (this.#passing === 0) {
          const length = bytes[at] === Frontend.COPY_DATA ? this.#header(bytes, at) : undefined;
          if (length === undefined) {
            break;
          }
          this.#passing = length;
        }
        const count = Math.min(this.#passing, bytes.length - at);
        this.#passing -= count;
        at += count;
      }
      room = this.#keep(bytes.subarray(from, at)) ?? room;
    }
    return room;
  }

  /** @returns the message's bytes, header included, or undefined while it cannot be judged */
  #header(bytes: Uint8Array, at: number): number | undefined {
    const type = bytes[at] ?? 0;
    if (!isOfCopy(type)) {
      throw new CopyViolation(type);
    }
    if (at + MESSAGE_HEADER_BYTES > bytes.length) {
      return undefined;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const length = 1 + view.getUint32(at + 1);
    if (length < MESSAGE_HEADER_BYTES) {
      throw new CopyViolation(type);
    }
    if (type === Frontend.COPY_DATA) {
      return length;
    }
    if (length > MAX_END_BYTES) {
      throw new CopyViolation(type);
    }
    if (at + length > bytes.length) {
      return undefined;
    }
    if (type === Frontend.COPY_DONE || type === Frontend.COPY_FAIL) {
      this.#state = { kind: 'ended', end: bytes.slice(at, at + length) };
    }
    return length;
  }

  #keep(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#store.size + bytes.length > this.#maxBytes) {
      this.fail({
        sqlstate: '53200',
        message: `the data of the COPY is larger than the ${this.#maxBytes} bytes that this database takes in`,
        hint: 'Copy it in several pieces, or ask the owner to share with a larger maxCopy.',
      });
      return undefined;
    }
    return this.#store.add(bytes);
  }
}

function isOfCopy(type: number): boolean {
  return (
    type === Frontend.COPY_DATA ||
    type === Frontend.COPY_DONE ||
    type === Frontend.COPY_FAIL ||
    type === Frontend.FLUSH ||
    type === Frontend.SYNC
  );
}
