import type { PGlite } from '@electric-sql/pglite';

/**
 * What this package needs of a PGlite of the same thread. `_runExclusiveTransaction` and
 * `_runExclusiveQuery` are the locks that PGlite's own `query()` takes, in this order.
 */
export type Database = Pick<
  PGlite,
  | '_runExclusiveQuery'
  | '_runExclusiveTransaction'
  | 'closed'
  | 'execProtocolRawStream'
  | 'onNotification'
  | 'query'
  | 'ready'
  | 'syncToFs'
  | 'waitReady'
>;

/** Whether a value has what {@link Database} names; a PGliteWorker does not. */
export function isDatabase(value: unknown): value is Database {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  const members: readonly (keyof Database)[] = [
    '_runExclusiveQuery',
    '_runExclusiveTransaction',
    'execProtocolRawStream',
    'query',
    'syncToFs',
  ];
  return members.every((name) => name in value && typeof Reflect.get(value, name) === 'function');
}
