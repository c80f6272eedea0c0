import { describe, expect, test } from 'vitest';
import { copiesFromStdin, refuseCopyFromStdin } from '../src/postgres/copy-check.ts';
import { B, bytes, E, P, Q, S, startup } from './support/postgres-client.ts';

const check = (sql: string): boolean => copiesFromStdin(new TextEncoder().encode(sql));

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

test('only the messages with such a statement are replaced', () => {
  const harmless = bytes(P('', 'select 1'), B(), E(), S);
  expect(refuseCopyFromStdin(harmless)).toBe(harmless);
  expect(refuseCopyFromStdin(startup())).toEqual(startup());
  const text = new TextDecoder().decode(
    refuseCopyFromStdin(bytes(P('keep', 'select 1'), P('named', 'copy t from stdin'), B(), S)),
  );
  expect(text).toContain('keep\0select 1');
  expect(text).toContain("named\0DO $culvert$BEGIN RAISE EXCEPTION USING ERRCODE = '0A000'");
  expect(text).not.toContain('copy t from stdin');
  expect(new TextDecoder().decode(refuseCopyFromStdin(Q('copy t from stdin')))).toMatch(/^Q/);
});

test('a large literal is scanned in linear time', () => {
  const sql = new TextEncoder().encode(`select 'copy ${"''c".repeat(2_000_000)}'`);
  const start = performance.now();
  expect(copiesFromStdin(sql)).toBe(false);
  expect(performance.now() - start).toBeLessThan(2_000);
});
