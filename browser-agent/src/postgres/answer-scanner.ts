import {
  BackendMessage,
  commandComplete,
  MESSAGE_HEADER_BYTES,
  messagesOf,
  portalSuspended,
  type TransactionStatus,
} from './messages.ts';

/** A NotificationResponse that stood in an answer. */
export interface Notification {
  readonly channel: string;
  readonly payload: string;
}

/** How many messages that prepare, bind and close the backend has said went well. */
export interface Completions {
  readonly parse: number;
  readonly bind: number;
  readonly close: number;
}

/** What a scanner asks about a message that it has whole. */
export interface AnswerRules {
  /** Whether the client is to get this notification. */
  passNotification(notification: Notification): boolean;
  /** Whether everything before the first ErrorResponse is dropped. */
  readonly fromErrorOn: boolean;
  /** Message types that are dropped. */
  readonly hidden?: readonly number[];
  /** The answer ends with one to an Execute of the agent's own, for a piece of a result. */
  readonly piece?: PieceRules;
  /** A CommandComplete to pass on behind the notices that come now, unless there is an error. */
  readonly heldComplete?: Uint8Array | undefined;
}

/** What is done about an Execute that stands for a part of the client's. */
export interface PieceRules {
  /** Rows that the pieces before it had, for the count in CommandComplete. */
  readonly rowsBefore: number;
  /** Whether CommandComplete is kept for {@link AnswerScanner.heldComplete}. */
  readonly holdsComplete: boolean;
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
  #sawResult = false;
  readonly #notifications: Notification[] = [];
  readonly #tags: string[] = [];
  #status: TransactionStatus | undefined;
  #suspended = false;
  #complete: Uint8Array | undefined;
  /** What goes before the next message that is passed on: a PortalSuspended or CommandComplete. */
  #pending: Uint8Array | undefined;
  #bytes = 0;
  readonly #completions = { parse: 0, bind: 0, close: 0 };

  constructor(rules: AnswerRules) {
    this.#rules = rules;
    this.#pending = rules.heldComplete;
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

  /** Whether there was an ErrorResponse. */
  get sawError(): boolean {
    return this.#sawError;
  }

  /** Whether there was anything that an Execute ends in. */
  get sawResult(): boolean {
    return this.#sawResult || this.#sawError;
  }

  /** Whether the piece that the rules speak of is not the portal's last. */
  get isSuspended(): boolean {
    return this.#suspended;
  }

  /** The CommandComplete that the rules held back. */
  get heldComplete(): Uint8Array | undefined {
    return this.#complete;
  }

  /** Bytes in {@link chunks}. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many messages that prepare, bind and close have gone well. */
  get completions(): Completions {
    return this.#completions;
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
      this.#count(type);
      const hidden =
        (this.#rules.fromErrorOn && !this.#sawError && type !== BackendMessage.READY_FOR_QUERY) ||
        this.#rules.hidden?.includes(type) === true;
      if (this.#pending !== undefined && !hidden && type !== BackendMessage.NOTICE_RESPONSE) {
        drop(at, at);
        this.#passPending(type);
      }
      if (isOfInterest(type)) {
        const message = chunk.subarray(at, at + whole);
        const kept = this.#read(type, message);
        if (hidden || kept !== message) {
          drop(at, at + whole);
        }
        if (!hidden && kept !== undefined && kept !== message) {
          this.#keep(kept, 0, kept.length);
        }
        at += whole;
      } else {
        this.#passing = whole;
        this.#passingKept = !hidden;
      }
    }
    this.#keep(chunk, keptFrom, chunk.length);
  }

  #count(type: number): void {
    switch (type) {
      case BackendMessage.ERROR_RESPONSE:
        this.#sawError = true;
        return;
      case BackendMessage.PARSE_COMPLETE:
        this.#completions.parse++;
        return;
      case BackendMessage.BIND_COMPLETE:
        this.#completions.bind++;
        return;
      case BackendMessage.CLOSE_COMPLETE:
        this.#completions.close++;
        return;
      case BackendMessage.COMMAND_COMPLETE:
      case BackendMessage.EMPTY_QUERY_RESPONSE:
      case BackendMessage.PORTAL_SUSPENDED:
        this.#sawResult = true;
        return;
      default:
        return;
    }
  }

  #keep(chunk: Uint8Array, from: number, to: number): void {
    if (to > from) {
      this.#chunks.push(chunk.subarray(from, to));
      this.#bytes += to - from;
    }
  }

  #passPending(before: number): void {
    const message = this.#pending;
    this.#pending = undefined;
    // A Postgres that cannot commit says so in place of CommandComplete.
    const isVoid = before === BackendMessage.ERROR_RESPONSE && !this.#suspended;
    this.#suspended = false;
    if (message !== undefined && !isVoid) {
      this.#keep(message, 0, message.length);
    }
  }

  /** @returns what is passed on in the message's place: itself, another one or nothing */
  #read(type: number, message: Uint8Array): Uint8Array | undefined {
    const body = message.subarray(MESSAGE_HEADER_BYTES);
    switch (type) {
      case BackendMessage.READY_FOR_QUERY:
        this.#status = statusOf(body[0]);
        return message;
      case BackendMessage.COMMAND_COMPLETE:
        return this.#readComplete(message, latin1.decode(body.subarray(0, -1)));
      case BackendMessage.PORTAL_SUSPENDED:
        if (this.#rules.piece === undefined) {
          return message;
        }
        // The agent's own if nothing follows.
        this.#suspended = true;
        this.#pending = portalSuspended();
        return undefined;
      default: {
        const notification = readNotification(body);
        this.#notifications.push(notification);
        return this.#rules.passNotification(notification) ? message : undefined;
      }
    }
  }

  #readComplete(message: Uint8Array, tag: string): Uint8Array | undefined {
    const { piece } = this.#rules;
    if (!/\d$/.test(tag)) {
      this.#tags.push(tag);
    }
    const complete =
      piece === undefined || piece.rowsBefore === 0
        ? message
        : commandComplete(
            tag.replace(/\d+$/, (count) => String(BigInt(count) + BigInt(piece.rowsBefore))),
          );
    if (piece?.holdsComplete !== true) {
      return complete;
    }
    this.#complete = complete.slice();
    return undefined;
  }
}

function isOfInterest(type: number): boolean {
  return (
    type === BackendMessage.READY_FOR_QUERY ||
    type === BackendMessage.COMMAND_COMPLETE ||
    type === BackendMessage.PORTAL_SUSPENDED ||
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
  return firstErrorField(answer, 'M');
}

/** The SQLSTATE of the first ErrorResponse, or undefined if there is none. */
export function firstSqlState(answer: Uint8Array): string | undefined {
  return firstErrorField(answer, 'C');
}

function firstErrorField(answer: Uint8Array, code: string): string | undefined {
  for (const { type, start, end } of messagesOf(answer)) {
    if (type === BackendMessage.ERROR_RESPONSE) {
      const fields = utf8.decode(answer.subarray(start + MESSAGE_HEADER_BYTES, end)).split('\0');
      return fields.find((field) => field.startsWith(code))?.slice(1) ?? 'unknown error';
    }
  }
  return undefined;
}
