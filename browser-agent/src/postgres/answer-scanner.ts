import { BackendMessage, MESSAGE_HEADER_BYTES, type TransactionStatus } from './messages.ts';

/** A NotificationResponse that stood in an answer. */
export interface Notification {
  readonly channel: string;
  readonly payload: string;
}

/** What a scanner asks about a message that it has whole. */
export interface AnswerRules {
  /** Whether the client is to get this notification. */
  passNotification(notification: Notification): boolean;
  /** Whether everything before the first ErrorResponse is dropped. */
  readonly fromErrorOn: boolean;
}

/** Passes everything on. */
export const PASS_ALL: AnswerRules = { passNotification: () => true, fromErrorOn: false };

const latin1 = new TextDecoder('latin1');
const utf8 = new TextDecoder();

/**
 * Reads the headers of a backend's answer while its chunks come in, in whatever pieces. Bodies are
 * looked at only for ReadyForQuery, CommandComplete and NotificationResponse; all else is copied
 * through in stretches as long as the chunks.
 */
export class AnswerScanner {
  readonly #rules: AnswerRules;
  readonly #chunks: Uint8Array[] = [];
  /** A message of interest, or a header, that has not come whole yet. */
  #held: Uint8Array | undefined;
  /** Bytes of an uninteresting message that are still to come. */
  #passing = 0;
  #passingKept = true;
  #sawError = false;
  readonly #notifications: Notification[] = [];
  readonly #tags: string[] = [];
  #status: TransactionStatus | undefined;

  constructor(rules: AnswerRules) {
    this.#rules = rules;
  }

  /** The answer to pass on, without what the rules dropped. */
  get chunks(): Uint8Array[] {
    return this.#chunks;
  }

  /** All notifications, in order, passed on or not. */
  get notifications(): readonly Notification[] {
    return this.#notifications;
  }

  /** The tags of CommandComplete that are no row counts, e.g. `LISTEN`. */
  get tags(): readonly string[] {
    return this.#tags;
  }

  /** The status of the last ReadyForQuery, or undefined if there was none. */
  get status(): TransactionStatus | undefined {
    return this.#status;
  }

  /** Takes the next chunk, a view into memory that changes later: what is kept is copied. */
  add(view: Uint8Array): void {
    let chunk: Uint8Array;
    if (this.#held === undefined) {
      chunk = view.slice();
    } else {
      chunk = new Uint8Array(this.#held.length + view.length);
      chunk.set(this.#held);
      chunk.set(view, this.#held.length);
      this.#held = undefined;
    }
    this.#scan(chunk);
  }

  #scan(chunk: Uint8Array): void {
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let at = 0;
    let keptFrom = 0;
    const drop = (from: number, to: number): void => {
      this.#keep(chunk, keptFrom, from);
      keptFrom = to;
    };
    while (at < chunk.length) {
      if (this.#passing > 0) {
        const length = Math.min(this.#passing, chunk.length - at);
        if (!this.#passingKept) {
          drop(at, at + length);
        }
        this.#passing -= length;
        at += length;
        continue;
      }
      const whole = at + MESSAGE_HEADER_BYTES <= chunk.length ? 1 + view.getUint32(at + 1) : 0;
      const type = view.getUint8(at);
      if (whole === 0 || (isOfInterest(type) && at + whole > chunk.length)) {
        this.#held = chunk.slice(at);
        drop(at, chunk.length);
        return;
      }
      this.#sawError ||= type === BackendMessage.ERROR_RESPONSE;
      const early = this.#rules.fromErrorOn && !this.#sawError;
      if (isOfInterest(type)) {
        const body = chunk.subarray(at + MESSAGE_HEADER_BYTES, at + whole);
        if (!this.#read(type, body) || (early && type !== BackendMessage.READY_FOR_QUERY)) {
          drop(at, at + whole);
        }
        at += whole;
      } else {
        this.#passing = whole;
        this.#passingKept = !early;
      }
    }
    this.#keep(chunk, keptFrom, chunk.length);
  }

  #keep(chunk: Uint8Array, from: number, to: number): void {
    if (to > from) {
      this.#chunks.push(chunk.subarray(from, to));
    }
  }

  /** @returns whether the message is passed on */
  #read(type: number, body: Uint8Array): boolean {
    switch (type) {
      case BackendMessage.READY_FOR_QUERY:
        this.#status = statusOf(body[0]);
        return true;
      case BackendMessage.COMMAND_COMPLETE: {
        const tag = latin1.decode(body.subarray(0, -1));
        if (!/\d$/.test(tag)) {
          this.#tags.push(tag);
        }
        return true;
      }
      default: {
        const notification = readNotification(body);
        this.#notifications.push(notification);
        return this.#rules.passNotification(notification);
      }
    }
  }
}

function isOfInterest(type: number): boolean {
  return (
    type === BackendMessage.READY_FOR_QUERY ||
    type === BackendMessage.COMMAND_COMPLETE ||
    type === BackendMessage.NOTIFICATION_RESPONSE
  );
}

function statusOf(byte: number | undefined): TransactionStatus {
  return byte === 0x49 ? 'I' : byte === 0x54 ? 'T' : 'E';
}

/** NotificationResponse: process id i32, channel and payload as C strings. */
function readNotification(body: Uint8Array): Notification {
  const channelEnd = body.indexOf(0, 4);
  return {
    channel: utf8.decode(body.subarray(4, channelEnd)),
    payload: utf8.decode(body.subarray(channelEnd + 1, -1)),
  };
}

/** The first column of every DataRow, as text; for the agent's own queries. */
export function firstColumn(answer: Uint8Array): string[] {
  const view = new DataView(answer.buffer, answer.byteOffset, answer.byteLength);
  const values: string[] = [];
  let at = 0;
  while (at + MESSAGE_HEADER_BYTES <= answer.length) {
    const next = at + 1 + view.getUint32(at + 1);
    if (view.getUint8(at) === BackendMessage.DATA_ROW) {
      // columns i16, then per column its length i32 (−1 for NULL) and its bytes
      const length = view.getInt32(at + 7);
      if (length >= 0) {
        values.push(utf8.decode(answer.subarray(at + 11, at + 11 + length)));
      }
    }
    at = next;
  }
  return values;
}

/** The message of the first ErrorResponse, or undefined if there is none. */
export function firstError(answer: Uint8Array): string | undefined {
  const view = new DataView(answer.buffer, answer.byteOffset, answer.byteLength);
  let at = 0;
  while (at + MESSAGE_HEADER_BYTES <= answer.length) {
    const next = at + 1 + view.getUint32(at + 1);
    if (view.getUint8(at) === BackendMessage.ERROR_RESPONSE) {
      const fields = utf8.decode(answer.subarray(at + MESSAGE_HEADER_BYTES, next)).split('\0');
      return fields.find((field) => field.startsWith('M'))?.slice(1) ?? 'unknown error';
    }
    at = next;
  }
  return undefined;
}
