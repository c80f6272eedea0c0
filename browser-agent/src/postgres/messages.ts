/** The few Postgres messages that the agent itself reads or writes. */

const utf8 = new TextEncoder();

/** Message types of frontend messages, as character codes. */
export const Frontend = {
  QUERY: 0x51, // Q
  PARSE: 0x50, // P
  BIND: 0x42, // B
  EXECUTE: 0x45, // E
  DESCRIBE: 0x44, // D
  CLOSE: 0x43, // C
  SYNC: 0x53, // S
  FLUSH: 0x48, // H
  FUNCTION_CALL: 0x46, // F
  COPY_DATA: 0x64, // d
  COPY_DONE: 0x63, // c
  COPY_FAIL: 0x66, // f
} as const;

/** Message types of backend messages, as character codes. */
export const BackendMessage = {
  PARSE_COMPLETE: 0x31, // 1
  BIND_COMPLETE: 0x32, // 2
  CLOSE_COMPLETE: 0x33, // 3
  COPY_IN_RESPONSE: 0x47, // G
  NO_DATA: 0x6e, // n
  NOTICE_RESPONSE: 0x4e, // N
  PORTAL_SUSPENDED: 0x73, // s
  COMMAND_COMPLETE: 0x43, // C
  EMPTY_QUERY_RESPONSE: 0x49, // I
  DATA_ROW: 0x44, // D
  ERROR_RESPONSE: 0x45, // E
  NOTIFICATION_RESPONSE: 0x41, // A
  READY_FOR_QUERY: 0x5a, // Z
} as const;

/** The status byte of ReadyForQuery: idle, in a transaction, in a failed one. */
export type TransactionStatus = 'I' | 'T' | 'E';

const ZERO = Uint8Array.of(0);
/** What Describe and Close are of. */
const STATEMENT = Uint8Array.of(0x53);
const PORTAL = Uint8Array.of(0x50);

/** type (1) + length (4), which counts itself and the body. */
export const MESSAGE_HEADER_BYTES = 5;

/** One message as it lies in a batch. */
export interface MessageView {
  readonly type: number;
  /** Where the message begins, at its type. */
  readonly start: number;
  /** One past its last byte. */
  readonly end: number;
}

/**
 * The messages of a batch, without their bodies. A batch that is cut short (the relay sends none)
 * ends with what is whole.
 */
export function* messagesOf(batch: Uint8Array): Generator<MessageView> {
  const view = new DataView(batch.buffer, batch.byteOffset, batch.byteLength);
  let start = 0;
  while (start + MESSAGE_HEADER_BYTES <= batch.length) {
    const end = start + 1 + view.getUint32(start + 1);
    if (end > batch.length || end < start + MESSAGE_HEADER_BYTES) {
      return;
    }
    yield { type: view.getUint8(start), start, end };
    start = end;
  }
}

/** A StartupMessage has no type: it begins with its length, whose first byte is 0. */
export function isStartup(batch: Uint8Array): boolean {
  return batch[0] === 0;
}

/** The type of a batch's last message: what makes the backend answer; 0 for a StartupMessage. */
export function lastMessageType(batch: Uint8Array): number {
  if (isStartup(batch)) {
    return 0;
  }
  let type = 0;
  for (const message of messagesOf(batch)) {
    type = message.type;
  }
  return type;
}

/** Query: the statement as a C string. */
export function query(sql: string | Uint8Array): Uint8Array {
  return message(Frontend.QUERY, cstring(sql));
}

/** The statement of a Query, or undefined if the message is not well-formed. */
export function textOfQuery(message: Uint8Array): Uint8Array | undefined {
  const text = message.subarray(MESSAGE_HEADER_BYTES);
  return text.indexOf(0) === text.length - 1 ? text.subarray(0, -1) : undefined;
}

/** The statement of a Query or Parse among the messages of a batch, or undefined for others. */
export function textOfStatement(
  batch: Uint8Array,
  { type, start, end }: MessageView,
): Uint8Array | undefined {
  const body = batch.subarray(start + MESSAGE_HEADER_BYTES, end);
  const from = type === Frontend.QUERY ? 0 : body.indexOf(0) + 1;
  if (type !== Frontend.QUERY && (type !== Frontend.PARSE || from === 0)) {
    return undefined;
  }
  const to = body.indexOf(0, from);
  return to < 0 ? undefined : body.subarray(from, to);
}

/** Parse: statement name, statement, no parameter types. */
export function parse(name: Uint8Array, sql: string | Uint8Array): Uint8Array {
  const text = typeof sql === 'string' ? utf8.encode(sql) : sql;
  return message(Frontend.PARSE, name, ZERO, text, ZERO, Uint8Array.of(0, 0));
}

/** Bind of a statement to a portal, without parameters; the names are read as Latin-1. */
export function bind(portal: string, statement: string): Uint8Array {
  return message(
    Frontend.BIND,
    latin1(`${portal}\0${statement}\0`),
    new Uint8Array(6), // no parameter formats, parameters, result formats
  );
}

/** Execute of a portal, all rows. */
export function execute(portal: string): Uint8Array {
  return message(Frontend.EXECUTE, latin1(`${portal}\0`), new Uint8Array(4));
}

/** Close of a prepared statement (`S`) or a portal (`P`). */
export function close(kind: 'S' | 'P', name: string): Uint8Array {
  return message(Frontend.CLOSE, latin1(`${kind}${name}\0`));
}

/** CopyFail, for a COPY that the agent gives up. */
export function copyFail(): Uint8Array {
  return message(Frontend.COPY_FAIL, cstring('given up'));
}

/** Bind of the unnamed statement to the unnamed portal, without parameters. */
export function bindUnnamed(): Uint8Array {
  return message(Frontend.BIND, new Uint8Array(8));
}

/** Bind of a statement to the unnamed portal, without parameters. */
export function bindStatement(statement: Uint8Array): Uint8Array {
  return message(Frontend.BIND, ZERO, statement, new Uint8Array(7));
}

/** Describe of the unnamed portal. */
export function describeUnnamed(): Uint8Array {
  return message(Frontend.DESCRIBE, PORTAL, ZERO);
}

/** Describe of a prepared statement. */
export function describeStatement(name: Uint8Array): Uint8Array {
  return message(Frontend.DESCRIBE, STATEMENT, name, ZERO);
}

/** Close of a prepared statement. */
export function closeStatement(name: Uint8Array): Uint8Array {
  return message(Frontend.CLOSE, STATEMENT, name, ZERO);
}

/** Close of a portal. */
export function closePortal(name: Uint8Array): Uint8Array {
  return message(Frontend.CLOSE, PORTAL, name, ZERO);
}

/** Execute of the unnamed portal, all rows. */
export function executeUnnamed(): Uint8Array {
  return executeLimited(new Uint8Array(0), 0);
}

/** Execute: portal, row limit i32, 0 for all rows. */
export function executeLimited(portal: Uint8Array, rows: number): Uint8Array {
  const limit = new Uint8Array(4);
  new DataView(limit.buffer).setInt32(0, rows);
  return message(Frontend.EXECUTE, portal, ZERO, limit);
}

export function sync(): Uint8Array {
  return message(Frontend.SYNC);
}

export function flush(): Uint8Array {
  return message(Frontend.FLUSH);
}

/** PortalSuspended. */
export function portalSuspended(): Uint8Array {
  return message(BackendMessage.PORTAL_SUSPENDED);
}

/** CommandComplete: the tag as a C string. */
export function commandComplete(tag: string): Uint8Array {
  return message(BackendMessage.COMMAND_COMPLETE, cstring(tag));
}

/** NotificationResponse: process id i32, channel and payload as C strings. */
export function notificationResponse(
  pid: number,
  { channel, payload }: { readonly channel: string; readonly payload: string },
): Uint8Array {
  const id = new Uint8Array(4);
  new DataView(id.buffer).setInt32(0, pid);
  return message(BackendMessage.NOTIFICATION_RESPONSE, id, cstring(channel), cstring(payload));
}

/** ReadyForQuery with a status. */
export function readyForQuery(status: TransactionStatus): Uint8Array {
  return message(BackendMessage.READY_FOR_QUERY, utf8.encode(status));
}

/** ErrorResponse, of severity ERROR if nothing else is said. */
export function errorResponse(
  sqlstate: string,
  text: string,
  hint?: string,
  severity: 'ERROR' | 'FATAL' = 'ERROR',
): Uint8Array {
  return report(BackendMessage.ERROR_RESPONSE, severity, sqlstate, text, hint);
}

/** NoticeResponse of severity WARNING. */
export function warning(sqlstate: string, text: string): Uint8Array {
  return report(BackendMessage.NOTICE_RESPONSE, 'WARNING', sqlstate, text);
}

/** Fields S, V, C, M and H, each a C string, then a zero byte. */
function report(
  type: number,
  severity: string,
  sqlstate: string,
  text: string,
  hint?: string,
): Uint8Array {
  return message(
    type,
    cstring(`S${severity}`),
    cstring(`V${severity}`),
    cstring(`C${sqlstate}`),
    cstring(`M${text}`),
    hint === undefined ? new Uint8Array(0) : cstring(`H${hint}`),
    Uint8Array.of(0),
  );
}

/** Joins pieces into one array; a single piece is returned as it is. */
export function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const [first] = pieces;
  if (first !== undefined && pieces.length === 1) {
    return first;
  }
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** `'…'` with quotes doubled, safe with standard_conforming_strings on. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** `"…"` with quotes doubled. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function cstring(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? utf8.encode(`${text}\0`) : concat([text, Uint8Array.of(0)]);
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

function message(type: number, ...body: Uint8Array[]): Uint8Array {
  const length = body.reduce((sum, piece) => sum + piece.length, 4);
  const head = new Uint8Array(MESSAGE_HEADER_BYTES);
  head[0] = type;
  new DataView(head.buffer).setUint32(1, length);
  return concat([head, ...body]);
}
