import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { copyInput } from '../src/backend/copy-input.ts';
import { type CopyStore, MemoryStore } from '../src/backend/copy-store.ts';
import { SpillStore } from '../src/node/copy-file.ts';

const pattern = (length: number, from = 0): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (from + i) % 251);

async function readAll(store: CopyStore, head: Uint8Array, tail: Uint8Array): Promise<Uint8Array> {
  await store.finish();
  const input = copyInput(head, store, tail);
  const whole = new Uint8Array(input.length);
  for (let at = 0; at < whole.length; at += 8_192) {
    whole.set(input.subarray(at, Math.min(at + 8_192, whole.length)), at);
  }
  return whole;
}

test.each([
  ['memory', () => new MemoryStore()],
  ['memory and a file', () => new SpillStore(300_000)],
  ['a file', () => new SpillStore(0)],
])('%s gives back what it was given', async (_, make) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 300_000 }), { maxLength: 12 }),
      async (lengths) => {
        const store = make();
        let size = 0;
        for (const length of lengths) {
          await store.add(pattern(length, size));
          size += length;
        }
        expect(store.size).toBe(size);
        const head = Uint8Array.of(1, 2, 3);
        const tail = Uint8Array.of(4, 5);
        const expected = Buffer.concat([head, pattern(size), tail]);
        expect(Buffer.compare(await readAll(store, head, tail), expected)).toBe(0);
        store.drop();
        expect(store.size).toBe(0);
      },
    ),
    { numRuns: 15 },
  );
});

test('the client waits while much is on its way to the file, which leaves no trace', async () => {
  const store = new SpillStore(0);
  expect(store.add(pattern(100_000))).toBeUndefined();
  const room = store.add(pattern(5_000_000));
  expect(room).toBeInstanceOf(Promise);
  await room;
  await store.finish();
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith('culvert-copy-'))).toEqual([]);
  store.drop();
  store.drop();
  expect(store.add(pattern(10))).toBeUndefined();
});

test('a file that cannot be written shows when all is there', async () => {
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = '/nowhere';
  const store = new SpillStore(0);
  await store.add(pattern(10));
  process.env['TMPDIR'] = before;
  if (before === undefined) {
    delete process.env['TMPDIR'];
  }
  await expect(store.finish()).rejects.toThrow('ENOENT');
  store.drop();
});
