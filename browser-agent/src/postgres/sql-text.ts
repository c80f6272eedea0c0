/**
 * The tokens of SQL as bytes (scan.l), for those who look at a text without parsing it. In every
 * encoding that a client can choose, quotes, `$`, `-`, `/`, `*` and `;` are never part of a longer
 * character.
 *
 * Each `after…` gives the place behind a token; one that does not end reaches to the text's end.
 */

export const BACKSLASH = 0x5c;
export const QUOTE = 0x27;
export const DOUBLE_QUOTE = 0x22;
export const DOLLAR = 0x24;
export const DASH = 0x2d;
export const SLASH = 0x2f;
export const STAR = 0x2a;
export const SEMICOLON = 0x3b;
export const OPEN = 0x28;
export const CLOSE = 0x29;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** What Postgres takes for white space. */
export function isSpace(byte: number | undefined): boolean {
  return byte !== undefined && (byte === 0x20 || (byte >= 0x09 && byte <= 0x0d));
}

/** Letters, underscore and every byte of a character beyond ASCII. */
export function isWordStart(byte: number): boolean {
  const lower = byte | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || byte === 0x5f || byte >= 0x80;
}

/** One past the last byte of the word that begins at `start`. */
export function wordEnd(sql: Uint8Array, start: number): number {
  let at = start + 1;
  for (; at < sql.length; at++) {
    const byte = sql[at] ?? 0;
    if (!isWordStart(byte) && !(byte >= 0x30 && byte <= 0x39) && byte !== DOLLAR) {
      break;
    }
  }
  return at;
}

/** Where the line of a `--` ends. */
export function afterLineComment(sql: Uint8Array, from: number): number {
  let at = from;
  while (at < sql.length && sql[at] !== NEWLINE && sql[at] !== RETURN) {
    at++;
  }
  return at;
}

/** From behind the opening `/*`; block comments nest. */
export function afterBlockComment(sql: Uint8Array, from: number): number {
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

/** From behind the opening quote to behind the closing one; a doubled one stays inside. */
export function afterQuoted(
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
export function afterDollarQuoted(sql: Uint8Array, start: number): number {
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

/** Whether a word (of lower-case letters) stands anywhere in the text, in any case. */
export function mentions(sql: Uint8Array, word: string): boolean {
  const first = word.charCodeAt(0);
  for (const start of [first, first & ~0x20]) {
    for (let at = sql.indexOf(start); at >= 0; at = sql.indexOf(start, at + 1)) {
      if (standsAt(sql, at, word)) {
        return true;
      }
    }
  }
  return false;
}

function standsAt(sql: Uint8Array, at: number, word: string): boolean {
  for (let i = 0; i < word.length; i++) {
    if (((sql[at + i] ?? 0) | 0x20) !== (word.charCodeAt(i) | 0x20)) {
      return false;
    }
  }
  return true;
}
