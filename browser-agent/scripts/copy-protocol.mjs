// The tunnel protocol's text goes into the package, beside the code that implements it.
import { copyFileSync } from 'node:fs';

copyFileSync(
  new URL('../../tunnel-protocol/PROTOCOL.md', import.meta.url),
  new URL('../PROTOCOL.md', import.meta.url),
);
