/**
 * The frames of `culvert.v1` as values; PROTOCOL.md sections 2 to 4 describe them.
 *
 * ```
 * type u8 | flags u8 | reserved u16 = 0 | stream u32 | payload …      (big-endian)
 * ```
 */

import type { Refusal } from './refusal.ts';

/** The WebSocket subprotocol, and the value of `version` in HELLO and WELCOME. */
export const SUBPROTOCOL = 'culvert.v1';
export const PROTOCOL_VERSION = 1;

/** type (1) + flags (1) + reserved (2) + stream (4). */
export const HEADER_BYTES = 8;
/** PROTOCOL.md section 2: a frame is at most its header and this many bytes. */
export const MAX_PAYLOAD_BYTES = 65_536;
/** PROTOCOL.md section 5: credit that would pass this is a violation. */
export const MAX_CREDIT = 2 ** 31 - 1;
/** PROTOCOL.md section 8: the length of a resume secret, in characters. */
export const SECRET_LENGTH = 43;
/** PROTOCOL.md section 3: the smallest and the largest window of HELLO. */
export const MIN_WINDOW = 32_768;
export const MAX_WINDOW = 8_388_608;

/** Frame types; those with the high bit set that are not listed here are ignored. */
export const FrameType = {
  HELLO: 0x01,
  WELCOME: 0x02,
  OPEN: 0x03,
  ACCEPT: 0x04,
  REJECT: 0x05,
  DATA: 0x06,
  CREDIT: 0x07,
  CANCEL: 0x08,
  CLOSE: 0x09,
  PING: 0x0a,
  PONG: 0x0b,
  ACK: 0x0c,
  GOAWAY: 0x0d,
} as const;

/** DATA: the last bytes of a batch, or of a batch's answer. */
export const FLAG_END = 0x01;
/** PONG: the backend is running a batch at this moment. */
export const FLAG_BUSY = 0x01;
/** PONG: the agent's page is hidden, and its timers may be throttled. */
export const FLAG_HIDDEN = 0x02;
/** An unknown type with this bit is ignored, without it it is a violation. */
export const IGNORABLE_TYPE_BIT = 0x80;

/** Someone who may connect: with a password, or without one where the relay permits that. */
export type HelloUser = {
  readonly name: string;
  /** Seconds since 1970-01-01T00:00Z; from then on the user may not connect. */
  readonly expires?: number;
} & ({ readonly verifier: string } | { readonly auth: 'none' });

/** The payload of HELLO. */
export interface Hello {
  readonly version: number;
  readonly agent: string;
  readonly name?: string;
  readonly token?: string;
  readonly mode?: string;
  readonly users: readonly HelloUser[];
  /** Ranges of addresses that clients may come from, in CIDR notation; without it, any. */
  readonly allow?: readonly string[];
  readonly backend: { readonly kind: 'pglite' | 'postgres'; readonly version: string };
  readonly idleTimeout?: number;
  readonly lifetime?: number;
  readonly timeouts?: Timeouts;
  readonly window: number;
  /** Whether this agent can resume, section 8. */
  readonly resumable?: boolean;
  readonly resume?: HelloResume;
}

/** What else has an end, in seconds. */
export interface Timeouts {
  /** How long a session may wait for its client with a transaction open. */
  readonly idleInTransaction?: number;
  /** How long a batch may run. */
  readonly statement?: number;
  /** How long a client may wait for its turn. */
  readonly queue?: number;
}

/** The tunnel that an agent wants back. */
export interface HelloResume {
  readonly name: string;
  readonly secret: string;
  /** Sequenced frames received so far; without it the agent has lost its memory. */
  readonly received?: number;
}

/** The payload of WELCOME. */
export interface Welcome {
  readonly version: number;
  readonly relay: string;
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Seconds. */
  readonly idleTimeout: number;
  /** Seconds. */
  readonly lifetime: number;
  readonly timeouts?: Timeouts;
  /** Bytes: the largest DATA payload in either direction. */
  readonly maxPayload: number;
  /** Bytes: what the agent may send on a new stream before the first CREDIT. */
  readonly window: number;
  /** Without it the tunnel ends with its WebSocket. */
  readonly resume?: WelcomeResume;
}

/** How a tunnel is taken up again after its WebSocket broke. */
export interface WelcomeResume {
  readonly secret: string;
  /** Seconds that the relay waits for the agent. */
  readonly grace: number;
  /** Sequenced frames that the relay has received; without it a new epoch begins. */
  readonly received?: number;
}

/** The payload of OPEN: what the agent may show its owner about a client. */
export interface Open {
  readonly session: string;
  readonly user: string;
  readonly database: string;
  readonly client: { readonly address: string; readonly port: number };
  readonly application: string;
}

/** The payload of GOAWAY. */
export interface GoAway {
  /** A name of PROTOCOL.md section 10. */
  readonly code: string;
  readonly message: string;
}

/** What an agent receives. */
export type RelayFrame =
  | { readonly type: 'WELCOME'; readonly welcome: Welcome }
  | { readonly type: 'OPEN'; readonly stream: number; readonly open: Open }
  | {
      readonly type: 'DATA';
      readonly stream: number;
      readonly end: boolean;
      readonly payload: Uint8Array;
    }
  | { readonly type: 'CREDIT'; readonly stream: number; readonly bytes: number }
  | { readonly type: 'CANCEL'; readonly stream: number; readonly batch: number }
  | { readonly type: 'CLOSE'; readonly stream: number; readonly refusal: Refusal | undefined }
  | { readonly type: 'PING'; readonly payload: Uint8Array }
  | { readonly type: 'PONG'; readonly payload: Uint8Array }
  | { readonly type: 'ACK'; readonly count: bigint }
  | { readonly type: 'GOAWAY'; readonly goAway: GoAway };

/** What an agent sends. */
export type AgentFrame =
  | { readonly type: 'HELLO'; readonly hello: Hello }
  | { readonly type: 'ACCEPT'; readonly stream: number }
  | { readonly type: 'REJECT'; readonly stream: number; readonly refusal: Refusal }
  | {
      readonly type: 'DATA';
      readonly stream: number;
      readonly end: boolean;
      readonly payload: Uint8Array;
    }
  | { readonly type: 'CREDIT'; readonly stream: number; readonly bytes: number }
  | { readonly type: 'CLOSE'; readonly stream: number; readonly refusal: Refusal | undefined }
  | { readonly type: 'PING'; readonly payload: Uint8Array }
  | {
      readonly type: 'PONG';
      readonly payload: Uint8Array;
      readonly busy: boolean;
      readonly hidden: boolean;
    }
  | { readonly type: 'ACK'; readonly count: number }
  | { readonly type: 'GOAWAY'; readonly goAway: GoAway };

const SEQUENCED: ReadonlySet<string> = new Set([
  'OPEN',
  'ACCEPT',
  'REJECT',
  'DATA',
  'CREDIT',
  'CANCEL',
  'CLOSE',
]);

/** Whether frames of this type are numbered and acknowledged, PROTOCOL.md section 8. */
export function isSequenced(type: AgentFrame['type'] | RelayFrame['type']): boolean {
  return SEQUENCED.has(type);
}
