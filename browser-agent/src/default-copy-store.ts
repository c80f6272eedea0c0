import { makeMemoryStore } from './backend/copy-store.ts';

/** Where the data of a COPY waits: a page has nothing but memory that can be read synchronously. */
export const makeCopyStore = makeMemoryStore;

/** Bytes that one COPY may have, unless the owner says otherwise. */
export const DEFAULT_MAX_COPY = 268_435_456;
