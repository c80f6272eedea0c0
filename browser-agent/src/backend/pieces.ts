import {
  BackendMessage,
  bindUnnamed,
  closePortal,
  closeStatement,
  concat,
  describeUnnamed,
  executeLimited,
  Frontend,
  isStartup,
  messagesOf,
  parse,
  sync,
  textOfQuery,
} from '../postgres/messages.ts';
import { isOneRowQuery } from '../postgres/row-query.ts';

/**
 * How a batch is cut so that a large result passes through with bounded memory: PGlite writes all
 * that one call makes it write before anything else happens, so a portal is executed with a row
 * limit, again and again, and the PortalSuspended in between is the agent's own business.
 *
 * Postgres runs a portal with a row limit exactly as one without: what returns rows while it runs
 * (SELECT) stops in between, what has effects (DML with RETURNING, CALL, EXPLAIN ANALYZE) runs to its
 * end first and gives its rows from a store, and what returns none ignores the limit. What differs is
 * the count in the last CommandComplete, which {@link PieceSize} and the scanner put right, and
 * `statement_timestamp()`, which moves on with every piece, as with a client's own row limit.
 */
export interface Step {
  /** Frontend messages that come before the Execute, or the batch's rest. */
  readonly messages: Uint8Array;
  /** The portal to execute in pieces after them; undefined in a batch's last step. */
  readonly portal: Uint8Array | undefined;
  /** Backend messages that only this way of running the batch causes. */
  readonly hidden: readonly number[];
  /** Whether its CommandComplete is to be told only when the transaction is committed. */
  readonly holdsComplete: boolean;
}

/** Cuts a batch after each Execute without a row limit; the client's own limits are left alone. */
export function stepsOf(batch: Uint8Array, synced: boolean): readonly Step[] {
  if (isStartup(batch)) {
    return [whole(batch)];
  }
  if (synced && batch[0] === Frontend.QUERY) {
    return stepsOfQuery(batch);
  }
  const view = new DataView(batch.buffer, batch.byteOffset, batch.byteLength);
  const steps: Step[] = [];
  let from = 0;
  for (const { type, start, end } of messagesOf(batch)) {
    // Execute: portal as a C string, row limit i32; 0 and less mean none
    const isWhole = type === Frontend.EXECUTE && batch.indexOf(0, start + 5) === end - 5;
    if (isWhole && view.getInt32(end - 4) <= 0) {
      steps.push({
        messages: batch.subarray(from, start),
        portal: batch.subarray(start + 5, end - 5),
        hidden: [],
        holdsComplete: false,
      });
      from = end;
    }
  }
  steps.push(whole(batch.subarray(from)));
  return steps;
}

/**
 * A Query as Parse, Bind, Describe, Execute and, with both closed again, Sync: for one statement that
 * returns rows that is the same thing. Query commits before it says CommandComplete.
 */
function stepsOfQuery(batch: Uint8Array): readonly Step[] {
  const sql = textOfQuery(batch);
  if (sql === undefined || !isOneRowQuery(sql)) {
    return [whole(batch)];
  }
  const none = new Uint8Array(0);
  return [
    {
      messages: concat([parse(none, sql), bindUnnamed(), describeUnnamed()]),
      portal: none,
      hidden: [BackendMessage.PARSE_COMPLETE, BackendMessage.BIND_COMPLETE, BackendMessage.NO_DATA],
      holdsComplete: true,
    },
    {
      messages: concat([closePortal(none), FORGET_UNNAMED]),
      portal: undefined,
      hidden: [BackendMessage.CLOSE_COMPLETE],
      holdsComplete: false,
    },
  ];
}

/** A Query leaves no unnamed statement behind, also when it fails. */
export const FORGET_UNNAMED = concat([closeStatement(new Uint8Array(0)), sync()]);

function whole(messages: Uint8Array): Step {
  return { messages, portal: undefined, hidden: [], holdsComplete: false };
}

/** The first piece: small, since nothing is known of how large the rows are. */
const FIRST_ROWS = 32;
/** How much larger a piece may be than the one before. */
const GROWTH = 8;
/** What a piece is meant to be, in bytes. */
export const PIECE_BYTES = 262_144;
const MAX_ROWS = 1_000_000;

/** How many rows the next piece of a result has, by the size of those that came. */
export class PieceSize {
  #rows = FIRST_ROWS;

  get rows(): number {
    return this.#rows;
  }

  /** A piece of {@link rows} rows took this many bytes. */
  onPiece(bytes: number): void {
    const fitting = Math.floor((PIECE_BYTES * this.#rows) / Math.max(1, bytes));
    this.#rows = Math.max(1, Math.min(fitting, this.#rows * GROWTH, MAX_ROWS));
  }
}

/** Execute of a portal as far as the next piece goes. */
export function executePiece(portal: Uint8Array, size: PieceSize): Uint8Array {
  return executeLimited(portal, size.rows);
}
