/**
 * Where the statements of a Query begin and end, and which of them copy from stdin or begin and end
 * transactions. A statement ends where psql sees its end (psqlscan.l): at a semicolon outside of
 * quotes, parentheses and the BEGIN … END of a function's body.
 *
 * The scan works on bytes: in every encoding that a client can choose, quotes, `$`, `-`, `/`, `*`
 * and `;` are never part of a longer character.
 */

import {
  afterBlockComment,
  afterDollarQuoted,
  afterLineComment,
  afterQuoted,
  BACKSLASH,
  CLOSE,
  DASH,
  DOLLAR,
  DOUBLE_QUOTE,
  isSpace,
  isWordStart,
  mentions,
  OPEN,
  QUOTE,
  SEMICOLON,
  SLASH,
  STAR,
  wordEnd,
} from './sql-text.ts';

/** What a statement does to its transaction, as far as it matters for a COPY beside it. */
export type StatementKind =
  | 'copy-in'
  | 'begin'
  /** COMMIT, END, ROLLBACK or ABORT. */
  | 'finish'
  /** What is allowed in a transaction block only. */
  | 'in-block'
  | 'other';

/** One statement of a Query; comments and white space alone are none. */
export interface Statement {
  /** Where it begins, comments in front of it included. */
  readonly start: number;
  /** One past its last byte, the semicolon left out. */
  readonly end: number;
  readonly kind: StatementKind;
  /** Its first words in upper case, e.g. `ROLLBACK TO SAVEPOINT`, as errors name it. */
  readonly command: string;
}

/**
 * Whether one of the statements is COPY … FROM STDIN (or FROM STDOUT, which means the same), in
 * either reading of a backslash in '…'.
 */
export function copiesFromStdin(sql: Uint8Array): boolean {
  return (
    mentionsCopy(sql) &&
    (hasCopyIn(splitStatements(sql, false)) ||
      (sql.includes(BACKSLASH) && hasCopyIn(splitStatements(sql, true))))
  );
}

/** Whether the statements depend on standard_conforming_strings. */
export function isAmbiguous(sql: Uint8Array): boolean {
  return (
    sql.includes(BACKSLASH) &&
    JSON.stringify(splitStatements(sql, false)) !== JSON.stringify(splitStatements(sql, true))
  );
}

function hasCopyIn(statements: readonly Statement[]): boolean {
  return statements.some(({ kind }) => kind === 'copy-in');
}

/** A cheap first look, so that other statements (a 20 MB literal, say) are not scanned. */
export function mentionsCopy(sql: Uint8Array): boolean {
  return mentions(sql, 'copy');
}

/** What the scan has seen of a COPY: its first word, and FROM. */
type Place = 'elsewhere' | 'in-copy' | 'after-from';

/** The first words that tell what a statement is. */
const TELLING_WORDS = 6;

const ROUTINE = /^create (or replace )?(function|procedure)\b/;

/** What is known of the statement that the scan is in. */
class Current {
  readonly words: string[] = [];
  place: Place = 'elsewhere';
  isCopyIn = false;
  isEmpty = true;
  /** Parentheses, and BEGIN and CASE in a function's body, that are open. */
  depth = 0;
  blocks = 0;
  #isRoutine = false;

  word(word: string): void {
    if (this.isEmpty) {
      this.place = word === 'copy' ? 'in-copy' : 'elsewhere';
    } else if (this.place === 'after-from') {
      this.isCopyIn ||= word === 'stdin' || word === 'stdout';
      this.place = 'elsewhere';
    } else if (this.place === 'in-copy' && this.depth === 0 && word === 'from') {
      this.place = 'after-from';
    }
    this.isEmpty = false;
    if (this.words.length < TELLING_WORDS) {
      this.words.push(word);
      this.#isRoutine = ROUTINE.test(this.words.join(' '));
    }
    if (this.depth === 0 && this.#isRoutine) {
      if (word === 'begin' || (word === 'case' && this.blocks > 0)) {
        this.blocks++;
      } else if (word === 'end' && this.blocks > 0) {
        this.blocks--;
      }
    }
  }

  /** A token that is no word. */
  other(): void {
    this.isEmpty = false;
    if (this.place === 'after-from') {
      this.place = 'elsewhere';
    }
  }

  statement(start: number, end: number): Statement {
    return { start, end, ...(this.isCopyIn ? COPY_IN : classify(this.words)) };
  }
}

const COPY_IN = { kind: 'copy-in', command: 'COPY' } as const;

function classify(words: readonly string[]): Pick<Statement, 'kind' | 'command'> {
  const [first = ''] = words;
  const text = words.join(' ');
  switch (first) {
    case 'begin':
    case 'start':
      return { kind: 'begin', command: first.toUpperCase() };
    case 'savepoint':
      return { kind: 'in-block', command: 'SAVEPOINT' };
    case 'release':
      return { kind: 'in-block', command: 'RELEASE SAVEPOINT' };
    case 'commit':
    case 'end':
    case 'rollback':
    case 'abort': {
      const command = first === 'commit' || first === 'end' ? 'COMMIT' : 'ROLLBACK';
      if (/^\w+ prepared\b/.test(text)) {
        return { kind: 'other', command };
      }
      if (/^rollback (work |transaction )?to\b/.test(text)) {
        return { kind: 'in-block', command: 'ROLLBACK TO SAVEPOINT' };
      }
      return / and chain$/.test(text)
        ? { kind: 'in-block', command: `${command} AND CHAIN` }
        : { kind: 'finish', command };
    }
    default:
      return { kind: 'other', command: first.toUpperCase() };
  }
}

/**
 * Splits a Query.
 *
 * @param backslashEscapes whether a backslash in '…' escapes: standard_conforming_strings is off
 */
export function splitStatements(sql: Uint8Array, backslashEscapes: boolean): Statement[] {
  const statements: Statement[] = [];
  let current = new Current();
  let start = 0;
  let at = 0;
  const finish = (end: number): void => {
    if (!current.isEmpty) {
      statements.push(current.statement(start, end));
    }
    current = new Current();
    start = end + 1;
  };
  while (at < sql.length) {
    const byte = sql[at] ?? 0;
    const next = sql[at + 1] ?? 0;
    if (isSpace(byte)) {
      at++;
    } else if (byte === DASH && next === DASH) {
      at = afterLineComment(sql, at + 2);
    } else if (byte === SLASH && next === STAR) {
      at = afterBlockComment(sql, at + 2);
    } else if (byte === SEMICOLON && current.depth === 0 && current.blocks === 0) {
      finish(at);
      at++;
    } else if (isWordStart(byte)) {
      const end = wordEnd(sql, at);
      const escapes = end === at + 1 && (byte | 0x20) === 0x65; // E'…'
      if (escapes && sql[end] === QUOTE) {
        at = afterQuoted(sql, end + 1, QUOTE, true);
        current.other();
      } else {
        current.word(lowerCase(sql, at, end));
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
        current.depth = Math.max(0, current.depth + (byte === OPEN ? 1 : byte === CLOSE ? -1 : 0));
        at++;
      }
      current.other();
    }
  }
  finish(sql.length);
  return statements;
}

/** A word as keywords are compared; a long one is none. */
function lowerCase(sql: Uint8Array, start: number, end: number): string {
  return end - start > 16
    ? '(a long word)'
    : String.fromCharCode(...sql.subarray(start, end)).toLowerCase();
}
