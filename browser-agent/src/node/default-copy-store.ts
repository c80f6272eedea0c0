import { SpillStore } from './copy-file.ts';

/** Where the data of a COPY waits: in memory, and what is too much for that in a temporary file. */
export const makeCopyStore = (): SpillStore => new SpillStore();

/** Bytes that one COPY may have, unless the owner says otherwise. */
export const DEFAULT_MAX_COPY = 4_294_967_296;
