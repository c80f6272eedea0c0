/** Why a stream ends, in words that the relay turns into a Postgres ErrorResponse. */
export interface Refusal {
  /** Five characters, e.g. `57P01`. */
  readonly sqlstate: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
}

/** PROTOCOL.md section 7: texts are at most this long. */
const MAX_TEXT = 1_000;

/** The owner called `stop()`. */
export const STOPPED_BY_OWNER: Refusal = {
  sqlstate: '57P01',
  message: "the database's owner stopped sharing it",
  hint: "Ask the database's owner to share it again.",
};

/** The database can run nothing any more. */
export function databaseHasStopped(detail: string): Refusal {
  return {
    sqlstate: '57P02',
    message: 'the shared database has stopped',
    detail: detail.slice(0, MAX_TEXT),
    hint: 'Ask its owner to open and share it again.',
  };
}

/** The same, where the agent opens the database again by itself. */
export function databaseReopens(detail: string): Refusal {
  return {
    sqlstate: '57P02',
    message: 'the shared database has stopped, and is being opened again',
    detail: detail.slice(0, MAX_TEXT),
    hint: 'Connect again. What was not committed is lost.',
  };
}

/** A client listens, but does not read. */
export const TOO_MANY_NOTIFICATIONS: Refusal = {
  sqlstate: '53400',
  message: 'more notifications wait for this client than the database keeps for it',
  hint: 'Read what the server sends while the connection is idle.',
};

/** A batch outgrew the agent's `maxBatch`. */
export function batchTooLarge(maxBatch: number): Refusal {
  return {
    sqlstate: '54000',
    message: `the statement is larger than the ${maxBatch} bytes that this database takes at once`,
    hint: 'Send it in smaller pieces, or ask the owner to share with a larger maxBatch.',
  };
}

/** The client sent something during a COPY FROM STDIN that does not belong there. */
export function copyBroken(message: string): Refusal {
  return {
    sqlstate: '08P01',
    message,
    hint: 'End the COPY with CopyDone or CopyFail before anything else.',
  };
}

/** The session could not be started on the backend. */
export function sessionNotStarted(detail: string): Refusal {
  return {
    sqlstate: '08006',
    message: 'the shared database could not start the session',
    detail: detail.slice(0, MAX_TEXT),
  };
}
