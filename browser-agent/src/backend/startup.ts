import { errorResponse } from '../postgres/messages.ts';

/** Length i32 and protocol version i32, in front of the parameters. */
const HEADER_BYTES = 8;

const utf8 = new TextDecoder();

/**
 * What a Postgres server says to a StartupMessage that asks for another database than there is. PGlite,
 * which has one, would say nothing.
 *
 * @returns the error, or undefined if the database is the right one
 */
export function refuseOtherDatabase(startup: Uint8Array, database: string): Uint8Array | undefined {
  const asked = askedDatabase(startup);
  if (asked === undefined || asked === database) {
    return undefined;
  }
  return errorResponse(
    '3D000',
    `database "${asked}" does not exist`,
    `Connect to the database "${database}".`,
    'FATAL',
  );
}

/** As in Postgres, the user's name stands for a database that is not named. */
function askedDatabase(startup: Uint8Array): string | undefined {
  const words = utf8.decode(startup.subarray(HEADER_BYTES)).split('\0');
  const parameters = new Map<string, string>();
  for (let at = 0; at + 1 < words.length && words[at] !== ''; at += 2) {
    parameters.set(words[at] ?? '', words[at + 1] ?? '');
  }
  return parameters.get('database') || parameters.get('user');
}
