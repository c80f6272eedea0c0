import { firstSqlState } from '../postgres/answer-scanner.ts';
import {
  closeStatement,
  concat,
  describeStatement,
  Frontend,
  isStartup,
  MESSAGE_HEADER_BYTES,
  type MessageView,
  messagesOf,
  sync,
} from '../postgres/messages.ts';
import type { BatchAnswer } from './batch-run.ts';

const UNNAMED = new Uint8Array(0);
const STATEMENT = 0x53;
const NO_SUCH_STATEMENT = '26000';

/**
 * The unnamed prepared statement of a session. A PGlite has one for everybody: queries of the owner,
 * which run between the batches, and those of the agent itself take its place. Drivers that describe a
 * statement in one batch and execute it in the next (Go's, for instance) must not execute somebody
 * else's. So the client's Parse is kept, and given again before a batch that uses its statement.
 */
export class UnnamedStatement {
  /** The Parse that made it; undefined when the client has none. */
  #parse: Uint8Array | undefined;
  /** Whether what the backend has under that name may be somebody else's. */
  #isTaken = true;
  /** Whether the last batch failed where it may or may not have touched the statement. */
  #isDoubtful = false;

  /** Others may use the backend from now on. */
  leave(): void {
    this.#isTaken = true;
  }

  /**
   * What is to be run before a batch that counts on the statement. An error is the answer to the
   * batch, whose rest is skipped then; the rest of the answer is nobody's.
   */
  restoreFor(batch: Uint8Array): Uint8Array | undefined {
    if (!this.#isTaken || isStartup(batch)) {
      return undefined;
    }
    for (const view of messagesOf(batch)) {
      const use = useOf(batch, view);
      if (use !== 'none') {
        this.#isTaken = false;
        // behind others, it may be that the message is skipped
        return use === 'ends' && view.start === 0
          ? undefined
          : (this.#parse ?? closeStatement(UNNAMED));
      }
    }
    return undefined;
  }

  /** The backend has run a batch, in order up to the first error. */
  follow(batch: Uint8Array, { completions, sawError, status }: Followed): void {
    let { parse, close } = completions;
    for (const view of messagesOf(batch)) {
      let isDone = status !== undefined && (!sawError || view.start === 0);
      if (view.type === Frontend.PARSE) {
        isDone = parse-- > 0;
      } else if (view.type === Frontend.CLOSE) {
        isDone = close-- > 0;
      }
      if (useOf(batch, view) === 'ends') {
        if (!isDone) {
          this.#isDoubtful = true;
          return;
        }
        this.#isDoubtful = false;
        const made = view.type === Frontend.PARSE;
        this.#parse = made ? batch.slice(view.start, view.end) : undefined;
      }
    }
  }

  /** The backend has run messages, and how far is not known; the client prepares it again. */
  skip(messages: Uint8Array): void {
    for (const view of messagesOf(messages)) {
      if (useOf(messages, view) === 'ends') {
        this.forget();
      }
    }
  }

  /** The client has none any more. */
  forget(): void {
    this.#parse = undefined;
    this.#isDoubtful = false;
  }

  /**
   * Finds out what has become of the statement where a batch failed, when the backend is idle, and
   * before anybody else has it.
   */
  async settle(
    execute: (messages: Uint8Array) => Promise<Pick<BatchAnswer, 'chunks'>>,
  ): Promise<void> {
    if (this.#isDoubtful) {
      this.#isDoubtful = false;
      const { chunks } = await execute(concat([describeStatement(UNNAMED), sync()]));
      if (firstSqlState(concat(chunks)) === NO_SUCH_STATEMENT) {
        this.#parse = undefined;
      }
    }
  }
}

type Followed = Pick<BatchAnswer, 'completions' | 'sawError' | 'status'>;

/** What a message does with the unnamed statement. */
function useOf(batch: Uint8Array, { type, start }: MessageView): 'none' | 'uses' | 'ends' {
  const body = start + MESSAGE_HEADER_BYTES;
  const isOfUnnamed = batch[body] === STATEMENT && batch[body + 1] === 0;
  switch (type) {
    case Frontend.QUERY:
      return 'ends';
    case Frontend.PARSE:
      return batch[body] === 0 ? 'ends' : 'none';
    case Frontend.CLOSE:
      return isOfUnnamed ? 'ends' : 'none';
    case Frontend.DESCRIBE:
      return isOfUnnamed ? 'uses' : 'none';
    case Frontend.BIND:
      // behind the portal's name
      return batch[batch.indexOf(0, body) + 1] === 0 ? 'uses' : 'none';
    default:
      return 'none';
  }
}
