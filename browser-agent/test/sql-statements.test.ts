import { describe, expect, test } from 'vitest';
import { copiesFromStdin, isAmbiguous, splitStatements } from '../src/postgres/sql-statements.ts';

const check = (sql: string): boolean => copiesFromStdin(new TextEncoder().encode(sql));

/** Each statement's kind, command and text. */
function split(sql: string, backslashEscapes = false): string[] {
  const bytes = new TextEncoder().encode(sql);
  return splitStatements(bytes, backslashEscapes).map(
    ({ start, end, kind, command }) =>
      `${kind} ${command}: ${new TextDecoder().decode(bytes.subarray(start, end)).trim()}`,
  );
}

describe('COPY … FROM STDIN is found', () => {
  test.each([
    'copy t from stdin',
    'COPY t FROM STDIN WITH (FORMAT csv)',
    'Copy "from"."stdin" (a, "b;c") From /* x /* y */ */ StdIn',
    'select 1; -- copy\ncopy t from stdin',
    "select E'\\''; copy t from stdin",
    "select 'it''s'; copy t from stdin",
    "select $$'$$; copy t from stdin",
    'select $a$ $b$ $a$; copy t from stdin --',
    'copy binary t from stdin',
    'copy t from stdout',
    "select '\\'; copy t from stdin; --'",
    'copy größe from stdin',
    '/**/;;copy t\nfrom\tstdin;',
    "select e'\\\\'';copy' ; copy t from stdin".replace("'';copy'", "'"),
    'prepare x as select $1; copy t(a)from stdin',
  ])('%s', (sql) => expect(check(sql)).toBe(true));
});

describe('anything else is let through', () => {
  test.each([
    'select 1',
    "insert into t values ('copy t from stdin')",
    "insert into t values (E'\\'; copy t from stdin')",
    'select $x$; copy t from stdin $x$',
    '-- copy t from stdin',
    '/* copy t from stdin */ select 1',
    'select 1 as "; copy t from stdin"',
    'copy t to stdout',
    'copy (select * from stdin) to stdout',
    "copy t from '/dev/blob'",
    "copy t from program 'cat'",
    'select copy from stdin',
    'create table copy (a int); select * from copy',
    'copyx t from stdin',
    '',
  ])('%s', (sql) => expect(check(sql)).toBe(false));
});

test('statements end where psql sees their end', () => {
  expect(split("select ';'; ;; -- x;\n copy t from stdin; /* ; */")).toEqual([
    "other SELECT: select ';'",
    'copy-in COPY: -- x;\n copy t from stdin',
  ]);
  const rule = 'create rule r as on insert to t do (select 1; select 2)';
  expect(split(`${rule};select 3`)).toEqual([`other CREATE: ${rule}`, 'other SELECT: select 3']);
  const body = 'begin atomic select case when a then 1 end; select 2; end';
  for (const create of ['create function f() returns int', 'create or replace procedure f()']) {
    expect(split(`${create} ${body}; copy t from stdin`)).toEqual([
      `other CREATE: ${create} ${body}`,
      'copy-in COPY: copy t from stdin',
    ]);
  }
  expect(split('begin; select 1; end')).toHaveLength(3);
  expect(split('select 1); copy t from stdin')).toHaveLength(2);
  expect(split('')).toEqual([]);
});

test.each([
  ['BEGIN ISOLATION LEVEL SERIALIZABLE', 'begin BEGIN'],
  ['start transaction', 'begin START'],
  ['commit work', 'finish COMMIT'],
  ['End and no chain', 'finish COMMIT'],
  ['ABORT', 'finish ROLLBACK'],
  ['rollback', 'finish ROLLBACK'],
  ['rollback and chain', 'in-block ROLLBACK AND CHAIN'],
  ['end transaction and chain', 'in-block COMMIT AND CHAIN'],
  ['rollback to x', 'in-block ROLLBACK TO SAVEPOINT'],
  ['rollback work to savepoint x', 'in-block ROLLBACK TO SAVEPOINT'],
  ['savepoint x', 'in-block SAVEPOINT'],
  ['release x', 'in-block RELEASE SAVEPOINT'],
  ["commit prepared 'x'", 'other COMMIT'],
  ['declare begin cursor for select 1', 'other DECLARE'],
])('%s is %s', (sql, told) => expect(split(sql)).toEqual([`${told}: ${sql}`]));

test('a backslash before a quote leaves the reading open', () => {
  const sql = "select '\\'; copy t from stdin; --'";
  expect(split(sql)).toHaveLength(2);
  expect(split(sql, true)).toHaveLength(1);
  expect(isAmbiguous(new TextEncoder().encode(sql))).toBe(true);
  expect(isAmbiguous(new TextEncoder().encode("select 'a\\b'; copy t from stdin"))).toBe(false);
});

test('a large literal is scanned in linear time', () => {
  const sql = new TextEncoder().encode(`select 'copy ${"''c".repeat(2_000_000)}'`);
  const start = performance.now();
  expect(copiesFromStdin(sql)).toBe(false);
  expect(performance.now() - start).toBeLessThan(2_000);
});
