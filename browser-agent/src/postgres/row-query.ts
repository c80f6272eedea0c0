/**
 * Whether a Query's text is surely one statement that returns rows and means the same in a Parse.
 *
 * On the safe side: a semicolon that is not the last character, a `$` (a parameter is an error in a
 * Query, and a type to be guessed in a Parse), and `statement_timestamp`, which a Query freezes, each
 * mean no, wherever they stand.
 */
export function isOneRowQuery(sql: Uint8Array): boolean {
  const end = trimmedEnd(sql);
  const semicolon = sql.indexOf(SEMICOLON);
  if (sql.includes(DOLLAR) || (semicolon >= 0 && semicolon < end)) {
    return false;
  }
  return ROW_WORDS.has(firstWord(sql)) && !mentions(sql, 'statement_timestamp');
}

const SEMICOLON = 0x3b;
const DOLLAR = 0x24;
const DASH = 0x2d;
const SLASH = 0x2f;
const STAR = 0x2a;
const OPEN = 0x28;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

const ROW_WORDS: ReadonlySet<string> = new Set(['select', 'with', 'values', 'table']);
const LONGEST_WORD = 6;

function isSpace(byte: number | undefined): boolean {
  return byte !== undefined && (byte === 0x20 || (byte >= 0x09 && byte <= 0x0d));
}

/** Where the text ends without white space and one semicolon. */
function trimmedEnd(sql: Uint8Array): number {
  let end = sql.length;
  while (end > 0 && isSpace(sql[end - 1])) {
    end--;
  }
  return sql[end - 1] === SEMICOLON ? end - 1 : end;
}

/** The first word in lower case, behind white space, comments and parentheses; '' if there is none. */
function firstWord(sql: Uint8Array): string {
  let at = 0;
  for (;;) {
    const byte = sql[at];
    if (isSpace(byte) || byte === OPEN) {
      at++;
    } else if (byte === DASH && sql[at + 1] === DASH) {
      while (at < sql.length && sql[at] !== NEWLINE && sql[at] !== RETURN) {
        at++;
      }
    } else if (byte === SLASH && sql[at + 1] === STAR) {
      at = afterComment(sql, at + 2);
    } else {
      break;
    }
  }
  let word = '';
  while (word.length <= LONGEST_WORD && isLetter(sql[at])) {
    word += String.fromCharCode((sql[at] ?? 0) | 0x20);
    at++;
  }
  // a word that goes on, e.g. select_me, is none of ours: it is a syntax error either way
  return word;
}

function isLetter(byte: number | undefined): boolean {
  const lower = (byte ?? 0) | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

/** Block comments nest. */
function afterComment(sql: Uint8Array, from: number): number {
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

/** Whether a word stands anywhere in the text, in any case. */
export function mentions(sql: Uint8Array, word: string): boolean {
  const first = word.charCodeAt(0);
  for (const start of [first, first & ~0x20]) {
    for (let at = sql.indexOf(start); at >= 0; at = sql.indexOf(start, at + 1)) {
      let same = 1;
      while (
        same < word.length &&
        ((sql[at + same] ?? 0) | 0x20) === (word.charCodeAt(same) | 0x20)
      ) {
        same++;
      }
      if (same === word.length) {
        return true;
      }
    }
  }
  return false;
}
