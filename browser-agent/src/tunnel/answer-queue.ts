/** The next part of an answer, for one DATA frame. */
export interface AnswerPart {
  readonly pieces: readonly Uint8Array[];
  /** The pieces' bytes together. */
  readonly length: number;
  readonly end: boolean;
}

/**
 * Answers that wait to be sent, as the chunks in which the backend gave them. Frames are cut from
 * the chunks when they are sent, so that a large answer is neither joined nor copied as a whole.
 */
export class AnswerQueue {
  #items: { readonly bytes: Uint8Array; readonly end: boolean }[] = [];
  #head = 0;
  #offset = 0;
  #bytes = 0;

  /** Payload bytes that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#head === this.#items.length;
  }

  /**
   * Adds the answer to one batch, or a part of it.
   *
   * @param end whether the answer ends with it; without bytes, its end alone is sent
   */
  add(chunks: readonly Uint8Array[], end: boolean): void {
    const last = chunks.length - 1;
    chunks.forEach((bytes, at) => {
      this.#items.push({ bytes, end: end && at === last });
      this.#bytes += bytes.length;
    });
    if (end && last < 0) {
      this.#items.push({ bytes: new Uint8Array(0), end: true });
    }
  }

  /**
   * Takes at most `limit` bytes of one answer.
   *
   * @returns undefined if there is nothing, or nothing that fits
   */
  take(limit: number): AnswerPart | undefined {
    const pieces: Uint8Array[] = [];
    let length = 0;
    let end = false;
    while (!end) {
      const item = this.#items[this.#head];
      if (item === undefined) {
        break;
      }
      const left = item.bytes.length - this.#offset;
      const room = limit - length;
      if (left > room) {
        if (room > 0) {
          pieces.push(item.bytes.subarray(this.#offset, this.#offset + room));
          this.#offset += room;
          length += room;
        }
        break;
      }
      pieces.push(item.bytes.subarray(this.#offset));
      length += left;
      end = item.end;
      this.#offset = 0;
      this.#head++;
    }
    this.#bytes -= length;
    this.#forgetSent();
    return length > 0 || end ? { pieces, length, end } : undefined;
  }

  clear(): void {
    this.#items = [];
    this.#head = 0;
    this.#offset = 0;
    this.#bytes = 0;
  }

  #forgetSent(): void {
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    } else if (this.#head > 1_024) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
  }
}
