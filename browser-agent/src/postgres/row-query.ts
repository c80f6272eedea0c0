import {
  afterBlockComment,
  afterLineComment,
  DASH,
  DOLLAR,
  isSpace,
  mentions,
  OPEN,
  SEMICOLON,
  SLASH,
  STAR,
} from './sql-text.ts';

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

const ROW_WORDS: ReadonlySet<string> = new Set(['select', 'with', 'values', 'table']);
const LONGEST_WORD = 6;

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
      at = afterLineComment(sql, at + 2);
    } else if (byte === SLASH && sql[at + 1] === STAR) {
      at = afterBlockComment(sql, at + 2);
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
