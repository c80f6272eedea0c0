import type { AnswerScanner } from '../postgres/answer-scanner.ts';
import { firstColumn, firstError } from '../postgres/answer-scanner.ts';
import {
  BackendMessage,
  concat,
  copyFail,
  errorResponse,
  messagesOf,
  parse,
  query,
  readyForQuery,
  sync,
  type TransactionStatus,
  warning,
} from '../postgres/messages.ts';
import { isAmbiguous, type Statement, splitStatements } from '../postgres/sql-statements.ts';
import type { CopyIntake } from './copy-intake.ts';
import {
  type Answer,
  askForData,
  copyWithData,
  type Dialogue,
  type Keep,
  keepOfCopy,
  keepOfProbe,
  Reply,
  type Run,
} from './copy-reply.ts';

/** What Postgres says to a Parse of several statements, when it has read all of them. */
const SEVERAL = 'cannot insert multiple commands into a prepared statement';

const { COMMAND_COMPLETE: COMPLETE, READY_FOR_QUERY: READY } = BackendMessage;
const ALL: Keep = () => true;
const SPACE = 0x20;

const SAVEPOINT = query('SAVEPOINT "culvert copy"');
const BACK = query('ROLLBACK TO SAVEPOINT "culvert copy"; RELEASE SAVEPOINT "culvert copy"');

/** What is answered to a COPY, and which of it is for the client. */
interface Outcome {
  readonly answer: AnswerScanner;
  readonly keep: Keep;
}

/**
 * A Query with a COPY FROM STDIN in it.
 *
 * With other statements beside the COPY it cannot run in one piece, as the data of the COPY has to
 * come between. It runs statement by statement then, in a transaction block of the agent's own,
 * where Postgres would have run it in an implicit one. What shows the difference (a COMMIT, a
 * SAVEPOINT in the Query) is answered as Postgres answers it in an implicit block.
 */
export class CopyQuery {
  readonly #send: Run;
  readonly #sql: Uint8Array;
  #status: TransactionStatus;
  #reply: Reply;
  /** Whether the transaction block is the agent's. */
  #ownBlock = false;

  /** @param reply the answer to what came before it */
  constructor(run: Run, sql: Uint8Array, status: TransactionStatus, reply: Reply) {
    this.#send = run;
    this.#sql = sql;
    this.#status = status;
    this.#reply = reply;
  }

  async *run(): Dialogue {
    const statements = await this.#split();
    if (statements.length > 1 && (await this.#isWellFormed())) {
      yield* this.#runSeveral(statements);
    } else if (statements.length > 1) {
      this.#take({ answer: await this.#run(concat([query(this.#sql), copyFail()])), keep: ALL });
    } else {
      this.#take(yield* this.#copy(this.#sql));
    }
    this.#reply.put(readyForQuery(this.#status));
    return this.#reply.with(this.#status);
  }

  async #split(): Promise<Statement[]> {
    let conforming = true;
    if (this.#status !== 'E' && isAmbiguous(this.#sql)) {
      const shown = await this.#run(query('SHOW standard_conforming_strings'));
      conforming = firstColumn(concat(shown.chunks))[0] !== 'off';
    }
    return splitStatements(this.#sql, !conforming);
  }

  /** Postgres reads the whole Query before it runs the first statement. */
  async #isWellFormed(): Promise<boolean> {
    const check = concat([parse(new Uint8Array(0), this.#sql), sync()]);
    const checked = await this.#run(
      this.#status === 'T' ? concat([SAVEPOINT, check, BACK]) : check,
    );
    return firstError(concat(checked.chunks)) === SEVERAL;
  }

  async *#runSeveral(statements: readonly Statement[]): AsyncGenerator<Answer, void, CopyIntake> {
    const pieces = piecesOf(statements);
    for (const [index, piece] of pieces.entries()) {
      if (this.#ownBlock && piece.kind === 'in-block') {
        await this.#refuseInOwnBlock(piece.command);
        return;
      }
      const outcome = yield* this.#piece(piece);
      const { sawError } = outcome.answer;
      if (this.#ownBlock && index === pieces.length - 1 && !sawError) {
        await this.#commit(outcome);
        return;
      }
      this.#take(outcome);
      if (sawError) {
        break;
      }
    }
    if (this.#ownBlock) {
      await this.#rollBack();
    }
  }

  async *#piece(piece: Statement): AsyncGenerator<Answer, Outcome, CopyIntake> {
    const text = this.#padded(piece);
    if (piece.kind === 'copy-in' || piece.kind === 'other') {
      if (this.#status === 'I') {
        await this.#run(query('BEGIN'));
        this.#status = 'T';
        this.#ownBlock = true;
      }
      return piece.kind === 'copy-in'
        ? yield* this.#copy(text)
        : { answer: await this.#run(query(text)), keep: ALL };
    }
    if (this.#ownBlock && piece.kind === 'begin') {
      const answer = await this.#run(query(text));
      this.#ownBlock = answer.sawError;
      // the warning that there is a transaction in progress is about the agent's
      return { answer, keep: ({ type }) => type !== BackendMessage.NOTICE_RESPONSE };
    }
    if (this.#ownBlock) {
      this.#ownBlock = false;
      this.#reply.put(warning('25P01', 'there is no transaction in progress'));
    }
    return { answer: await this.#run(query(text)), keep: ALL };
  }

  /** Ends the block of the agent's own: the last CommandComplete says that this went well, too. */
  async #commit({ answer, keep }: Outcome): Promise<void> {
    const bytes = concat(answer.chunks);
    const last = [...messagesOf(bytes)].findLast(({ type }) => type === COMPLETE);
    this.#take({ answer, keep: (message) => message.start !== last?.start && keep(message) });
    const committed = await this.#run(query('COMMIT'));
    if (last !== undefined && !committed.sawError) {
      this.#reply.put(bytes.subarray(last.start, last.end));
    }
    this.#take({ answer: committed, keep: ({ type }) => type !== COMPLETE });
  }

  /** What is allowed in a block that the client began, and not in the agent's. */
  async #refuseInOwnBlock(command: string): Promise<void> {
    this.#reply.put(errorResponse('25P01', `${command} can only be used in transaction blocks`));
    await this.#rollBack();
  }

  async #rollBack(): Promise<void> {
    this.#status = (await this.#run(query('ROLLBACK'))).status ?? 'I';
    this.#ownBlock = false;
  }

  /** A single COPY: asks for its data, if the backend would. */
  async *#copy(sql: Uint8Array): AsyncGenerator<Answer, Outcome, CopyIntake> {
    const copy = query(sql);
    const attempt = concat([copy, copyFail()]);
    const inBlock = this.#status === 'T';
    const probe = await this.#run(inBlock ? concat([SAVEPOINT, attempt, BACK]) : attempt);
    const response = askForData(probe, inBlock);
    if (response === undefined) {
      return { answer: inBlock ? await this.#run(attempt) : probe, keep: ALL };
    }
    this.#reply.addSome(probe, keepOfProbe(response));
    const intake = yield this.#reply.with(this.#status);
    this.#reply = new Reply();
    const answer = await this.#run(copyWithData(copy, intake));
    return { answer, keep: keepOfCopy(answer, intake) };
  }

  #take({ answer, keep }: Outcome): void {
    this.#reply.addSome(answer, (message) => message.type !== READY && keep(message));
    this.#status = answer.status ?? this.#status;
  }

  #run(messages: Uint8Array): Promise<AnswerScanner> {
    return this.#send(messages, true);
  }

  /** A piece with as many spaces in front as characters were there: positions in errors stay. */
  #padded({ start, end }: Statement): Uint8Array {
    const before = this.#sql.subarray(0, start).filter((byte) => (byte & 0xc0) !== 0x80);
    return concat([before.fill(SPACE), this.#sql.subarray(start, end)]);
  }
}

/** What runs as one: a COPY, a statement about transactions, or all the others in a row. */
function piecesOf(statements: readonly Statement[]): Statement[] {
  const pieces: Statement[] = [];
  for (const statement of statements) {
    const before = pieces.at(-1);
    if (before?.kind === 'other' && statement.kind === 'other') {
      pieces[pieces.length - 1] = { ...before, end: statement.end };
    } else {
      pieces.push(statement);
    }
  }
  return pieces;
}
