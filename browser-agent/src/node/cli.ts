import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { PGlite } from '@electric-sql/pglite';
import {
  type Share,
  type ShareOptions,
  type ShareState,
  type SharingMode,
  shareDatabase,
  VERSION,
} from '../index.ts';
import { nodeWebSocket } from './websocket.ts';

const USAGE = `Usage: culvert-agent --relay wss://HOST:PORT [OPTION…]

Shares a PGlite database through a Culvert relay, until a signal ends it.

  --relay URL        the relay's address
  --db DIR           the database's folder; default: in memory, empty
  --name NAME        the tunnel name to ask for
  --user NAME        the user that clients log in as; default: postgres
  --allow RANGE      addresses that clients may come from, as 203.0.113.0/24; repeat it for more
  --expires-in S     seconds until the user may not log in any more
  --ca FILE          certificates in PEM to trust, for a relay with a development CA
  --mode MODE        exclusive (default): a second client is refused; queue: it waits for its turn
  --idle-timeout S   seconds a session may wait for its client
  --idle-in-transaction-timeout S
                     seconds it may do so with a transaction open
  --statement-timeout S
                     seconds that statements sent together may run
  --queue-timeout S  seconds a client may wait for its turn
  --lifetime S       seconds until sharing ends by itself
  --json             print events as lines of JSON
  --exit-with-stdin  end when standard input is closed
  --help, --version

A token for the relay is read from the environment variable CULVERT_TOKEN, a password for clients
from CULVERT_PASSWORD (default: a random one).

Exit codes: 0 stopped by a signal or by the end of standard input, 1 sharing failed or ended by
itself, 2 options that make no sense.
`;

/** Why the program ends. */
const EXIT_OK = 0;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

/** How long a database that has stopped may take to close. */
const CLOSE_TIMEOUT_MS = 5_000;

interface Arguments {
  readonly dataDir: string | undefined;
  readonly ca: string | undefined;
  readonly json: boolean;
  readonly exitWithStdin: boolean;
  readonly options: ShareOptions;
}

/** The arguments make no sense; the message says why. */
class UsageError extends Error {}

/** What happens, as a line for a person or for a program. */
type Print = (event: string, fields: Readonly<Record<string, string | number>>) => void;

/**
 * Runs the program.
 *
 * @param argv the arguments behind the program's name
 * @returns the exit code
 */
export async function main(argv: string[]): Promise<number> {
  let args: Arguments | string;
  try {
    args = readArguments(argv);
  } catch (error) {
    console.error(`culvert-agent: ${messageOf(error)}\n\n${USAGE}`);
    return EXIT_USAGE;
  }
  if (typeof args === 'string') {
    console.log(args);
    return EXIT_OK;
  }
  try {
    return await run(args);
  } catch (error) {
    console.error(`culvert-agent: ${messageOf(error)}`);
    return EXIT_FAILED;
  }
}

async function run(args: Arguments): Promise<number> {
  // Whoever read the events may be gone. The database stays shared, and is closed well in the end.
  process.stdout.on('error', () => {});
  const stopped = stopSignal(args.exitWithStdin);
  const print = args.json ? printJson : printText;
  const ca = args.ca === undefined ? undefined : await readFile(args.ca, 'utf8');
  const { dataDir } = args;
  let db = await PGlite.create(dataDir ?? 'memory://');
  // What was in memory is lost with it.
  const reopen =
    dataDir === undefined
      ? undefined
      : async () => {
          await closeWithin(db, CLOSE_TIMEOUT_MS);
          db = await PGlite.create(dataDir);
          return db;
        };
  try {
    const share = await shareDatabase(db, {
      ...args.options,
      reopen,
      webSocket: nodeWebSocket(ca),
    });
    const closed = new Promise<number>((resolve) => {
      share.on('closed', ({ name, message, hint }) => {
        print('closed', { reason: name, message, hint });
        resolve(EXIT_FAILED);
      });
    });
    share.on('client', ({ type, session, address, port, user, application }) => {
      print(`client-${type}`, { session, address, port, user, application });
    });
    share.on('database', ({ type, reason }) => print(`database-${type}`, { reason }));
    share.on('state', (state) => print('state', describeState(state)));
    print('shared', describe(share));
    const exitCode = await Promise.race([stopped, closed]);
    await share.stop();
    return exitCode;
  } finally {
    await closeWithin(db, CLOSE_TIMEOUT_MS);
  }
}

/** A PGlite that has stopped may not come to an end. */
async function closeWithin(db: PGlite, ms: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([db.close().catch(() => {}), timeout]);
  clearTimeout(timer);
}

function describe({
  name,
  host,
  port,
  user,
  password,
  url,
}: Share): Record<string, string | number> {
  return { name, host, port, user, password, url };
}

function describeState(state: ShareState): Record<string, string | number> {
  if (state.kind === 'resuming') {
    const { kind, since, attempt } = state;
    return { state: kind, since: since.toISOString(), attempt };
  }
  if (state.kind === 'moving') {
    const { kind, reason, attempt } = state;
    return { state: kind, reason, attempt };
  }
  return { state: state.kind };
}

/** Resolves when the program is asked to end. */
function stopSignal(exitWithStdin: boolean): Promise<number> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => resolve(EXIT_OK));
    }
    if (exitWithStdin) {
      process.stdin.once('end', () => resolve(EXIT_OK));
      process.stdin.once('error', () => resolve(EXIT_OK));
      process.stdin.resume();
    }
  });
}

function readArguments(argv: string[]): Arguments | string {
  const { values } = parseArgs({
    args: argv,
    options: {
      relay: { type: 'string' },
      db: { type: 'string' },
      name: { type: 'string' },
      user: { type: 'string' },
      ca: { type: 'string' },
      allow: { type: 'string', multiple: true },
      'expires-in': { type: 'string' },
      mode: { type: 'string' },
      'idle-timeout': { type: 'string' },
      'idle-in-transaction-timeout': { type: 'string' },
      'statement-timeout': { type: 'string' },
      'queue-timeout': { type: 'string' },
      lifetime: { type: 'string' },
      json: { type: 'boolean', default: false },
      'exit-with-stdin': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      version: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    return USAGE;
  }
  if (values.version) {
    return `culvert-agent ${VERSION}`;
  }
  if (values.relay === undefined) {
    throw new UsageError('--relay is missing');
  }
  return {
    dataDir: values.db,
    ca: values.ca,
    json: values.json,
    exitWithStdin: values['exit-with-stdin'],
    options: {
      relay: values.relay,
      name: values.name,
      user: values.user,
      token: process.env['CULVERT_TOKEN'],
      password: process.env['CULVERT_PASSWORD'],
      allow: values.allow,
      expires: fromNow(seconds('--expires-in', values['expires-in'])),
      mode: values.mode as SharingMode | undefined,
      idleTimeout: seconds('--idle-timeout', values['idle-timeout']),
      idleInTransactionTimeout: seconds(
        '--idle-in-transaction-timeout',
        values['idle-in-transaction-timeout'],
      ),
      statementTimeout: seconds('--statement-timeout', values['statement-timeout']),
      queueTimeout: seconds('--queue-timeout', values['queue-timeout']),
      lifetime: seconds('--lifetime', values.lifetime),
    },
  };
}

function fromNow(wait: number | undefined): Date | undefined {
  return wait === undefined ? undefined : new Date(Date.now() + wait * 1_000);
}

function seconds(option: string, text: string | undefined): number | undefined {
  if (text === undefined) {
    return undefined;
  }
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new UsageError(`${option} "${text}" is no number of seconds`);
  }
  return Number(text);
}

const printJson: Print = (event, fields) => {
  console.log(JSON.stringify({ event, ...fields }));
};

const printText: Print = (event, fields) => {
  if (event === 'shared') {
    console.log(`Shared as ${fields['url']}`);
    return;
  }
  const text = Object.entries(fields).map(([name, value]) => `${name}=${printable(String(value))}`);
  console.log(`${event} ${text.join(' ')}`);
};

/** Texts of clients must not play tricks with the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
