import type { AnswerRules, AnswerScanner } from '../postgres/answer-scanner.ts';
import { type CopyExecute, CopyPortals } from '../postgres/copy-portals.ts';
import {
  concat,
  Frontend,
  flush,
  isStartup,
  messagesOf,
  query,
  type TransactionStatus,
  textOfQuery,
} from '../postgres/messages.ts';
import { copiesFromStdin } from '../postgres/sql-statements.ts';
import type { BatchAnswer } from './batch-run.ts';
import { CopyExecution } from './copy-execution.ts';
import { type CopyFailure, CopyIntake } from './copy-intake.ts';
import { CopyQuery } from './copy-query.ts';
import { type Answer, CANNOT_PROBE, type Dialogue, Reply } from './copy-reply.ts';
import type { MakeCopyStore } from './copy-store.ts';
import type { UnnamedStatement } from './unnamed-statement.ts';

/** Runs frontend messages on the backend; `Backend.execute`. */
export type Execute = (
  messages: Uint8Array,
  rules: AnswerRules,
  mustBeReady: boolean,
) => Promise<AnswerScanner>;

/** The bounds of a COPY FROM STDIN. */
export interface CopyLimits {
  /** Bytes that one COPY may have, the headers of its messages included. */
  readonly maxCopy: number;
  readonly makeStore: MakeCopyStore;
}

/** Where the session stands when a batch begins. */
export interface Standing {
  /** As of the last ReadyForQuery. */
  readonly status: TransactionStatus;
  /** Whether the batch's own answer ends in ReadyForQuery. */
  readonly mustBeReady: boolean;
}

/**
 * COPY FROM STDIN on a PGlite that must have all of the data in the same call.
 *
 * ```
 *              a batch begins a COPY                        the data has ended
 *   passing ──────────────────────────▶ probe ──▶ taking in ──────────────────▶ run ──▶ passing
 *                                         │             ▲                        │
 *                                         └─ no COPY ─▶ └── another in the Query ┘
 * ```
 *
 * What the backend would answer is found out by running the COPY and giving it CopyFail, where that
 * leaves nothing behind: outside of a transaction, or in a savepoint. An error that comes before
 * its CopyInResponse is the client's answer. Then the data is taken in, while the backend does
 * other things unless the session is in a transaction, and the COPY runs as one statement.
 *
 * What a probe does leave behind is what a COPY that failed leaves on any server: sequences that
 * a statement-level BEFORE trigger has advanced.
 */
export class CopyIn {
  readonly #execute: Execute;
  readonly #limits: CopyLimits;
  readonly #portals = new CopyPortals();
  readonly #unnamed: UnnamedStatement;
  #dialogue: Dialogue | undefined;
  #intake: CopyIntake | undefined;
  /** What the client was last told, while it sends data. */
  #status: TransactionStatus | undefined;
  /** Whether something was executed since the last Sync, and whether an error waits for one. */
  #executed = false;
  #skipping = false;

  /** @param unnamed is told of every batch */
  constructor(execute: Execute, limits: CopyLimits, unnamed: UnnamedStatement) {
    this.#execute = execute;
    this.#limits = limits;
    this.#unnamed = unnamed;
  }

  /** What takes the client's data in, if a COPY waits for some. */
  get intake(): CopyIntake | undefined {
    return this.#intake;
  }

  /**
   * Runs a batch; while data is taken in, an empty one says that the intake is over.
   *
   * @param plain runs it if it begins no COPY
   */
  async run(
    messages: Uint8Array,
    rules: AnswerRules,
    standing: Standing,
    plain: () => Promise<BatchAnswer>,
  ): Promise<Answer> {
    if (this.#intake !== undefined) {
      return this.#takeIn(this.#intake, messages);
    }
    const dialogue = isStartup(messages) ? undefined : this.#begin(messages, rules, standing);
    if (dialogue === undefined) {
      const answer = await plain();
      this.#follow(messages, answer);
      return answer;
    }
    this.#dialogue = dialogue;
    return this.#advance(dialogue.next());
  }

  /** Runs messages of the client's that begin no COPY, though a COPY stands behind them. */
  async #pass(
    messages: Uint8Array,
    rules: AnswerRules,
    mustBeReady: boolean,
  ): Promise<AnswerScanner> {
    const answer = await this.#execute(messages, rules, mustBeReady);
    this.#follow(messages, answer);
    return answer;
  }

  #follow(
    messages: Uint8Array,
    answer: Pick<BatchAnswer, 'completions' | 'sawError' | 'status'>,
  ): void {
    if (isStartup(messages)) {
      return;
    }
    this.#portals.follow(messages, answer.completions);
    this.#unnamed.follow(messages, answer);
    if (answer.status === undefined) {
      this.#skipping ||= answer.sawError;
      this.#executed ||= [...messagesOf(messages)].some(({ type }) => type === Frontend.EXECUTE);
    } else {
      this.#skipping = false;
      this.#executed = false;
    }
  }

  /** Fails the COPY that takes data in, if there is one. */
  fail(failure: CopyFailure): void {
    this.#intake?.fail(failure);
  }

  /** The session ends. */
  drop(): void {
    this.#intake?.store.drop();
    this.#intake = undefined;
    this.#dialogue = undefined;
  }

  #begin(messages: Uint8Array, rules: AnswerRules, standing: Standing): Dialogue | undefined {
    const last = [...messagesOf(messages)].at(-1);
    if (last?.type === Frontend.QUERY) {
      const sql = textOfQuery(messages.subarray(last.start, last.end));
      return sql !== undefined && copiesFromStdin(sql)
        ? this.#query(messages.subarray(0, last.start), sql, rules, standing)
        : undefined;
    }
    if (this.#skipping) {
      return undefined;
    }
    const found = this.#portals.findExecute(messages);
    return found && this.#pipeline(messages, found, rules, standing);
  }

  async *#query(
    before: Uint8Array,
    sql: Uint8Array,
    rules: AnswerRules,
    { status }: Standing,
  ): Dialogue {
    const reply = new Reply();
    if (before.length > 0) {
      reply.add(await this.#pass(concat([before, flush()]), rules, false));
    }
    if (this.#skipping || (this.#executed && status === 'I')) {
      // a Query in the middle of a pipeline, which ends that
      const rest = query(this.#skipping ? sql : CANNOT_PROBE);
      const answer = await this.#pass(rest, rules, !this.#skipping);
      reply.add(answer);
      return reply.with(answer.status);
    }
    const answer = yield* new CopyQuery(
      (messages, ready) => this.#execute(messages, rules, ready),
      sql,
      status,
      reply,
    ).run();
    this.#executed = false;
    this.#portals.forgetUnnamed();
    this.#unnamed.forget();
    return answer;
  }

  async *#pipeline(
    messages: Uint8Array,
    { at, portal }: CopyExecute,
    rules: AnswerRules,
    { status, mustBeReady }: Standing,
  ): Dialogue {
    const reply = new Reply();
    if (at.start > 0) {
      reply.add(await this.#pass(concat([messages.subarray(0, at.start), flush()]), rules, false));
    }
    if (this.#skipping) {
      const rest = await this.#pass(messages.subarray(at.start), rules, mustBeReady);
      reply.add(rest);
      return reply.with(rest.status);
    }
    const execution = new CopyExecution(
      (sent, ready) => this.#execute(sent, rules, ready),
      portal,
      messages.subarray(at.start, at.end),
      messages.subarray(at.end),
      reply,
    );
    const answer = yield* execution.run(status, this.#executed, mustBeReady);
    this.#portals.executed(portal);
    this.#unnamed.skip(messages.subarray(at.end));
    this.#skipping = answer.status === undefined && execution.failed;
    this.#executed = answer.status === undefined;
    return answer;
  }

  async #takeIn(intake: CopyIntake, messages: Uint8Array): Promise<Answer> {
    if (messages.length > 0) {
      await intake.add(messages);
    }
    if (!intake.isOver) {
      return { chunks: [], tags: [], status: this.#status };
    }
    try {
      await intake.store.finish();
    } catch (error) {
      intake.fail({
        sqlstate: '53100',
        message: `the data of the COPY could not be kept: ${error instanceof Error ? error.message : error}`,
        hint: 'The disk for temporary files of the computer that shares the database may be full.',
      });
    }
    this.#intake = undefined;
    const dialogue = this.#dialogue;
    if (dialogue === undefined) {
      throw new Error('data was taken in for no COPY');
    }
    try {
      return await this.#advance(dialogue.next(intake));
    } finally {
      intake.store.drop();
    }
  }

  async #advance(step: Promise<IteratorResult<Answer, Answer>>): Promise<Answer> {
    const { done, value } = await step;
    if (done === true) {
      this.#dialogue = undefined;
    } else {
      this.#intake = new CopyIntake(this.#limits.makeStore(), this.#limits.maxCopy);
      this.#status = value.status;
    }
    return value;
  }
}
