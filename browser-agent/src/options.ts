import { DEFAULT_MAX_COPY } from '#default-copy-store';
import type { Database } from './backend/database.ts';
import type { WindowLimits } from './credit.ts';
import { OptionError } from './errors.ts';
import { MAX_WINDOW, MIN_WINDOW, type Timeouts } from './frame.ts';
import type { WebSocketConstructor } from './websocket.ts';

/** How to share a database. */
export interface ShareOptions {
  /** The relay's address: `wss://host:port` or `https://host:port`; `/tunnel` is added. */
  readonly relay: string | URL;
  /** Proof that this agent may open a tunnel, if the relay asks for one. Never put in the URL. */
  readonly token?: string | undefined;
  /**
   * The tunnel name to ask for: 3 to 63 of `a-z`, `0-9` and `-`, not at an end. Default: the relay
   * makes one.
   */
  readonly name?: string | undefined;
  /** The user name that clients log in with. Default: `postgres`. */
  readonly user?: string | undefined;
  /** The password that clients log in with. Default: a random one of 192 bits. */
  readonly password?: string | undefined;
  /** From when on the user may neither log in nor stay connected. Default: never. */
  readonly expires?: Date | undefined;
  /** More users, each with a password of its own; at most 99. Default: none. */
  readonly users?: readonly SharedUser[] | undefined;
  /**
   * The ranges of addresses that clients may come from, as `203.0.113.0/24` or `2001:db8::/32`; at
   * most 100. Default: from everywhere.
   */
  readonly allow?: readonly string[] | undefined;
  /**
   * What happens to a client while another has the database: `exclusive` refuses it, `queue` lets it
   * wait for its turn. Default: `exclusive`.
   */
  readonly mode?: SharingMode | undefined;
  /** Seconds a session may wait for its client. Default and upper bound: the relay's. */
  readonly idleTimeout?: number | undefined;
  /**
   * Seconds it may do so with a transaction open. Default: `idleTimeout`; upper bound: the relay's.
   */
  readonly idleInTransactionTimeout?: number | undefined;
  /**
   * Seconds that statements sent together may run before they are cancelled. Default and upper
   * bound: the relay's, which may be none.
   */
  readonly statementTimeout?: number | undefined;
  /** Seconds a client may wait for its turn. Default and upper bound: the relay's. */
  readonly queueTimeout?: number | undefined;
  /** Seconds until sharing ends by itself. Default and upper bound: the relay's. */
  readonly lifetime?: number | undefined;
  /**
   * The WebSocket class to dial with. Default: the browser's, and that of `ws` in Node.
   * `culvert.v1` wants no compression: a class of your own should not offer it.
   */
  readonly webSocket?: WebSocketConstructor | undefined;
  /**
   * Bytes that the relay may send ahead, per session, to begin with: 32 768 to 8 388 608. Default:
   * 262 144.
   */
  readonly window?: number | undefined;
  /**
   * What that grows to over a long path, while this side keeps up: up to 67 108 864. Default:
   * 4 194 304, or `window` if that is more.
   */
  readonly maxWindow?: number | undefined;
  /**
   * What it grows to for all sessions together: up to 1 073 741 824. Default: 8 388 608, or
   * `maxWindow` if that is more.
   */
  readonly maxTunnelWindow?: number | undefined;
  /**
   * Bytes that one batch (a statement with its parameters, or a pipeline of them) may have; a
   * larger one ends its session with 54000. Default: 268 435 456.
   */
  readonly maxBatch?: number | undefined;
  /**
   * Bytes that a client may send for one COPY FROM STDIN, which are kept until all of them are there;
   * more fails the COPY with 53200. In Node all but the first 16 MiB are kept in a temporary file.
   * Default: 4 294 967 296 in Node, 268 435 456 in a page.
   */
  readonly maxCopy?: number | undefined;
  /**
   * Keeps the tunnel's name and resume secret in the tab's `sessionStorage` under this key, so that
   * the page has the same name again when it is loaded again. The password is not kept: pass
   * `password` if it is to stay the same. Without `sessionStorage`, as in Node, it does nothing.
   * Default: none.
   */
  readonly resumeKey?: string | undefined;
  /**
   * Opens the database again, from where its data is kept, after PGlite has stopped by itself (out of
   * memory, say). Clients of that moment lose their session with 57P02, new ones wait until it is
   * open. Without it, or when it fails, sharing ends: an object of yours cannot be brought back.
   */
  readonly reopen?: (() => Promise<Database>) | undefined;
  /** Milliseconds until the relay must have answered. Default: 20 000. */
  readonly connectTimeout?: number | undefined;
}

const SHARING_MODES = ['exclusive', 'queue'] as const;

/** How clients share the database. */
export type SharingMode = (typeof SHARING_MODES)[number];

/** A user besides the first: with a password, or with what another Postgres keeps of one. */
export type SharedUser = {
  readonly name: string;
  /** From when on the user may neither log in nor stay connected. Default: never. */
  readonly expires?: Date | undefined;
} & (
  | { readonly password: string; readonly verifier?: undefined }
  | {
      /**
       * A `rolpassword` of `pg_authid`: `SCRAM-SHA-256$…`, or `md5…` where the relay permits it. Such
       * an MD5 hash is as good as the password, and the relay gets to know it.
       */
      readonly verifier: string;
      readonly password?: undefined;
    }
);

/** The options with every default filled in. */
export interface CheckedOptions {
  readonly url: string;
  readonly token: string | undefined;
  readonly name: string | undefined;
  readonly user: string;
  readonly password: string | undefined;
  readonly expires: Date | undefined;
  readonly users: readonly SharedUser[];
  readonly allow: readonly string[];
  readonly mode: SharingMode;
  readonly idleTimeout: number | undefined;
  readonly timeouts: Timeouts;
  readonly lifetime: number | undefined;
  readonly webSocket: WebSocketConstructor | undefined;
  readonly windows: WindowLimits;
  readonly maxBatch: number;
  readonly maxCopy: number;
  readonly resumeKey: string | undefined;
  readonly reopen: (() => Promise<Database>) | undefined;
  readonly connectTimeout: number;
}

const DEFAULT_USER = 'postgres';
/** PROTOCOL.md section 3. */
const MAX_USERS = 100;
const MAX_ALLOW = 100;
/** What Postgres stores in place of a password; the relay looks at it more closely. */
const VERIFIER = /^(SCRAM-SHA-256\$[0-9]+:[^$:]+\$[^$:]+:[^$:]+|md5[0-9a-f]{32})$/;
const DEFAULT_WINDOW = 262_144;
const DEFAULT_MAX_WINDOW = 4_194_304;
const DEFAULT_TUNNEL_WINDOW = 8_388_608;
const DEFAULT_MAX_BATCH = 268_435_456;
const DEFAULT_CONNECT_TIMEOUT_MS = 20_000;
const TUNNEL_PATH = '/tunnel';
/** PROTOCOL.md section 3. */
const TUNNEL_NAME = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

/**
 * Checks the options and fills in defaults.
 *
 * @throws {OptionError} naming the first option that is wrong
 */
export function checkOptions(options: ShareOptions): CheckedOptions {
  if (options.name !== undefined && !TUNNEL_NAME.test(options.name)) {
    throw new OptionError(
      'name',
      `"${options.name}" is no tunnel name`,
      'Use 3 to 63 of a-z, 0-9 and -, with no - at an end.',
    );
  }
  for (const option of ['user', 'password'] as const) {
    const text = options[option];
    if (text !== undefined && (text === '' || text.includes('\0'))) {
      throw new OptionError(
        option,
        'is empty or contains a zero byte',
        'Leave it out or change it.',
      );
    }
  }
  return {
    url: tunnelUrl(options.relay),
    token: options.token,
    name: options.name,
    user: options.user ?? DEFAULT_USER,
    password: options.password,
    expires: options.expires,
    users: checkUsers(options.user ?? DEFAULT_USER, options.users ?? []),
    allow: checkAllow(options.allow ?? []),
    mode: checkMode(options.mode ?? 'exclusive'),
    idleTimeout: optionalInteger('idleTimeout', options.idleTimeout),
    timeouts: checkTimeouts(options),
    lifetime: optionalInteger('lifetime', options.lifetime),
    webSocket: options.webSocket,
    windows: windowLimits(options),
    maxBatch: integer('maxBatch', options.maxBatch ?? DEFAULT_MAX_BATCH, 1_024, 2 ** 30),
    maxCopy: integer('maxCopy', options.maxCopy ?? DEFAULT_MAX_COPY, 1_024, 2 ** 40),
    resumeKey: options.resumeKey,
    reopen: options.reopen,
    connectTimeout: integer(
      'connectTimeout',
      options.connectTimeout ?? DEFAULT_CONNECT_TIMEOUT_MS,
      1,
      2 ** 31 - 1,
    ),
  };
}

function checkUsers(first: string, users: readonly SharedUser[]): readonly SharedUser[] {
  if (users.length >= MAX_USERS) {
    throw new OptionError('users', `has ${users.length} users`, `Use at most ${MAX_USERS - 1}.`);
  }
  const names = new Set([first]);
  for (const { name, password, verifier } of users) {
    if ([name, password ?? 'x'].some((text) => text === '' || text.includes('\0'))) {
      throw new OptionError(
        'users',
        'a name or password is empty or contains a zero byte',
        'Change it.',
      );
    }
    if (verifier !== undefined && (password !== undefined || !VERIFIER.test(verifier))) {
      throw new OptionError(
        'users',
        `"${name}" has a verifier that is none, or a password besides`,
        'Pass a rolpassword of pg_authid: SCRAM-SHA-256$… or md5….',
      );
    }
    if (names.has(name)) {
      throw new OptionError('users', `"${name}" is named twice`, 'Name each user once.');
    }
    names.add(name);
  }
  return users;
}

function checkMode(mode: SharingMode): SharingMode {
  if (!SHARING_MODES.includes(mode)) {
    throw new OptionError('mode', `"${mode}" is none`, `Use ${SHARING_MODES.join(' or ')}.`);
  }
  return mode;
}

function checkTimeouts(options: ShareOptions): Timeouts {
  const idleInTransaction = optionalInteger(
    'idleInTransactionTimeout',
    options.idleInTransactionTimeout,
  );
  const statement = optionalInteger('statementTimeout', options.statementTimeout);
  const queue = optionalInteger('queueTimeout', options.queueTimeout);
  return {
    ...(idleInTransaction === undefined ? {} : { idleInTransaction }),
    ...(statement === undefined ? {} : { statement }),
    ...(queue === undefined ? {} : { queue }),
  };
}

/** The relay, which knows what an address is, looks at the ranges themselves. */
function checkAllow(allow: readonly string[]): readonly string[] {
  if (allow.length > MAX_ALLOW) {
    throw new OptionError('allow', `has ${allow.length} ranges`, `Use at most ${MAX_ALLOW}.`);
  }
  return allow;
}

/** `https://relay.example` and `wss://relay.example/` become `wss://relay.example/tunnel`. */
function tunnelUrl(relay: string | URL): string {
  const hint = 'Use wss://host:port or https://host:port.';
  let url: URL;
  try {
    url = new URL(relay);
  } catch {
    throw new OptionError('relay', `"${relay}" is no URL`, hint);
  }
  const protocols: Readonly<Record<string, string>> = {
    'https:': 'wss:',
    'http:': 'ws:',
    'wss:': 'wss:',
    'ws:': 'ws:',
  };
  const protocol = protocols[url.protocol];
  if (protocol === undefined) {
    throw new OptionError('relay', `"${url.protocol}" is no protocol of a relay`, hint);
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new OptionError('relay', 'has more than a host, a port and a path', hint);
  }
  const path = url.pathname.replace(/\/$/, '');
  return `${protocol}//${url.host}${path.endsWith(TUNNEL_PATH) ? path : path + TUNNEL_PATH}`;
}

function windowLimits({ window, maxWindow, maxTunnelWindow }: ShareOptions): WindowLimits {
  const initial = integer('window', window ?? DEFAULT_WINDOW, MIN_WINDOW, MAX_WINDOW);
  const max = integer(
    'maxWindow',
    maxWindow ?? Math.max(DEFAULT_MAX_WINDOW, initial),
    initial,
    2 ** 26,
  );
  const perTunnel = integer(
    'maxTunnelWindow',
    maxTunnelWindow ?? Math.max(DEFAULT_TUNNEL_WINDOW, max),
    max,
    2 ** 30,
  );
  return { initial, max, perTunnel };
}

function optionalInteger(option: string, value: number | undefined): number | undefined {
  return value === undefined ? undefined : integer(option, value, 1, 2 ** 31 - 1);
}

function integer(option: string, value: number, least: number, most: number): number {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new OptionError(
      option,
      `${value} is out of range`,
      `Use a whole number of ${least} to ${most}.`,
    );
  }
  return value;
}
