import { readFileSync } from 'node:fs';
import { type FakeConnection, frame, type RawFrame } from './fake-relay.ts';
import { bytes, c, d, f, H, i32, Q, S, startup } from './postgres-client.ts';

/** A frame in the notation of `tunnel-protocol/vectors/README.md`. */
export interface NotedFrame {
  readonly type: keyof typeof TYPES;
  readonly stream: number;
  readonly flags?: readonly string[];
  readonly json?: Json;
  readonly payloadHex?: string;
  readonly messages?: readonly NotedMessage[];
  readonly bytes?: number;
  readonly batch?: number;
  readonly count?: number | string;
}

export type NotedMessage =
  | string
  | { readonly message: string; readonly times: number }
  | { readonly hex: string };

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** One step, whose members say what it is. */
export interface Step {
  readonly on?: string;
  readonly [member: string]: unknown;
}

export interface Conversation {
  readonly name: string;
  readonly start?: 'live' | 'session';
  readonly credit?: 'by hand';
  readonly steps: readonly Step[];
}

const TYPES = {
  HELLO: 1,
  WELCOME: 2,
  OPEN: 3,
  ACCEPT: 4,
  REJECT: 5,
  DATA: 6,
  CREDIT: 7,
  CANCEL: 8,
  CLOSE: 9,
  PING: 10,
  PONG: 11,
  ACK: 12,
  GOAWAY: 13,
} as const;
const SEQUENCED: readonly number[] = [3, 4, 5, 6, 7, 8, 9];
const MAX_PAYLOAD = 32_768;
/** Unacknowledged frames and bytes of them, at most: what the specification permits, or less. */
const MAX_UNACKNOWLEDGED = 32;
const MAX_UNACKNOWLEDGED_BYTES = 16_384;

export function agentConversations(): readonly Conversation[] {
  const file = new URL('../../../tunnel-protocol/vectors/conversations.json', import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')).agent;
}

/** Postgres messages in their notation, as bytes. */
export function messages(noted: readonly NotedMessage[]): Uint8Array {
  return bytes(
    ...noted.flatMap((each) => {
      if (typeof each === 'string') {
        return [message(each)];
      }
      return 'hex' in each
        ? [Buffer.from(each.hex, 'hex')]
        : Array.from({ length: each.times }, () => message(each.message));
    }),
  );
}

function message(noted: string): Uint8Array {
  if (noted === 'startup') {
    return startup();
  }
  const body = noted.slice(2);
  switch (noted[0]) {
    case 'Q':
      return Q(body);
    case 'd':
      return d(body);
    case 'f':
      return f(body);
    case 'c':
      return c;
    case 'H':
      return H;
    case 'S':
      return S;
    default:
      throw new Error(`no such message: ${noted}`);
  }
}

/** What counts in a tunnel, whatever WebSocket carries it. */
export class Epoch {
  /** Sequenced frames so far. */
  sent = 0;
  received = 0;
  acknowledged = 0;
  readonly granted = new Map<number, number>();
  /** What the relay may send and the agent may send, by stream. */
  readonly room = new Map<number, number>();
  readonly credit = new Map<number, number>();
}

/** One WebSocket, from the script's side. */
export class ScriptedEnd {
  readonly connection: FakeConnection;
  epoch: Epoch;
  readonly #frames: RawFrame[] = [];
  /** Whether credit is granted for what comes. */
  readonly #granting: boolean;
  readonly #grown = new Map<number, Buffer>();
  #unacknowledged = 0;
  #unacknowledgedBytes = 0;

  constructor(connection: FakeConnection, epoch: Epoch, granting: boolean) {
    this.connection = connection;
    this.epoch = epoch;
    this.#granting = granting;
  }

  send(noted: NotedFrame): void {
    const type = TYPES[noted.type];
    if (SEQUENCED.includes(type)) {
      this.epoch.sent++;
    }
    if (noted.type === 'CREDIT') {
      add(this.epoch.credit, noted.stream, noted.bytes ?? 0);
    }
    this.connection.send(
      type,
      noted.stream,
      payload(noted),
      noted.flags?.includes('END') === true ? 1 : 0,
    );
  }

  /** Sends a batch in as many frames as it takes, as the agent's credit permits. */
  async batch(stream: number, noted: readonly NotedMessage[]): Promise<void> {
    const whole = messages(noted);
    let at = 0;
    do {
      while ((this.epoch.room.get(stream) ?? 0) === 0) {
        await this.#take('CREDIT');
      }
      const size = Math.min(MAX_PAYLOAD, this.epoch.room.get(stream) ?? 0, whole.length - at);
      const part = whole.subarray(at, at + size);
      at += size;
      add(this.epoch.room, stream, -size);
      this.epoch.sent++;
      this.connection.send(TYPES.DATA, stream, part, at === whole.length ? 1 : 0);
    } while (at < whole.length);
  }

  /** The next frame that is neither CREDIT nor ACK, and that `but` lets through. */
  async next(what: string, but: (frame: RawFrame) => boolean = () => true): Promise<RawFrame> {
    for (;;) {
      const index = this.#frames.findIndex(but);
      if (index >= 0) {
        return this.#frames.splice(index, 1)[0] as RawFrame;
      }
      await this.#take(what);
    }
  }

  /** A whole answer. */
  async whole(stream: number): Promise<Buffer> {
    for (;;) {
      const { flags } = await this.#grow(stream);
      if ((flags & 1) !== 0) {
        const answer = this.#grown.get(stream);
        this.#grown.delete(stream);
        return answer ?? Buffer.alloc(0);
      }
    }
  }

  /** Exactly so many bytes of DATA. */
  async collect(stream: number, size: number): Promise<void> {
    let left = size;
    while (left > 0) {
      left -= (await this.#grow(stream)).payload.length;
    }
    if (left < 0) {
      throw new Error(`${-left} bytes more than ${size}`);
    }
  }

  async #grow(stream: number): Promise<RawFrame> {
    const next = await this.next(`DATA on stream ${stream}`, (each) => each.stream === stream);
    if (next.type !== TYPES.DATA) {
      throw new Error(`type ${next.type} in place of DATA: ${next.payload.subarray(0, 300)}`);
    }
    const before = this.#grown.get(stream) ?? Buffer.alloc(0);
    this.#grown.set(stream, Buffer.concat([before, next.payload]));
    return next;
  }

  /** The agent answers PING, and says nothing else before that. */
  async quiet(): Promise<void> {
    this.connection.send(TYPES.PING, 0, Buffer.from('ffffffffffffffff', 'hex'));
    const next = await this.next('PONG');
    if (next.type !== TYPES.PONG || next.payload.toString('hex') !== 'ffffffffffffffff') {
      throw new Error(`type ${next.type} on stream ${next.stream}: ${next.payload}`);
    }
  }

  async until(what: string, holds: () => boolean): Promise<void> {
    while (!holds()) {
      await this.#take(what);
    }
  }

  async #take(what: string): Promise<void> {
    const came = await this.connection.nextUntilClosed(what);
    if (came === undefined) {
      throw new Error(`closed before ${what}: ${JSON.stringify(await this.connection.closed)}`);
    }
    if (SEQUENCED.includes(came.type)) {
      this.#acknowledge(came);
    }
    if (came.type === TYPES.CREDIT) {
      add(this.epoch.granted, came.stream, came.payload.readUInt32BE());
      add(this.epoch.room, came.stream, came.payload.readUInt32BE());
    } else if (came.type === TYPES.ACK) {
      this.epoch.acknowledged = Number(came.payload.readBigUInt64BE());
    } else {
      if (came.type === TYPES.DATA) {
        this.#onData(came);
      }
      this.#frames.push(came);
    }
  }

  #acknowledge({ payload: { length } }: RawFrame): void {
    this.epoch.received++;
    this.#unacknowledged++;
    this.#unacknowledgedBytes += 8 + length;
    if (
      this.#unacknowledged >= MAX_UNACKNOWLEDGED ||
      this.#unacknowledgedBytes >= MAX_UNACKNOWLEDGED_BYTES
    ) {
      this.#unacknowledged = 0;
      this.#unacknowledgedBytes = 0;
      this.send({ type: 'ACK', stream: 0, count: this.epoch.received });
    }
  }

  #onData({ stream, payload: { length } }: RawFrame): void {
    add(this.epoch.credit, stream, -length);
    if ((this.epoch.credit.get(stream) ?? 0) < 0 || length > MAX_PAYLOAD) {
      throw new Error(`${length} bytes of DATA are more than was agreed`);
    }
    if (this.#granting && length > 0) {
      this.send({ type: 'CREDIT', stream, bytes: length });
    }
  }
}

export function add(counts: Map<number, number>, stream: number, bytes: number): void {
  counts.set(stream, (counts.get(stream) ?? 0) + bytes);
}

function payload(noted: NotedFrame): Uint8Array | object {
  const u64 = (value: number): Uint8Array => bytes(i32(0), i32(value));
  switch (noted.type) {
    case 'CREDIT':
      return i32(noted.bytes ?? 0);
    case 'CANCEL':
      return i32(noted.batch ?? 0);
    case 'ACK':
      return u64(Number(noted.count));
    default:
      return noted.json !== undefined
        ? (noted.json as object)
        : noted.messages !== undefined
          ? messages(noted.messages)
          : Buffer.from(noted.payloadHex ?? '', 'hex');
  }
}

/** Whether a frame is the one noted: of JSON, the members that are noted. */
export function check(came: RawFrame, noted: NotedFrame): void {
  const whole = frame(came.type, came.stream, came.payload, came.flags);
  const told = `type ${came.type} on stream ${came.stream}: ${came.payload.subarray(0, 300)}`;
  if (came.type !== TYPES[noted.type] || came.stream !== noted.stream || whole.length < 8) {
    throw new Error(`${told}, in place of ${noted.type} on stream ${noted.stream}`);
  }
  if (noted.json !== undefined && !holds(JSON.parse(came.payload.toString()), noted.json)) {
    throw new Error(`${told}, in place of ${JSON.stringify(noted.json)}`);
  }
  if (noted.payloadHex !== undefined && came.payload.toString('hex') !== noted.payloadHex) {
    throw new Error(`${came.payload.toString('hex')}, in place of ${noted.payloadHex}`);
  }
}

function holds(got: unknown, noted: Json): boolean {
  if (typeof noted !== 'object' || noted === null) {
    return got === noted;
  }
  if (Array.isArray(noted)) {
    return JSON.stringify(got) === JSON.stringify(noted);
  }
  return (
    typeof got === 'object' &&
    got !== null &&
    Object.entries(noted).every(([name, value]) => holds(Reflect.get(got, name), value))
  );
}

/** The types of Postgres messages, each once where it repeats. */
export function types(answer: Buffer): string {
  let told = '';
  for (let at = 0; at < answer.length; at += 1 + answer.readUInt32BE(at + 1)) {
    const type = String.fromCharCode(answer.readUInt8(at));
    told += told.endsWith(type) ? '' : type;
  }
  return told;
}
