import type { Backend } from '../backend/backend.ts';
import { ReceiveCredit, WindowBudget, type WindowLimits } from '../credit.ts';
import type { FrameBytes } from '../encode.ts';
import { type AgentFrame, isSequenced, type Open } from '../frame.ts';
import type { Refusal } from '../refusal.ts';
import { Violation } from '../violation.ts';
import type { WebSocketLike } from '../websocket.ts';
import type { FrameAfterWelcome } from './connection.ts';
import { Replay } from './replay.ts';
import { RoundTrip } from './round-trip.ts';
import { Sender } from './sender.ts';
import { AgentStream, type StreamLimits } from './stream.ts';

/** What an epoch tells its tunnel. */
export interface EpochListener {
  onClient(type: 'connected' | 'disconnected', open: Open): void;
  /** The relay broke the protocol, and it showed outside of a frame of its own. */
  onViolation(message: string): void;
  isHidden(): boolean;
  /** Milliseconds since any fixed moment. */
  now(): number;
  /** A stream is gone. */
  onStreamGone(): void;
}

/**
 * What a tunnel has from a WELCOME on until it is closed or the relay begins a new epoch: its
 * streams, what is to be sent, and what is kept for a resume. It outlives WebSockets.
 */
export class Epoch {
  readonly #backend: Backend;
  readonly #limits: StreamLimits;
  readonly #listener: EpochListener;
  readonly #replay: Replay | undefined;
  readonly #sender: Sender;
  readonly #windows: WindowBudget;
  readonly #roundTrip: RoundTrip;
  readonly #streams = new Map<number, AgentStream>();
  #lastStream = 0;

  /**
   * @param windows what the relay may send ahead
   * @param resumable whether frames are numbered and kept
   */
  constructor(
    backend: Backend,
    limits: StreamLimits,
    windows: WindowLimits,
    resumable: boolean,
    listener: EpochListener,
  ) {
    this.#backend = backend;
    this.#limits = limits;
    this.#listener = listener;
    this.#replay = resumable ? new Replay(() => listener.now()) : undefined;
    this.#sender = new Sender(this.#replay, (message) => listener.onViolation(message));
    this.#windows = new WindowBudget(windows);
    this.#roundTrip = new RoundTrip(
      () => listener.now(),
      (payload) => this.#measure(payload),
    );
  }

  /** The first WebSocket. */
  begin(socket: WebSocketLike): void {
    this.#sender.attach(socket, []);
  }

  /** The WebSocket is gone, and another one may come. */
  detach(): void {
    this.#roundTrip.restart();
    this.#sender.detach();
  }

  /** For HELLO: how many sequenced frames have come. */
  tellReceived(): number | undefined {
    return this.#replay?.tellReceived();
  }

  /**
   * Goes on over another WebSocket.
   *
   * @throws {Violation} if the relay cannot have received so many frames
   */
  resume(socket: WebSocketLike, received: number): void {
    const again: FrameBytes[] = this.#replay?.resumeFrom(received) ?? [];
    this.#sender.attach(socket, again);
  }

  /** @throws {Violation} if the frame is not allowed here */
  onFrame(frame: FrameAfterWelcome, length: number): void {
    this.#process(frame);
    if (this.#replay !== undefined && isSequenced(frame.type)) {
      this.#replay.receive(length);
      if (this.#replay.isAckDue) {
        this.#sendAck();
      }
    }
    this.#sender.pump();
  }

  /** Whether it has no stream. */
  get isEmpty(): boolean {
    return this.#streams.size === 0;
  }

  /** Sends a frame of no stream. */
  send(frame: AgentFrame): void {
    this.#sender.send(frame);
  }

  /** Tells the relay, unasked, how the agent fares: the page has become hidden or visible. */
  tellState(): void {
    this.#sendPong(new Uint8Array(8));
  }

  /** Ends the sessions that are open, each with a word to its client; others may come. */
  endSessions(refusal: Refusal): void {
    for (const stream of this.#streams.values()) {
      stream.close(refusal);
    }
  }

  /** Tells every client, and the relay. */
  sayGoodbye(refusal: Refusal, goAway: AgentFrame): void {
    for (const stream of this.#streams.values()) {
      stream.closeNow(refusal);
    }
    this.#sender.flush();
    this.#sender.send(goAway);
  }

  /** Ends every stream without a word; resolves when the backend has been reset. */
  async abandon(): Promise<void> {
    this.#sender.stop();
    const streams = [...this.#streams.values()];
    this.#streams.clear();
    await Promise.all(streams.map((stream) => stream.abandon()));
  }

  #process(frame: FrameAfterWelcome): void {
    switch (frame.type) {
      case 'OPEN':
        this.#onOpen(frame.stream, frame.open);
        return;
      case 'DATA':
        if (frame.payload.length > this.#limits.maxPayload) {
          throw new Violation(`DATA of ${frame.payload.length} bytes`);
        }
        this.#stream(frame).onData(frame.payload, frame.end);
        return;
      case 'CREDIT':
        this.#stream(frame).onCredit(frame.bytes);
        return;
      case 'CANCEL':
        this.#stream(frame).onCancel(frame.batch);
        return;
      case 'CLOSE':
        this.#stream(frame).onClose();
        return;
      case 'PING':
        this.#onPing(frame.payload);
        return;
      case 'ACK':
        this.#replay?.acknowledge(frame.count);
        return;
      case 'PONG':
        this.#roundTrip.onPong(frame.payload);
        return;
    }
  }

  #onOpen(id: number, open: Open): void {
    if (id <= this.#lastStream) {
      throw new Violation(`a second OPEN of stream ${id}`);
    }
    this.#lastStream = id;
    const credit = new ReceiveCredit(this.#windows, this.#roundTrip, () => this.#listener.now());
    const stream = new AgentStream(id, open, this.#backend.openSession(), this.#limits, credit, {
      send: (frame) => this.#sender.send(frame),
      onReady: (ready) => this.#sender.wake(ready),
      onEnded: (ended) => this.#listener.onClient('disconnected', ended.open),
      onGone: (gone) => {
        this.#streams.delete(gone.id);
        this.#listener.onStreamGone();
      },
    });
    this.#streams.set(id, stream);
    this.#sender.send({ type: 'ACCEPT', stream: id });
    this.#listener.onClient('connected', open);
  }

  #stream(frame: { readonly type: string; readonly stream: number }): AgentStream {
    const stream = this.#streams.get(frame.stream);
    if (stream === undefined) {
      throw new Violation(`${frame.type} on stream ${frame.stream}, which is not open`);
    }
    return stream;
  }

  /** ACK goes first, so that the relay's store is empty while nothing else happens. */
  #onPing(payload: Uint8Array): void {
    this.#sendAck();
    this.#sendPong(payload);
  }

  #sendPong(payload: Uint8Array): void {
    const busy = this.#backend.busy;
    this.#sender.send({ type: 'PONG', payload, busy, hidden: this.#listener.isHidden() });
  }

  /** Like any PING behind an ACK, if there is something to acknowledge. */
  #measure(payload: Uint8Array): void {
    if (this.#replay?.isAckWaiting) {
      this.#sendAck();
    }
    this.#sender.send({ type: 'PING', payload });
  }

  #sendAck(): void {
    if (this.#replay !== undefined) {
      this.#sender.send({ type: 'ACK', count: this.#replay.tellReceived() });
    }
  }
}
