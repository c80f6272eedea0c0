import { PGlite } from '@electric-sql/pglite';

/** Where the database lives: in this tab's memory, or in the browser's IndexedDB. */
export type Storage =
  | { readonly kind: 'memory' }
  | { readonly kind: 'kept'; readonly name: string };

const NAME = /^[A-Za-z0-9_-]{1,63}$/;

/** Reads `?db=NAME` of the page's address. */
export function storageOf(search: string): Storage {
  const name = new URLSearchParams(search).get('db');
  if (name === null) {
    return { kind: 'memory' };
  }
  if (!NAME.test(name)) {
    throw new Error(`db="${name}" is no name. Use 1 to 63 of A-Z, a-z, 0-9, _ and -.`);
  }
  return { kind: 'kept', name };
}

/** Opens the database; one that is kept is open in one tab at a time. */
export async function openDatabase(storage: Storage): Promise<PGlite> {
  if (storage.kind === 'memory') {
    return PGlite.create();
  }
  const { name } = storage;
  if (!(await holdForLifeOfPage(`culvert-db-${name}`))) {
    throw new Error(`"${name}" is open in another tab. Close it there, and reload this page.`);
  }
  return PGlite.create(`idb://culvert-${name}`);
}

/** Takes a lock that the browser releases when the page goes; false if another page holds it. */
function holdForLifeOfPage(lock: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(lock, { ifAvailable: true }, (held) => {
        resolve(held !== null);
        return held === null ? undefined : new Promise<never>(() => {});
      })
      .catch(reject);
  });
}
