import { type AnswerScanner, firstSqlState } from '../postgres/answer-scanner.ts';
import {
  BackendMessage,
  concat,
  copyFail,
  errorResponse,
  type MessageView,
  messagesOf,
  type TransactionStatus,
} from '../postgres/messages.ts';
import { raiseStatement } from '../postgres/raised-error.ts';
import { copyInput } from './copy-input.ts';
import type { CopyIntake } from './copy-intake.ts';

/** What a batch is answered, and what the session learns from that. */
export interface Answer {
  /** The bytes for the client. */
  readonly chunks: Uint8Array[];
  readonly tags: readonly string[];
  /** As of the last ReadyForQuery, or undefined if the backend still waits for a Sync. */
  readonly status: TransactionStatus | undefined;
  /** What the backend is to forget when it is ready again. */
  readonly toForget?: Uint8Array | undefined;
}

/** One answer to the client, put together from several of the backend. */
export class Reply implements Answer {
  readonly chunks: Uint8Array[] = [];
  readonly tags: string[] = [];
  status: TransactionStatus | undefined;

  /** Passes an answer on. */
  add(answer: Answer): void {
    this.addSome(answer, () => true);
  }

  /** Passes the messages of an answer on that `keep` wants, or what it gives in their place. */
  addSome(answer: Answer, keep: Keep): void {
    this.tags.push(...answer.tags);
    const bytes = concat(answer.chunks);
    let from = 0;
    let to = 0;
    for (const message of messagesOf(bytes)) {
      const kept = keep(message);
      if (typeof kept !== 'boolean') {
        this.put(bytes.subarray(from, to));
        from = message.end;
        to = message.end;
        this.put(kept);
      } else if (kept) {
        if (message.start !== to) {
          this.put(bytes.subarray(from, to));
          from = message.start;
        }
        to = message.end;
      }
    }
    this.put(bytes.subarray(from, to));
  }

  /** Passes bytes of the agent's own on. */
  put(bytes: Uint8Array): void {
    if (bytes.length > 0) {
      this.chunks.push(bytes);
    }
  }

  with(status: TransactionStatus | undefined): this {
    this.status = status;
    return this;
  }
}

/** Whether a message is passed on, or what is in its place. */
export type Keep = (message: MessageView) => boolean | Uint8Array;

/** What a COPY fails with that is given CopyFail. */
const GIVEN_UP = '57014';
/** What a COPY FREEZE fails with in a savepoint. */
const NOT_FROZEN = '55000';

/**
 * Where the CopyInResponse is, if the probe has found a COPY that reads data. One that fails of
 * itself, as into a view, is not asked for any.
 */
export function askForData(probe: Answer, inBlock: boolean): MessageView | undefined {
  const state = firstSqlState(concat(probe.chunks));
  return state === GIVEN_UP || (inBlock && state === NOT_FROZEN)
    ? copyInResponse(probe)
    : undefined;
}

/** Where the CopyInResponse is, if one comes before any error. */
export function copyInResponse(answer: Answer): MessageView | undefined {
  for (const message of messagesOf(concat(answer.chunks))) {
    if (message.type === BackendMessage.ERROR_RESPONSE) {
      return undefined;
    }
    if (message.type === BackendMessage.COPY_IN_RESPONSE) {
      return message;
    }
  }
  return undefined;
}

/** Of a probe: the CopyInResponse, the notices before it, and notifications, which are not its own. */
export function keepOfProbe(response: MessageView): Keep {
  return ({ type, start }) =>
    start === response.start ||
    type === BackendMessage.NOTIFICATION_RESPONSE ||
    (type === BackendMessage.NOTICE_RESPONSE && start < response.start);
}

/** Of the COPY itself: what comes behind its CopyInResponse, with the error that is told for it. */
export function keepOfCopy(answer: Answer, intake: CopyIntake): Keep {
  const { failure } = intake;
  const from = copyInResponse(answer)?.end ?? 0;
  return ({ type, start }) => {
    if (type === BackendMessage.ERROR_RESPONSE && failure !== undefined) {
      return errorResponse(failure.sqlstate, failure.message, failure.hint);
    }
    return start >= from;
  };
}

/** The COPY, its data and how it ends, for the backend. */
export function copyWithData(start: Uint8Array, intake: CopyIntake): Uint8Array {
  return copyInput(start, intake.store, intake.end ?? copyFail());
}

/** Gives the answers so far, each time that data is needed; goes on when it is there. */
export type Dialogue = AsyncGenerator<Answer, Answer, CopyIntake>;

/** Runs messages on the backend. */
export type Run = (messages: Uint8Array, mustBeReady: boolean) => Promise<AnswerScanner>;

/** Where a COPY is that cannot be probed without loss. */
export const CANNOT_PROBE = raiseStatement(
  '0A000',
  'COPY FROM STDIN cannot follow other statements in one pipeline through this tunnel',
  'Send Sync before it, or put all of them into a transaction block.',
);
