/** The WebSocket close codes of `culvert.v1`, PROTOCOL.md section 10. */

/** Whether the agent may dial again after a close, as PROTOCOL.md section 10 has it. */
export type Retry = 'no' | 'yes' | 'later' | 'with-another-name' | 'as-a-new-tunnel' | 'elsewhere';

/** One close code. */
export interface CloseCode {
  /** The WebSocket close code. */
  readonly code: number;
  /** Its name on the wire (GOAWAY) and in logs. */
  readonly name: string;
  /** What happened, for the owner. */
  readonly meaning: string;
  /** What the owner can do. */
  readonly hint: string;
  readonly retry: Retry;
}

export const CLOSED: CloseCode = {
  code: 1000,
  name: 'closed',
  meaning: 'sharing was stopped',
  hint: 'Call shareDatabase again to share the database under a new password.',
  retry: 'no',
};
export const VIOLATION: CloseCode = {
  code: 4000,
  name: 'violation',
  meaning: 'a frame broke the tunnel protocol',
  hint: 'The relay and this agent do not fit together: bring both to the same release, and report it.',
  retry: 'no',
};
export const UNAUTHORIZED: CloseCode = {
  code: 4001,
  name: 'unauthorized',
  meaning: 'the token is missing or not accepted',
  hint: "Pass a token that this relay's operator gave out.",
  retry: 'no',
};
export const NAME_TAKEN: CloseCode = {
  code: 4002,
  name: 'name-taken',
  meaning: 'another agent holds the name',
  hint: 'Ask for another name, or leave `name` out and take the one that the relay makes.',
  retry: 'with-another-name',
};
export const HELLO_REFUSED: CloseCode = {
  code: 4003,
  name: 'hello-refused',
  meaning: 'the relay does not accept what the agent asked for',
  hint: 'Check `name`, `user`, `idleTimeout`, `lifetime` and `window`; the message says which one.',
  retry: 'no',
};
export const SUPERSEDED: CloseCode = {
  code: 4006,
  name: 'superseded',
  meaning: 'a newer connection of the same agent took over',
  hint: 'Nothing is wrong: look at the newer one.',
  retry: 'no',
};
export const DEAD: CloseCode = {
  code: 4007,
  name: 'dead',
  meaning: 'no frame came for too long',
  hint: 'The network, or a page that the browser froze, kept the two apart. Share again.',
  retry: 'yes',
};
export const LIMIT: CloseCode = {
  code: 4009,
  name: 'limit',
  meaning: "the relay or the token's owner has too many tunnels",
  hint: 'Stop another tunnel, or try again later.',
  retry: 'later',
};
export const LIFETIME: CloseCode = {
  code: 4010,
  name: 'lifetime',
  meaning: "the tunnel's lifetime is over",
  hint: 'Share again; the new tunnel has a new password.',
  retry: 'as-a-new-tunnel',
};
export const DRAINING: CloseCode = {
  code: 4011,
  name: 'draining',
  meaning: 'the relay is shutting down',
  hint: 'Share again in a moment, or through another relay.',
  retry: 'elsewhere',
};
export const INTERNAL: CloseCode = {
  code: 4012,
  name: 'internal',
  meaning: 'the relay failed',
  hint: "Share again; the relay's log says more.",
  retry: 'yes',
};
export const KILLED: CloseCode = {
  code: 4013,
  name: 'killed',
  meaning: "the relay's operator ended the tunnel",
  hint: "Ask the relay's operator why.",
  retry: 'no',
};
/** Not on the wire: the WebSocket ended without one of the codes above. */
export const CONNECTION_LOST: CloseCode = {
  code: 1006,
  name: 'connection-lost',
  meaning: 'the connection to the relay was lost',
  hint: 'Check the network and share again.',
  retry: 'yes',
};

const ALL: readonly CloseCode[] = [
  CLOSED,
  VIOLATION,
  UNAUTHORIZED,
  NAME_TAKEN,
  HELLO_REFUSED,
  SUPERSEDED,
  DEAD,
  LIMIT,
  LIFETIME,
  DRAINING,
  INTERNAL,
  KILLED,
];

/** The close code with this number; any other number counts as a lost connection. */
export function closeCodeOf(code: number): CloseCode {
  return ALL.find((known) => known.code === code) ?? CONNECTION_LOST;
}

/** The close code with this name, if there is one; GOAWAY carries names. */
export function closeCodeNamed(name: string): CloseCode | undefined {
  return ALL.find((known) => known.name === name);
}

/**
 * Whether the agent of a tunnel whose WebSocket ended so dials again: for the same tunnel, or after
 * `draining` for a new epoch of it.
 */
export function permitsResume(close: CloseCode): boolean {
  return close.retry === 'yes' || close.retry === 'later' || close.retry === 'elsewhere';
}
