import { concat, Frontend, isStartup, messagesOf, parse, query } from './messages.ts';
import { raiseStatement } from './raised-error.ts';

/**
 * Keeps COPY … FROM STDIN away from PGlite, which it kills when the data does not come in the same
 * call: every statement of that kind is replaced with one that fails with 0A000.
 *
 * The scan works on bytes: in every encoding that a client can choose, quotes, `$`, `-`, `/`, `*`
 * and `;` are never part of a longer character.
 */

const REFUSED = raiseStatement(
  '0A000',
  'COPY FROM STDIN is not supported through this tunnel yet',
  'Use INSERT, with many rows per statement.',
);

/** The batch, with every COPY … FROM STDIN statement replaced; the same array if there is none. */
export function refuseCopyFromStdin(batch: Uint8Array): Uint8Array {
  if (isStartup(batch)) {
    return batch;
  }
  let replaced = false;
  const pieces: Uint8Array[] = [];
  for (const { type, start, end } of messagesOf(batch)) {
    const body = batch.subarray(start + 5, end);
    if (type === Frontend.QUERY && copiesFromStdin(upToZero(body))) {
      replaced = true;
      pieces.push(query(REFUSED));
    } else if (type === Frontend.PARSE) {
      const name = upToZero(body);
      if (copiesFromStdin(upToZero(body.subarray(name.length + 1)))) {
        replaced = true;
        pieces.push(parse(name, REFUSED));
      } else {
        pieces.push(batch.subarray(start, end));
      }
    } else {
      pieces.push(batch.subarray(start, end));
    }
  }
  return replaced ? concat(pieces) : batch;
}

/** Whether one of the statements is COPY … FROM STDIN (or FROM STDOUT, which means the same). */
export function copiesFromStdin(sql: Uint8Array): boolean {
  if (!mentionsCopy(sql)) {
    return false;
  }
  // A backslash in '…' escapes only with standard_conforming_strings off; which of the two holds
  // is not known here, so either reading is enough to refuse.
  return scan(sql, false) || (sql.includes(BACKSLASH) && scan(sql, true));
}

const BACKSLASH = 0x5c;
const QUOTE = 0x27;
const DOUBLE_QUOTE = 0x22;
const DOLLAR = 0x24;
const DASH = 0x2d;
const SLASH = 0x2f;
const STAR = 0x2a;
const SEMICOLON = 0x3b;
const OPEN = 0x28;
const CLOSE = 0x29;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** A cheap first look, so that other statements (a 20 MB literal, say) are not scanned. */
function mentionsCopy(sql: Uint8Array): boolean {
  for (let at = sql.indexOf(0x63); at >= 0; at = sql.indexOf(0x63, at + 1)) {
    if (wordAt(sql, at, 'copy')) {
      return true;
    }
  }
  for (let at = sql.indexOf(0x43); at >= 0; at = sql.indexOf(0x43, at + 1)) {
    if (wordAt(sql, at, 'copy')) {
      return true;
    }
  }
  return false;
}

/** Whether these letters, in any case, stand at `at`. */
function wordAt(sql: Uint8Array, at: number, word: string): boolean {
  for (let i = 0; i < word.length; i++) {
    if (((sql[at + i] ?? 0) | 0x20) !== word.charCodeAt(i)) {
      return false;
    }
  }
  return true;
}

/** What the scan has seen of the statement that it is in. */
type Place = 'start' | 'in-copy' | 'after-from' | 'elsewhere';

function scan(sql: Uint8Array, backslashEscapes: boolean): boolean {
  let place: Place = 'start';
  let depth = 0;
  let at = 0;
  while (at < sql.length) {
    const byte = sql[at] ?? 0;
    const next = sql[at + 1] ?? 0;
    if (isSpace(byte)) {
      at++;
    } else if (byte === DASH && next === DASH) {
      at = afterLineComment(sql, at + 2);
    } else if (byte === SLASH && next === STAR) {
      at = afterBlockComment(sql, at + 2);
    } else if (byte === SEMICOLON) {
      // Also inside parentheses (a rule's or a function's body): a false alarm there is harmless.
      place = 'start';
      depth = 0;
      at++;
    } else if (isWordStart(byte)) {
      const end = wordEnd(sql, at);
      const escapes = end === at + 1 && (byte | 0x20) === 0x65; // E'…'
      if (escapes && sql[end] === QUOTE) {
        at = afterQuoted(sql, end + 1, QUOTE, true);
        place = afterOther(place);
      } else {
        const length = end - at;
        if (place === 'start') {
          place = length === 4 && wordAt(sql, at, 'copy') ? 'in-copy' : 'elsewhere';
        } else if (place === 'after-from') {
          if (
            (length === 5 && wordAt(sql, at, 'stdin')) ||
            (length === 6 && wordAt(sql, at, 'stdout'))
          ) {
            return true;
          }
          place = 'elsewhere';
        } else if (place === 'in-copy' && depth === 0 && length === 4 && wordAt(sql, at, 'from')) {
          place = 'after-from';
        }
        at = end;
      }
    } else {
      if (byte === QUOTE) {
        at = afterQuoted(sql, at + 1, QUOTE, backslashEscapes);
      } else if (byte === DOUBLE_QUOTE) {
        at = afterQuoted(sql, at + 1, DOUBLE_QUOTE, false);
      } else if (byte === DOLLAR) {
        at = afterDollarQuoted(sql, at);
      } else {
        depth += byte === OPEN ? 1 : byte === CLOSE ? -1 : 0;
        at++;
      }
      place = afterOther(place);
    }
  }
  return false;
}

/** A token that is no word: a statement has begun, and FROM is followed by something else. */
function afterOther(place: Place): Place {
  return place === 'in-copy' ? 'in-copy' : 'elsewhere';
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

/** Letters, underscore and every byte of a character beyond ASCII. */
function isWordStart(byte: number): boolean {
  const lower = byte | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || byte === 0x5f || byte >= 0x80;
}

function wordEnd(sql: Uint8Array, start: number): number {
  let at = start + 1;
  for (; at < sql.length; at++) {
    const byte = sql[at] ?? 0;
    if (!isWordStart(byte) && !(byte >= 0x30 && byte <= 0x39) && byte !== DOLLAR) {
      break;
    }
  }
  return at;
}

function afterLineComment(sql: Uint8Array, from: number): number {
  let at = from;
  while (at < sql.length && sql[at] !== NEWLINE && sql[at] !== RETURN) {
    at++;
  }
  return at;
}

/** Block comments nest. */
function afterBlockComment(sql: Uint8Array, from: number): number {
  let depth = 1;
  let at = from;
  while (at < sql.length && depth > 0) {
    if (sql[at] === SLASH && sql[at + 1] === STAR) {
      depth++;
      at += 2;
    } else if (sql[at] === STAR && sql[at + 1] === SLASH) {
      depth--;
      at += 2;
    } else {
      at++;
    }
  }
  return at;
}

/** After the closing quote; a doubled one stays inside. */
function afterQuoted(
  sql: Uint8Array,
  from: number,
  quote: number,
  backslashEscapes: boolean,
): number {
  let at = from;
  while (at < sql.length) {
    const byte = sql[at];
    if (byte === quote && sql[at + 1] !== quote) {
      break;
    }
    at += byte === quote || (backslashEscapes && byte === BACKSLASH) ? 2 : 1;
  }
  return at + 1;
}

/** `$tag$ … $tag$`; a lone `$` (a parameter such as `$1`) is passed over. */
function afterDollarQuoted(sql: Uint8Array, start: number): number {
  let tagEnd = start + 1;
  if (tagEnd < sql.length && isWordStart(sql[tagEnd] ?? 0)) {
    while (tagEnd < sql.length && isTagByte(sql[tagEnd] ?? 0)) {
      tagEnd++;
    }
  }
  if (sql[tagEnd] !== DOLLAR) {
    return start + 1;
  }
  const length = tagEnd + 1 - start;
  for (let at = sql.indexOf(DOLLAR, tagEnd + 1); at >= 0; at = sql.indexOf(DOLLAR, at + 1)) {
    let i = 0;
    while (i < length && sql[at + i] === sql[start + i]) {
      i++;
    }
    if (i === length) {
      return at + length;
    }
  }
  return sql.length;
}

function isTagByte(byte: number): boolean {
  return isWordStart(byte) || (byte >= 0x30 && byte <= 0x39);
}

function upToZero(bytes: Uint8Array): Uint8Array {
  const zero = bytes.indexOf(0);
  return zero < 0 ? bytes : bytes.subarray(0, zero);
}
