import type { Completions } from './answer-scanner.ts';
import { Frontend, type MessageView, messagesOf } from './messages.ts';
import { copiesFromStdin } from './sql-statements.ts';

/** A portal that copies from stdin when it is executed. */
export interface CopyPortal {
  readonly portal: string;
  /** The prepared statement that it was bound to. */
  readonly statement: string;
  /** The Bind message. */
  readonly bind: Uint8Array;
}

/** An Execute that begins a COPY. */
export interface CopyExecute {
  readonly at: MessageView;
  readonly portal: CopyPortal;
}

const ALL: Completions = { parse: Infinity, bind: Infinity, close: Infinity };
const latin1 = new TextDecoder('latin1');

/**
 * Which prepared statements and portals of a session copy from stdin.
 *
 * The backend processes a batch in order up to the first error, so that the number of its
 * ParseComplete, BindComplete and CloseComplete tells which messages had an effect. Statements and
 * portals that SQL or the end of a transaction takes away stay known: to execute them is an error.
 */
export class CopyPortals {
  #statements = new Set<string>();
  #portals = new Map<string, CopyPortal>();

  /** The first Execute in a batch that begins a COPY, if what comes before it goes well. */
  findExecute(batch: Uint8Array): CopyExecute | undefined {
    const ahead = new CopyPortals();
    ahead.#statements = new Set(this.#statements);
    ahead.#portals = new Map(this.#portals);
    return ahead.#follow(batch, ALL, true);
  }

  /** The backend has run a batch. */
  follow(batch: Uint8Array, done: Completions): void {
    this.#follow(batch, done, false);
  }

  /** A portal that copies can be executed only once. */
  executed({ portal }: CopyPortal): void {
    this.#portals.delete(portal);
  }

  /** A Query takes the unnamed statement and portal away. */
  forgetUnnamed(): void {
    this.#statements.delete('');
    this.#portals.delete('');
  }

  #follow(batch: Uint8Array, done: Completions, find: boolean): CopyExecute | undefined {
    let { parse, bind, close } = done;
    for (const at of messagesOf(batch)) {
      const body = batch.subarray(at.start + 5, at.end);
      const first = upToZero(body);
      switch (at.type) {
        case Frontend.PARSE:
          if (parse-- > 0) {
            const isCopy = copiesFromStdin(upToZero(body.subarray(first.length + 1)));
            this.#statements[isCopy ? 'add' : 'delete'](latin1.decode(first));
          }
          break;
        case Frontend.BIND:
          if (bind-- > 0) {
            const statement = latin1.decode(upToZero(body.subarray(first.length + 1)));
            this.#bound(latin1.decode(first), statement, batch.subarray(at.start, at.end));
          }
          break;
        case Frontend.CLOSE:
          if (close-- > 0) {
            const name = latin1.decode(first.subarray(1));
            if (first[0] === STATEMENT) {
              this.#statements.delete(name);
            } else {
              this.#portals.delete(name);
            }
          }
          break;
        case Frontend.QUERY:
          this.forgetUnnamed();
          break;
        case Frontend.EXECUTE: {
          const portal = find ? this.#portals.get(latin1.decode(first)) : undefined;
          if (portal !== undefined) {
            return { at, portal };
          }
          break;
        }
        default:
          break;
      }
    }
    return undefined;
  }

  #bound(portal: string, statement: string, bind: Uint8Array): void {
    if (this.#statements.has(statement)) {
      this.#portals.set(portal, { portal, statement, bind: bind.slice() });
    } else {
      this.#portals.delete(portal);
    }
  }
}

/** In Close: S for a prepared statement, P for a portal. */
const STATEMENT = 0x53;

function upToZero(bytes: Uint8Array): Uint8Array {
  const zero = bytes.indexOf(0);
  return zero < 0 ? bytes : bytes.subarray(0, zero);
}
