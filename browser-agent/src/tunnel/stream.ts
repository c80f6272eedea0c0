import { BackendDied } from '../backend/backend.ts';
import type { AnswerFlow } from '../backend/batch-run.ts';
import { CopyViolation } from '../backend/copy-intake.ts';
import { type BackendSession, Batch, SessionEnded } from '../backend/session.ts';
import { type ReceiveCredit, SendCredit } from '../credit.ts';
import { encodeData, encodeFrame, type FrameBytes } from '../encode.ts';
import type { AgentFrame, Open } from '../frame.ts';
import { concat } from '../postgres/messages.ts';
import {
  batchTooLarge,
  copyBroken,
  type Refusal,
  sessionNotStarted,
  TOO_MANY_NOTIFICATIONS,
} from '../refusal.ts';
import { Violation } from '../violation.ts';
import { AnswerQueue } from './answer-queue.ts';
import type { DataSource } from './sender.ts';
import { TimeSlice } from './yield.ts';

/** While more than this waits to be sent, neither a stream's next batch nor the next piece is run. */
const MAX_UNSENT_BYTES = 1_048_576;

/** Bytes of notifications that wait for a client that does not read, at most. */
const MAX_NOTIFICATION_BYTES = 1_048_576;

/** What all streams of a tunnel share. */
export interface StreamLimits {
  /** The relay's window in bytes. */
  readonly relayWindow: number;
  /** The largest DATA payload in bytes. */
  readonly maxPayload: number;
  /** The largest batch in bytes. */
  readonly maxBatch: number;
}

/** What a stream tells its tunnel. */
export interface StreamListener {
  /** Sends a frame that is not DATA. */
  send(frame: AgentFrame): void;
  /** The stream has something to send. */
  onReady(stream: AgentStream): void;
  /** No client is behind the stream any more; the backend has been reset. */
  onEnded(stream: AgentStream): void;
  /** Both sides have sent CLOSE. */
  onGone(stream: AgentStream): void;
}

/**
 * ```
 *          close()            CLOSE sent            CLOSE received
 *   open ───────────▶ closing ───────────▶ close-sent ───────────▶ gone
 *     └──── CLOSE received ──┴──▶ close-received ──── CLOSE sent ────▲
 * ```
 */
type State =
  | { readonly kind: 'open' }
  | { readonly kind: 'closing'; readonly refusal: Refusal | undefined }
  | { readonly kind: 'close-sent' }
  | { readonly kind: 'close-received' }
  | { readonly kind: 'gone' };

/** One client's session as a channel of the tunnel: batches in, answers out, under credit. */
export class AgentStream implements DataSource {
  readonly id: number;
  readonly open: Open;
  readonly #session: BackendSession;
  readonly #limits: StreamLimits;
  readonly #listener: StreamListener;
  readonly #sendCredit: SendCredit;
  readonly #receiveCredit: ReceiveCredit;
  readonly #answers = new AnswerQueue();

  #state: State = { kind: 'open' };
  /** The batch that is coming in. */
  #collecting: Uint8Array[] = [];
  #collectingBytes = 0;
  #cancelCollecting = false;
  /** Whether the batch that is coming in is the data of a COPY, or what is left of a failed one's. */
  #copy: 'none' | 'taken-in' | 'ignored' = 'none';
  /** How many batches have come whole. */
  #received = 0;
  #waiting: Batch[] = [];
  #waitingBytes = 0;
  #current: Batch | undefined;
  /** What runs the batches that wait. */
  #work: Promise<void> | undefined;
  /** Whether the StartupMessage has been answered. */
  #hasBegun = false;
  /** Bytes of answers that came when there was nobody to send them to. */
  #unwantedBytes = 0;
  /** Lets a batch go on that waits until its answer so far has been sent. */
  #onRoom: (() => void) | undefined;

  constructor(
    id: number,
    open: Open,
    session: BackendSession,
    limits: StreamLimits,
    receiveCredit: ReceiveCredit,
    listener: StreamListener,
  ) {
    this.id = id;
    this.open = open;
    this.#session = session;
    session.onNotification = (message) => this.#onNotification(message);
    this.#limits = limits;
    this.#listener = listener;
    this.#sendCredit = new SendCredit(limits.relayWindow);
    this.#receiveCredit = receiveCredit;
  }

  /** @throws {Violation} if the relay had no credit for it, or has closed the stream */
  onData(payload: Uint8Array, end: boolean): void {
    if (!this.#isListening('DATA')) {
      return;
    }
    this.#receiveCredit.receive(payload.length);
    if (this.#state.kind === 'closing') {
      this.#consumed(payload.length); // of no use any more
      return;
    }
    if (this.#copy !== 'none' || this.#takesCopyIn()) {
      this.#onCopyData(payload, end);
      return;
    }
    if (this.#collectingBytes + payload.length > this.#limits.maxBatch) {
      this.close(batchTooLarge(this.#limits.maxBatch));
      return;
    }
    this.#collecting.push(payload);
    this.#collectingBytes += payload.length;
    this.#receiveCredit.consume(payload.length);
    if (end) {
      this.#batchIsWhole();
    }
    this.#grant();
  }

  /** @throws {Violation} if it is too much, or the relay has closed the stream */
  onCredit(bytes: number): void {
    if (this.#isListening('CREDIT')) {
      this.#sendCredit.grant(bytes);
      this.#listener.onReady(this);
    }
  }

  /** @throws {Violation} if the relay has closed the stream */
  onCancel(batch: number): void {
    if (!this.#isListening('CANCEL') || this.#state.kind === 'closing') {
      return;
    }
    const firstWaiting = this.#received - this.#waiting.length + 1;
    if (batch === this.#received + 1 && this.#copy !== 'ignored' && this.#takesCopyIn()) {
      this.#session.cancelCopy();
      this.#copyIsOver(false);
    } else if (batch === this.#received + 1) {
      this.#cancelCollecting = this.#collecting.length > 0;
    } else if (batch >= firstWaiting) {
      this.#waiting[batch - firstWaiting]?.cancel();
    } else if (batch === firstWaiting - 1) {
      this.#current?.cancel();
    }
  }

  /** @throws {Violation} if it is the second one */
  onClose(): void {
    switch (this.#state.kind) {
      case 'open':
      case 'closing':
        this.#state = { kind: 'close-received' };
        this.#answers.clear();
        if (!this.#hasBegun || this.#session.copyIntake !== undefined) {
          this.#dropBatches();
        }
        this.#collecting = [];
        this.#goOn();
        this.#endSession().then(() => {
          this.#listener.onEnded(this);
          this.#listener.send({ type: 'CLOSE', stream: this.id, refusal: undefined });
          this.#toGone();
        });
        return;
      case 'close-sent':
        this.#toGone();
        return;
      case 'close-received':
      case 'gone':
        throw new Violation(`a second CLOSE on stream ${this.id}`);
    }
  }

  /** Ends the stream from this side: what was answered is sent, then CLOSE. */
  close(refusal: Refusal | undefined): void {
    if (this.#state.kind !== 'open') {
      return;
    }
    this.#state = { kind: 'closing', refusal };
    this.#dropBatches();
    this.#session.end().then(() => this.#listener.onEnded(this));
    this.#goOn();
    if (!this.#answers.isEmpty) {
      this.#grant(); // a client that writes before it reads goes on until it reads
    }
    this.#listener.onReady(this);
  }

  /** Sends CLOSE now, without what credit has not let through; for a tunnel that ends. */
  closeNow(refusal: Refusal): void {
    this.close(refusal);
    if (this.#state.kind === 'closing') {
      this.#answers.clear();
      this.#listener.onReady(this);
    }
  }

  /** The tunnel is gone; resolves when the backend has been reset. */
  async abandon(): Promise<void> {
    const ended = this.#state.kind === 'open';
    this.#state = { kind: 'gone' };
    this.#dropEverything();
    const reset = this.#session.end();
    this.#goOn();
    await reset;
    if (ended) {
      this.#listener.onEnded(this);
    }
  }

  nextFrame(): FrameBytes | undefined {
    if (!this.#isSending()) {
      return undefined;
    }
    const part = this.#answers.take(Math.min(this.#limits.maxPayload, this.#sendCredit.available));
    if (part !== undefined) {
      this.#sendCredit.spend(part.length);
      this.#goOn();
      return encodeData(this.id, part.end, part.pieces, part.length);
    }
    if (this.#state.kind === 'closing' && this.#answers.isEmpty) {
      const { refusal } = this.#state;
      this.#state = { kind: 'close-sent' };
      return encodeFrame({ type: 'CLOSE', stream: this.id, refusal });
    }
    return undefined;
  }

  /** Whether a frame counts: after this side's CLOSE none does, after the relay's none may come. */
  #isListening(frame: string): boolean {
    if (this.#state.kind === 'close-received' || this.#state.kind === 'gone') {
      throw new Violation(`${frame} on stream ${this.id} after its CLOSE`);
    }
    return this.#isSending();
  }

  /** Whether this side has not sent its CLOSE: what waits may need credit, and gives it. */
  #isSending(): boolean {
    return this.#state.kind === 'open' || this.#state.kind === 'closing';
  }

  /** Whether what comes next is the data of a COPY, since all before it has been answered. */
  #takesCopyIn(): boolean {
    return (
      this.#session.copyIntake !== undefined &&
      this.#collecting.length === 0 &&
      this.#waiting.length === 0 &&
      this.#current === undefined
    );
  }

  #onCopyData(payload: Uint8Array, end: boolean): void {
    const intake = this.#copy === 'ignored' ? undefined : this.#session.copyIntake;
    let room: Promise<void> | undefined;
    try {
      room = intake?.add(payload);
    } catch (error) {
      this.#onFailure(error);
      return;
    }
    if (intake === undefined) {
      this.#copy = end ? 'none' : 'ignored';
    } else if (end || intake.failure !== undefined) {
      this.#copyIsOver(end);
    } else {
      this.#copy = 'taken-in';
    }
    if (room === undefined) {
      this.#consumed(payload.length);
    } else {
      room.then(() => this.#consumed(payload.length));
    }
  }

  #consumed(bytes: number): void {
    this.#receiveCredit.consume(bytes);
    if (this.#isSending()) {
      this.#grant();
    }
  }

  /** @param whole false for a COPY that has failed before its batch has ended */
  #copyIsOver(whole: boolean): void {
    this.#copy = whole ? 'none' : 'ignored';
    this.#received++;
    this.#waiting.push(new Batch(new Uint8Array(0)));
    this.#runBatches();
  }

  #batchIsWhole(): void {
    const batch = new Batch(concat(this.#collecting));
    if (this.#cancelCollecting) {
      batch.cancel();
    }
    this.#collecting = [];
    this.#collectingBytes = 0;
    this.#cancelCollecting = false;
    this.#received++;
    this.#waiting.push(batch);
    this.#waitingBytes += batch.messages.length;
    this.#runBatches();
  }

  /** Grants what was taken in, unless a window of whole batches is waiting already. */
  #grant(): void {
    if (this.#waitingBytes > this.#receiveCredit.window) {
      return;
    }
    const bytes = this.#receiveCredit.takeGrant();
    if (bytes > 0) {
      this.#listener.send({ type: 'CREDIT', stream: this.id, bytes });
    }
  }

  #hasRoom(): boolean {
    return this.#answers.bytes <= MAX_UNSENT_BYTES;
  }

  /** There may be room for more, or nobody who wants it. */
  #goOn(): void {
    if (this.#onRoom !== undefined && (this.#hasRoom() || this.#state.kind !== 'open')) {
      this.#onRoom();
      this.#onRoom = undefined;
    }
    this.#runBatches();
  }

  #runBatches(): void {
    if (this.#work === undefined && this.#waiting.length > 0) {
      this.#work = this.#runWaiting().finally(() => {
        this.#work = undefined;
      });
    }
  }

  /** As Postgres does, runs what came whole before the client said Terminate or was gone. */
  async #endSession(): Promise<void> {
    await this.#work;
    await this.#session.end();
  }

  /** Whether the next batch is to be run. */
  #mayRun(): boolean {
    return this.#state.kind === 'open' ? this.#hasRoom() : this.#state.kind === 'close-received';
  }

  async #runWaiting(): Promise<void> {
    const slice = new TimeSlice();
    const flow: AnswerFlow = {
      pass: async (chunks) => {
        this.#addAnswer(chunks, false);
        if (this.#state.kind === 'open' && !this.#hasRoom()) {
          await new Promise<void>((resolve) => {
            this.#onRoom = resolve;
          });
        }
        await slice.yieldIfOver();
      },
    };
    while (this.#mayRun()) {
      const batch = this.#waiting.shift();
      if (batch === undefined) {
        return;
      }
      this.#waitingBytes -= batch.messages.length;
      if (this.#state.kind === 'open') {
        this.#grant();
      }
      this.#current = batch;
      try {
        this.#addAnswer(await this.#session.run(batch, flow), true);
        this.#hasBegun = true;
      } catch (error) {
        this.#onFailure(error);
        return;
      }
      this.#current = undefined;
      await slice.yieldIfOver();
    }
  }

  #addAnswer(chunks: Uint8Array[], end: boolean): void {
    if (this.#state.kind === 'open') {
      this.#answers.add(chunks, end);
      this.#listener.onReady(this);
      return;
    }
    this.#unwantedBytes += chunks.reduce((sum, { length }) => sum + length, 0);
    if (!end && this.#unwantedBytes > MAX_UNSENT_BYTES) {
      throw new SessionEnded(); // where Postgres would find that its socket is closed
    }
  }

  /** Goes to the client at once, in front of the next batch's answer. */
  #onNotification(message: Uint8Array): void {
    if (this.#state.kind !== 'open') {
      return;
    }
    if (this.#answers.bytes + message.length > MAX_UNSENT_BYTES + MAX_NOTIFICATION_BYTES) {
      this.close(TOO_MANY_NOTIFICATIONS);
      return;
    }
    this.#addAnswer([message], false);
  }

  #onFailure(error: unknown): void {
    if (error instanceof SessionEnded || error instanceof BackendDied) {
      return; // the stream is closing already, or its tunnel closes it
    }
    if (error instanceof CopyViolation) {
      this.close(copyBroken(error.message));
      return;
    }
    this.close(sessionNotStarted(error instanceof Error ? error.message : String(error)));
  }

  #dropBatches(): void {
    this.#collecting = [];
    this.#collectingBytes = 0;
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  #dropEverything(): void {
    this.#dropBatches();
    this.#answers.clear();
  }

  #toGone(): void {
    if (this.#state.kind !== 'gone') {
      this.#state = { kind: 'gone' };
      this.#receiveCredit.close();
      this.#listener.onGone(this);
    }
  }
}
