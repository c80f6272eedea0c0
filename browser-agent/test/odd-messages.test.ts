import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Backend } from '../src/backend/backend.ts';
import { makeMemoryStore } from '../src/backend/copy-store.ts';
import { type BackendSession, Batch } from '../src/backend/session.ts';
import { concat } from '../src/postgres/messages.ts';
import { B, bytes, E, i32, message, P, Q, S, startup, tell } from './support/postgres-client.ts';
import { within } from './support/wait.ts';

/** What a Postgres server answers to messages that no driver sends. */
describe('odd messages', () => {
  let db: PGlite;
  let session: BackendSession;
  const deaths: string[] = [];

  beforeAll(async () => {
    db = await PGlite.create();
  });

  afterAll(() => db.close());

  beforeEach(async () => {
    const limits = { maxCopy: 1_000_000, makeStore: makeMemoryStore };
    session = new Backend(db, (reason) => deaths.push(reason), limits).openSession();
    await run(startup());
    return async () => {
      await session.end();
      expect(deaths).toEqual([]);
    };
  });

  async function run(...messages: Uint8Array[]): Promise<string[]> {
    const flow = { pass: () => Promise.resolve() };
    const answer = await within('answer', session.run(new Batch(bytes(...messages)), flow));
    return tell(concat(answer)).filter((told) => told !== 'S');
  }

  test('a Query behind an error of the extended protocol is skipped up to the Sync', async () => {
    expect(await run(B('', 'nobody'), Q('select 1'))).toEqual(['E:26000']);
    expect(await run(Q('select 2'))).toEqual([]);
    expect(await run(S)).toEqual(['Z:I']);
    expect(await run(Q('values (3)'))).toEqual(['T', 'D:3', 'C:SELECT 1', 'Z:I']);
  });

  test('an Execute that ends early is an error, whatever its last bytes look like', async () => {
    expect(await run(P('', 'select 1'), B(), message('E', 'cur', 0, 0, 0, 0), S)).toEqual([
      '1',
      '2',
      'E:08P01',
      'Z:I',
    ]);
    expect(await run(P('', 'values (1)'), B(), E(), S)).toContain('D:1');
  });

  test('a Query without its zero byte, or with two, is an error', async () => {
    expect(await run(message('Q', 'select 1'))).toEqual(['E:08P01', 'Z:I']);
    expect(await run(message('Q', 'copy t from stdin'))).toEqual(['E:08P01', 'Z:I']);
    expect(await run(message('Q', 'select 1', 0, 'x', 0))).toEqual(['E:08P01', 'Z:I']);
  });

  test('a StartupMessage for another database is refused as Postgres does', async () => {
    const ask = (...parameters: string[]): Promise<string[]> => {
      const body = bytes(i32(196_608), ...parameters.map((word) => `${word}\0`), 0);
      return run(bytes(i32(body.length + 4), body));
    };
    expect(await ask('user', 'postgres', 'database', 'nowhere')).toEqual(['E:3D000']);
    expect(await ask('user', 'alice')).toEqual(['E:3D000']);
    expect(await ask('user', 'postgres')).toContain('Z:I');
    expect(await ask('database', 'postgres', 'user', 'alice')).toContain('Z:I');
  });

  test('a COPY that fails of itself asks for no data', async () => {
    await run(Q('create view seen as select 1 as a'));
    expect(await run(Q('copy seen from stdin'))).toEqual(['G', 'E:42809', 'Z:I']);
    expect(await run(P('', 'copy seen from stdin'), B(), E(), S)).toEqual([
      '1',
      '2',
      'G',
      'E:42809',
      'Z:I',
    ]);
    await run(Q('begin'));
    expect(await run(Q('copy seen from stdin'))).toEqual(['G', 'E:42809', 'Z:E']);
    await run(Q('rollback'));
  });
});
