import type { AnswerRules, AnswerScanner, Completions } from '../postgres/answer-scanner.ts';
import {
  bindStatement,
  closeStatement,
  concat,
  executeUnnamed,
  parse,
  sync,
  type TransactionStatus,
} from '../postgres/messages.ts';
import { raiseStatement } from '../postgres/raised-error.ts';
import type { Backend } from './backend.ts';
import {
  executePiece,
  FORGET_UNNAMED,
  PIECE_BYTES,
  PieceSize,
  type Step,
  stepsOf,
} from './pieces.ts';

export const CANCELLED_STATE = '57014';
export const CANCELLED_TEXT = 'canceling statement due to user request';

/** Takes a large answer while it is made. */
export interface AnswerFlow {
  /**
   * Takes the next part of the answer, which may be empty.
   *
   * @returns resolves when there is room for more, and the event loop has had its turn
   */
  pass(chunks: Uint8Array[]): Promise<void>;
}

/** A batch on its way through the backend, and what is to be known while it runs. */
export interface BatchRun {
  /** What is run in place of the client's messages, or themselves. */
  readonly messages: Uint8Array;
  readonly rules: AnswerRules;
  /** Whether the backend waits for no Sync. */
  readonly synced: boolean;
  /** Whether the answer must end in ReadyForQuery. */
  readonly endsInReady: boolean;
  /** Without one, the batch is run in one call and its whole answer returned. */
  readonly flow: AnswerFlow | undefined;
  /** Resolves when the client wants the batch to be cancelled while it runs. */
  readonly interrupted: Promise<void>;
  isInterrupted(): boolean;
  /** Throws if nobody wants the rest. */
  checkWanted(): void;
}

/** What is left of the answer, and what stood in all of it. */
export interface BatchAnswer {
  readonly chunks: Uint8Array[];
  readonly tags: readonly string[];
  readonly status: TransactionStatus | undefined;
  /** What the backend is to forget when it is ready again; its answer is nobody's. */
  readonly toForget: Uint8Array | undefined;
  readonly sawError: boolean;
  /** For the client's own messages. */
  readonly completions: Completions;
}

const CANCEL_STATEMENT = new TextEncoder().encode('culvert cancel');

/**
 * Runs a batch, large results in pieces (`pieces.ts`). In between the answer goes to the flow, and the
 * batch can be cancelled: a statement of the agent's own then fails in place of the rest, and the
 * backend does what it does after an error.
 *
 * @throws {BackendDied} if the database has stopped
 */
export async function runBatch(backend: Backend, run: BatchRun): Promise<BatchAnswer> {
  if (run.flow === undefined) {
    const answer = await backend.execute(run.messages, run.rules, run.endsInReady);
    backend.passToOwner(answer.notifications);
    const { chunks, tags, status, sawError, completions } = answer;
    return { chunks, tags, status, toForget: undefined, sawError, completions };
  }
  return new StepRunner(backend, run, run.flow).run();
}

class StepRunner {
  readonly #backend: Backend;
  readonly #run: BatchRun;
  readonly #flow: AnswerFlow;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  readonly #tags: string[] = [];
  #heldComplete: Uint8Array | undefined;
  #toForget: Uint8Array | undefined;
  #sawError = false;
  readonly #completions = { parse: 0, bind: 0, close: 0 };

  constructor(backend: Backend, run: BatchRun, flow: AnswerFlow) {
    this.#backend = backend;
    this.#run = run;
    this.#flow = flow;
  }

  async run(): Promise<BatchAnswer> {
    let status: TransactionStatus | undefined;
    for (const step of stepsOf(this.#run.messages, this.#run.synced)) {
      if (step.portal !== undefined) {
        await this.#runPortal(step, step.portal);
      } else if (step.messages.length > 0) {
        const rules = { hidden: step.hidden, heldComplete: this.#heldComplete };
        status = (await this.#execute(step.messages, rules, this.#run.endsInReady)).status;
      }
    }
    return {
      chunks: this.#chunks,
      tags: this.#tags,
      status,
      toForget: this.#toForget,
      sawError: this.#sawError,
      completions: this.#completions,
    };
  }

  async #runPortal({ messages, hidden, holdsComplete }: Step, portal: Uint8Array): Promise<void> {
    const size = new PieceSize();
    let rowsBefore = 0;
    // behind an error, up to the Sync
    const maySkip = this.#sawError || !this.#run.synced;
    let next = concat([messages, executePiece(portal, size)]);
    for (;;) {
      const piece = { rowsBefore, holdsComplete };
      const answer = await this.#execute(next, { hidden, piece }, false);
      if (!answer.sawResult && !maySkip) {
        this.#backend.failToAnswer(); // though it may answer the Sync once more
      }
      if (holdsComplete && answer.sawError) {
        this.#toForget = FORGET_UNNAMED;
      }
      if (!answer.isSuspended) {
        this.#heldComplete = answer.heldComplete;
        return;
      }
      rowsBefore += size.rows;
      size.onPiece(answer.bytes);
      await this.#passOn();
      this.#run.checkWanted();
      if (this.#run.isInterrupted()) {
        await this.#fail(holdsComplete);
        return;
      }
      next = executePiece(portal, size);
    }
  }

  /** Few and small parts are kept together. */
  async #passOn(): Promise<void> {
    let part: Uint8Array[] = [];
    if (this.#bytes >= PIECE_BYTES / 2) {
      part = this.#chunks;
      this.#chunks = [];
      this.#bytes = 0;
    }
    await Promise.race([this.#flow.pass(part), this.#run.interrupted]);
  }

  /** Fails the transaction as a cancelled statement does; the batch's rest is skipped to the Sync. */
  async #fail(isQuery: boolean): Promise<void> {
    const raise = raiseStatement(CANCELLED_STATE, CANCELLED_TEXT);
    const name = isQuery ? new Uint8Array(0) : CANCEL_STATEMENT;
    const messages = [parse(name, raise), bindStatement(name), executeUnnamed()];
    await this.#execute(concat(messages), { fromErrorOn: true }, false);
    this.#toForget = isQuery ? FORGET_UNNAMED : concat([closeStatement(name), sync()]);
  }

  async #execute(
    messages: Uint8Array,
    rules: Partial<AnswerRules>,
    mustBeReady: boolean,
  ): Promise<AnswerScanner> {
    const all = { ...this.#run.rules, ...rules };
    const answer = await this.#backend.execute(messages, all, mustBeReady);
    this.#backend.passToOwner(answer.notifications);
    this.#tags.push(...answer.tags);
    for (const chunk of answer.chunks) {
      this.#chunks.push(chunk);
    }
    this.#bytes += answer.bytes;
    this.#sawError ||= answer.sawError;
    if (rules.fromErrorOn !== true) {
      this.#completions.parse += answer.completions.parse;
      this.#completions.bind += answer.completions.bind;
      this.#completions.close += answer.completions.close;
    }
    return answer;
  }
}
