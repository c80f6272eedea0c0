import type { AnswerScanner } from '../postgres/answer-scanner.ts';
import type { CopyPortal } from '../postgres/copy-portals.ts';
import {
  BackendMessage,
  bind,
  bindUnnamed,
  close,
  concat,
  copyFail,
  execute,
  executeUnnamed,
  Frontend,
  flush,
  messagesOf,
  parse,
  sync,
  type TransactionStatus,
} from '../postgres/messages.ts';
import { CopyViolation } from './copy-intake.ts';
import {
  askForData,
  CANNOT_PROBE,
  copyWithData,
  type Dialogue,
  keepOfCopy,
  keepOfProbe,
  Reply,
  type Run,
} from './copy-reply.ts';

/** Names of the agent's own, beside those of the client. */
const OWN = 'culvert copy';

/** The probe's portal, which exists until its savepoint is gone. */
const PROBE = 'culvert probe';

const { BIND_COMPLETE: BOUND, PARSE_COMPLETE: PARSED } = BackendMessage;

const BEGINNINGS = ['BEGIN', 'START TRANSACTION'];

/**
 * An Execute that begins a COPY FROM STDIN, and what stands behind it in its batch.
 *
 * The probe has a portal of its own, on the client's prepared statement: the client's portal can be
 * executed only once. Outside of a transaction block the probe's failure takes the client's portal
 * away, and it is bound again.
 */
export class CopyExecution {
  readonly #run: Run;
  readonly #portal: CopyPortal;
  readonly #execute: Uint8Array;
  readonly #behind: Uint8Array;
  #reply: Reply;
  #failed = false;

  /**
   * @param behind what follows the Execute in the batch
   * @param reply the answer to what came before it
   */
  constructor(
    run: Run,
    portal: CopyPortal,
    executeMessage: Uint8Array,
    behind: Uint8Array,
    reply: Reply,
  ) {
    this.#run = run;
    this.#portal = portal;
    this.#execute = executeMessage;
    this.#behind = behind;
    this.#reply = reply;
  }

  /** Whether an error was the last answer. */
  get failed(): boolean {
    return this.#failed;
  }

  /**
   * Runs it.
   *
   * @param status as of the last ReadyForQuery
   * @param executed whether something else was executed since then
   * @param mustBeReady whether the answer to the batch ends in ReadyForQuery if there is no COPY
   * @throws {CopyViolation} if something that does not belong to a COPY follows
   */
  async *run(status: TransactionStatus, executed: boolean, mustBeReady: boolean): Dialogue {
    const block = executed && status === 'I' ? await this.#enterBlock() : status;
    if (block === undefined) {
      const refusal = concat([parse(new Uint8Array(0), CANNOT_PROBE), bindUnnamed()]);
      const refused = concat([refusal, executeUnnamed(), this.#behind]);
      const answer = await this.#run(refused, mustBeReady);
      this.#failed = answer.sawError;
      this.#reply.addSome(answer, ({ type }) => type !== PARSED && type !== BOUND);
      return this.#reply.with(answer.status);
    }
    const probe = await this.#probe(block);
    const response = probe && askForData(probe, block === 'T');
    const again = block === 'I' ? this.#portal.bind : new Uint8Array(0);
    if (probe === undefined || response === undefined) {
      const whole = concat([again, this.#execute, copyFail(), this.#behind]);
      const answer = await this.#run(whole, mustBeReady);
      this.#failed = answer.sawError;
      let own = block === 'I';
      this.#reply.addSome(answer, ({ type }) => {
        const keep = type !== BOUND || !own;
        own &&= type !== BOUND;
        return keep;
      });
      return this.#reply.with(answer.status);
    }
    for (const { type } of messagesOf(this.#behind)) {
      if (type !== Frontend.SYNC && type !== Frontend.FLUSH) {
        throw new CopyViolation(type);
      }
    }
    if (block === 'I') {
      await this.#run(concat([again, flush()]), false);
    }
    this.#reply.addSome(probe, keepOfProbe(response));
    const intake = yield this.#reply.with(undefined);
    this.#reply = new Reply();
    const answer = await this.#run(copyWithData(this.#execute, intake), false);
    this.#failed = answer.sawError;
    this.#reply.addSome(answer, keepOfCopy(answer, intake));
    return this.#reply.with(undefined);
  }

  /** After a BEGIN in the same pipeline a Sync changes nothing, and tells the status. */
  async #enterBlock(): Promise<TransactionStatus | undefined> {
    if (!this.#reply.tags.some((tag) => BEGINNINGS.includes(tag))) {
      return undefined;
    }
    return (await this.#run(sync(), true)).status;
  }

  async #probe(status: TransactionStatus): Promise<AnswerScanner | undefined> {
    const attempt = concat([
      bind(PROBE, this.#portal.statement),
      execute(PROBE),
      copyFail(),
      sync(),
    ]);
    switch (status) {
      case 'I':
        return this.#run(concat([sync(), attempt]), true);
      case 'T':
        return this.#run(
          concat([
            ...once(`SAVEPOINT "${OWN}"`),
            attempt,
            ...once(`ROLLBACK TO SAVEPOINT "${OWN}"`),
            ...once(`RELEASE SAVEPOINT "${OWN}"`),
            sync(),
          ]),
          true,
        );
      case 'E':
        return undefined;
    }
  }
}

/** Runs a statement under names that the client does not use, and leaves none of them behind. */
function once(sql: string): Uint8Array[] {
  const name = Uint8Array.from(OWN, (char) => char.charCodeAt(0));
  return [parse(name, sql), bind(OWN, OWN), execute(OWN), close('P', OWN), close('S', OWN)];
}
