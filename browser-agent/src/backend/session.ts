import type { AnswerRules, Notification } from '../postgres/answer-scanner.ts';
import {
  BackendMessage,
  bindUnnamed,
  concat,
  errorResponse,
  executeUnnamed,
  Frontend,
  flush,
  isStartup,
  lastMessageType,
  messagesOf,
  notificationResponse,
  parse,
  query,
  readyForQuery,
  sync,
  type TransactionStatus,
} from '../postgres/messages.ts';
import { raiseStatement } from '../postgres/raised-error.ts';
import type { Backend } from './backend.ts';
import { type AnswerFlow, CANCELLED_STATE, CANCELLED_TEXT, runBatch } from './batch-run.ts';
import { ClientChannels } from './client-channels.ts';
import { CopyIn, type CopyLimits, type Execute } from './copy-in.ts';
import type { CopyIntake } from './copy-intake.ts';
import type { Release } from './lock.ts';
import {
  listenAgain,
  readSessionState,
  restoreSessionState,
  type SessionState,
} from './session-state.ts';
import { refuseOtherDatabase } from './startup.ts';
import { UnnamedStatement } from './unnamed-statement.ts';

/** A batch on its way through the backend; shared with whoever may cancel it. */
export class Batch {
  readonly messages: Uint8Array;
  #phase: 'waiting' | 'cancelled' | 'running' = 'waiting';
  #onCancelled: () => void = () => {};
  /** Resolves when the batch is cancelled while it waits. */
  readonly cancelled: Promise<void> = new Promise((resolve) => {
    this.#onCancelled = resolve;
  });
  #interrupted = false;
  #onInterrupted: () => void = () => {};
  /** Resolves when the batch is to be cancelled while it runs. */
  readonly interrupted: Promise<void> = new Promise((resolve) => {
    this.#onInterrupted = resolve;
  });

  constructor(messages: Uint8Array) {
    this.messages = messages;
  }

  get isCancelled(): boolean {
    return this.#phase === 'cancelled';
  }

  /** Whether the batch is to be cancelled while it runs. */
  get isInterrupted(): boolean {
    return this.#interrupted;
  }

  /**
   * Cancels the batch if it is still waiting. PGlite cannot be interrupted once it runs, but a large
   * result is made in pieces, and cancelled between them.
   */
  cancel(): void {
    if (isStartup(this.messages)) {
      return;
    }
    if (this.#phase === 'waiting') {
      this.#phase = 'cancelled';
      this.#onCancelled();
    } else if (this.#phase === 'running') {
      this.#interrupted = true;
      this.#onInterrupted();
    }
  }

  /** The batch goes to the backend now; a later cancel comes in time only between pieces. */
  start(): void {
    if (this.#phase === 'waiting') {
      this.#phase = 'running';
    }
  }
}

/**
 * ```
 *   waiting ──lease──▶ preparing ──snapshot──▶ active ──reset──▶ ended
 *      └────────────────────end()──────────────────────────────────▲
 * ```
 */
type State =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'preparing' }
  | { readonly kind: 'active'; readonly lease: Release; readonly before: SessionState }
  | { readonly kind: 'ended' };

/** Whether a session keeps PGlite's transaction lock, and why. */
type Hold =
  | { readonly kind: 'free' }
  | { readonly kind: 'taking'; readonly lock: Promise<Release> }
  | { readonly kind: 'held'; readonly release: Release };

/** The session ended while a batch of it was still waiting; the batch does not run. */
export class SessionEnded extends Error {
  constructor() {
    super('the session has ended');
    this.name = 'SessionEnded';
  }
}

/**
 * One client's session on the backend. Batches are given one after the other: `run` is called again
 * when the one before has been answered.
 *
 * The session keeps PGlite's transaction lock while it is in a transaction, and from a Flush to the
 * Sync that ends what the Flush left open.
 */
export class BackendSession {
  readonly #backend: Backend;
  /** Of the database that the session has begun in. */
  #generation: number | undefined;
  #state: State = { kind: 'waiting' };
  #activating: Promise<void> | undefined;
  #hold: Hold = { kind: 'free' };
  #status: TransactionStatus = 'I';
  /** False from a batch that ended in Flush to the next ReadyForQuery. */
  #synced = true;
  readonly #channels = new ClientChannels();
  readonly #unnamed = new UnnamedStatement();
  /** What a cancelled batch has left behind, as messages that remove it. */
  #toForget: Uint8Array | undefined;
  #current: Batch | undefined;
  #running: Promise<Uint8Array[]> | undefined;
  #ending: Promise<void> | undefined;
  readonly #copies: CopyIn;
  /** Takes a NotificationResponse that belongs to no batch; set by whoever wants them. */
  onNotification: (message: Uint8Array) => void = () => {};

  constructor(backend: Backend, copyLimits: CopyLimits) {
    this.#backend = backend;
    const execute: Execute = async (messages, rules, mustBeReady) => {
      const answer = await backend.execute(messages, rules, mustBeReady);
      backend.passToOwner(answer.notifications);
      return answer;
    };
    this.#copies = new CopyIn(execute, copyLimits, this.#unnamed);
  }

  /** Fails the COPY that takes data in; an empty batch then gets the answer. */
  cancelCopy(): void {
    this.#copies.fail({ sqlstate: CANCELLED_STATE, message: CANCELLED_TEXT });
  }

  /** Takes in what the client sends, while a COPY waits for that; an empty batch follows its end. */
  get copyIntake(): CopyIntake | undefined {
    return this.#copies.intake;
  }

  /**
   * Runs a batch when it is this session's turn.
   *
   * @param flow takes the first parts of a large answer; without it, the whole answer is returned
   * @returns the backend's bytes, or those that the flow did not take
   * @throws {BackendDied} if the database has stopped
   * @throws {SessionEnded} if `end` was called first
   */
  run(batch: Batch, flow?: AnswerFlow): Promise<Uint8Array[]> {
    this.#current = batch;
    this.#running = this.#run(batch, flow);
    return this.#running;
  }

  /** Ends the session and resets the backend; resolves when the next session may come. */
  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #run(batch: Batch, flow: AnswerFlow | undefined): Promise<Uint8Array[]> {
    const turn = this.#takeTurn();
    turn.catch(() => {}); // if the batch is cancelled, nobody else looks at it
    const wait: 'turn' | 'cancelled' = await Promise.race([
      turn.then(() => 'turn' as const),
      batch.cancelled.then(() => 'cancelled' as const),
    ]);
    if (wait === 'cancelled') {
      const answer = this.#answerOfCancelled(batch);
      if (answer !== undefined) {
        turn.then(() => this.#releaseIfUnused(batch)).catch(() => {});
        return answer;
      }
      await turn;
    }
    this.#checkOpen();
    batch.start();
    const refusal = this.#refusalOf(batch);
    return refusal === undefined ? this.#execute(batch, flow) : [refusal];
  }

  /** What a StartupMessage is answered that PGlite must not see. */
  #refusalOf({ messages }: Batch): Uint8Array | undefined {
    if (!isStartup(messages) || this.#state.kind !== 'active') {
      return undefined;
    }
    const refusal = refuseOtherDatabase(messages, this.#state.before.database);
    if (refusal !== undefined) {
      this.#releaseIfIdle();
    }
    return refusal;
  }

  async #takeTurn(): Promise<void> {
    this.#activating ??= this.#activate();
    await this.#activating;
    await this.#takeLock();
  }

  async #activate(): Promise<void> {
    const lease = await this.#backend.lease();
    if (this.#ending !== undefined) {
      lease();
      throw new SessionEnded();
    }
    this.#state = { kind: 'preparing' };
    try {
      await this.#takeLock();
      this.#generation = this.#backend.generation;
      const before = await readSessionState(this.#backend.runSql);
      this.#state = { kind: 'active', lease, before };
      this.#backend.hearOwner((notification) => {
        if (this.#isHeard(notification)) {
          this.onNotification(notificationResponse(before.pid, notification));
        }
      });
    } catch (error) {
      this.#state = { kind: 'ended' };
      this.#release();
      lease();
      throw error;
    }
  }

  async #execute(batch: Batch, flow: AnswerFlow | undefined): Promise<Uint8Array[]> {
    if (batch.isCancelled) {
      this.cancelCopy();
    }
    const messages =
      batch.isCancelled && this.#copies.intake === undefined
        ? raiseInPlaceOf(batch.messages)
        : batch.messages;
    const rules: AnswerRules = {
      passNotification: (notification) => this.#isHeard(notification),
      fromErrorOn: batch.isCancelled && this.#copies.intake === undefined,
    };
    this.#channels.follow(messages);
    const synced = this.#synced;
    const endsInReady = this.#endsInReady(messages);
    this.#synced = isStartup(messages); // a refused one leaves nothing open
    try {
      const refused = await this.#restoreUnnamed(messages, rules);
      const standing = { status: this.#status, mustBeReady: endsInReady };
      const answer = await this.#copies.run(messages, rules, standing, () =>
        runBatch(this.#backend, {
          messages,
          rules,
          synced,
          endsInReady,
          flow: batch.isCancelled ? undefined : flow,
          interrupted: batch.interrupted,
          isInterrupted: () => batch.isInterrupted,
          checkWanted: () => this.#checkOpen(),
        }),
      );
      this.#synced = answer.status !== undefined;
      this.#status = answer.status ?? this.#status;
      this.#toForget ??= answer.toForget;
      await this.#forget();
      if (this.#isIdle()) {
        await this.#settle();
      }
      return refused.length === 0 ? answer.chunks : [...refused, ...answer.chunks];
    } finally {
      this.#releaseIfIdle();
    }
  }

  /** @returns the error if that fails, with which the batch has failed */
  async #restoreUnnamed(messages: Uint8Array, rules: AnswerRules): Promise<Uint8Array[]> {
    const isCopying = this.#copies.intake !== undefined;
    const restoring = isCopying ? undefined : this.#unnamed.restoreFor(messages);
    if (restoring === undefined) {
      return [];
    }
    const hidden = [
      BackendMessage.PARSE_COMPLETE,
      BackendMessage.CLOSE_COMPLETE,
      BackendMessage.NOTICE_RESPONSE,
    ];
    return (await this.#backend.execute(restoring, { ...rules, hidden }, false)).chunks;
  }

  /** A transaction has ended, and nobody else has the backend yet. */
  async #settle(): Promise<void> {
    await this.#unnamed.settle((messages) => this.#backend.execute(messages));
    if (this.#channels.changed && this.#state.kind === 'active') {
      const listening = await listenAgain(this.#backend.runSql, this.#state.before);
      this.#channels.settle(listening);
    }
  }

  #isHeard({ channel }: Notification): boolean {
    return this.#channels.hears(channel);
  }

  #checkOpen(): void {
    if (this.#ending !== undefined || this.#generation !== this.#backend.generation) {
      throw new SessionEnded();
    }
  }

  /** Removes what a batch has left behind that is not the client's, once that can be done. */
  async #forget(): Promise<void> {
    if (this.#synced && this.#toForget !== undefined) {
      const messages = this.#toForget;
      this.#toForget = undefined;
      await this.#backend.execute(messages);
    }
  }

  /** The answer to a batch that never ran, or undefined if the backend itself has to fail it. */
  #answerOfCancelled(batch: Batch): Uint8Array[] | undefined {
    const isCopying = this.#copies.intake !== undefined;
    if (isCopying || !this.#isIdle() || lastMessageType(batch.messages) === Frontend.FLUSH) {
      return undefined;
    }
    return [errorResponse(CANCELLED_STATE, CANCELLED_TEXT), readyForQuery('I')];
  }

  async #end(): Promise<void> {
    if (this.#state.kind === 'waiting') {
      // Whoever gets the lease after this gives it on at once.
      this.#state = { kind: 'ended' };
      return;
    }
    await settled(this.#activating);
    await settled(this.#running);
    this.#copies.drop();
    await this.#reset();
  }

  async #reset(): Promise<void> {
    if (this.#state.kind !== 'active') {
      return;
    }
    const { lease, before } = this.#state;
    this.#state = { kind: 'ended' };
    this.#backend.hearOwner(undefined);
    try {
      if (this.#generation !== this.#backend.generation) {
        return; // it died with its database
      }
      await this.#takeLock();
      if (!this.#synced) {
        // Not just Sync, which would commit what no Sync of the client's has asked for.
        const answer = await this.#backend.execute(raiseInPlaceOf(sync()));
        this.#status = answer.status ?? this.#status;
      }
      if (this.#status !== 'I') {
        await this.#backend.runSql('ROLLBACK');
      }
      await restoreSessionState(this.#backend.runSql, before);
    } catch {
      // The backend has died, and has told its owner so: there is nothing to reset.
    } finally {
      this.#status = 'I';
      this.#synced = true;
      this.#release();
      lease();
    }
  }

  /**
   * After an error in the extended protocol the backend skips everything up to the Sync, even a
   * Query: with one only its own batch, or a Query that nothing stands before, is sure to end so.
   */
  #endsInReady(messages: Uint8Array): boolean {
    const last = lastMessageType(messages);
    return last === Frontend.SYNC || (this.#synced && isReadyAfter(messages));
  }

  #isIdle(): boolean {
    return this.#synced && this.#status === 'I';
  }

  async #takeLock(): Promise<void> {
    if (this.#hold.kind === 'free') {
      this.#hold = { kind: 'taking', lock: this.#backend.holdTransactionLock() };
    }
    if (this.#hold.kind === 'taking') {
      const taking = this.#hold;
      try {
        const release = await taking.lock;
        if (this.#hold === taking) {
          this.#hold = { kind: 'held', release };
        }
      } catch (error) {
        this.#hold = { kind: 'free' };
        throw error;
      }
    }
  }

  /** After a cancelled batch has been answered: its turn has come, and nothing needs it. */
  #releaseIfUnused(batch: Batch): void {
    if (this.#current === batch && this.#ending === undefined) {
      this.#releaseIfIdle();
    }
  }

  #releaseIfIdle(): void {
    if (this.#isIdle()) {
      this.#release();
    }
  }

  #release(): void {
    if (this.#hold.kind === 'held') {
      this.#unnamed.leave();
      this.#hold.release();
      this.#hold = { kind: 'free' };
    }
  }
}

/** Whether a batch without Sync is one message that is answered with ReadyForQuery. */
function isReadyAfter(messages: Uint8Array): boolean {
  const [first, second] = messagesOf(messages);
  return second === undefined && first?.type !== Frontend.FLUSH;
}

/** What fails a cancelled batch on the backend, with an answer of the same shape. */
function raiseInPlaceOf(messages: Uint8Array): Uint8Array {
  const statement = raiseStatement(CANCELLED_STATE, CANCELLED_TEXT);
  const last = lastMessageType(messages);
  if (last !== Frontend.SYNC && last !== Frontend.FLUSH) {
    return query(statement);
  }
  return concat([
    parse(new Uint8Array(0), statement),
    bindUnnamed(),
    executeUnnamed(),
    last === Frontend.SYNC ? sync() : flush(),
  ]);
}

async function settled(promise: Promise<unknown> | undefined): Promise<void> {
  await promise?.catch(() => {});
}
