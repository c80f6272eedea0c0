import {
  type FakeConnection,
  type FakeRelay,
  frame,
  type RawFrame,
  T,
  WELCOME,
} from './fake-relay.ts';
import { bytes, i32 } from './postgres-client.ts';

const SEQUENCED: readonly number[] = [T.OPEN, T.ACCEPT, 5, T.DATA, T.CREDIT, T.CANCEL, T.CLOSE];

/** How many frames go over a connection before it is killed; undefined to let it live. */
export type Fate = { readonly frames: number } | undefined;

/**
 * A relay's side of PROTOCOL.md section 8 for one session, written plainly: it forgets nothing, kills
 * its connections as it is told to, and checks that nothing is lost or doubled.
 */
export class ResumingRelay {
  readonly #relay: FakeRelay;
  readonly #fates: () => Fate;
  /** Every sequenced frame that was sent, ever. */
  readonly #sent: Uint8Array[] = [];
  #acknowledged = 0;
  #received = 0;
  #untold = 0;
  #untoldBytes = 0;
  /** Frames left until the connection is killed. */
  #life = Number.POSITIVE_INFINITY;
  #connection: FakeConnection | undefined;
  #sendCredit = 0;
  #outgoing: { readonly payload: Uint8Array; readonly end: boolean }[] = [];
  #answer: Buffer[] = [];
  readonly #answers: Buffer[] = [];
  #wanted: { readonly count: number; readonly resolve: () => void } | undefined;
  breaks = 0;

  constructor(relay: FakeRelay, fates: () => Fate) {
    this.#relay = relay;
    this.#fates = fates;
  }

  /** Serves one connection after the other, until the agent ends one itself. */
  async serve(): Promise<void> {
    while (true) {
      const connection = await this.#relay.connection();
      if (!(await this.#serveOne(connection))) {
        return;
      }
      this.breaks++;
    }
  }

  open(stream: number): void {
    this.#sequence(
      frame(T.OPEN, stream, {
        session: `s${stream}`,
        user: 'postgres',
        database: 'postgres',
        client: { address: '203.0.113.7', port: 1 },
        application: 'test',
      }),
    );
  }

  /** Sends a batch on stream 1, as the agent's credit lets it. */
  batch(...messages: Uint8Array[]): void {
    const whole = bytes(...messages);
    for (let at = 0; at < whole.length; at += 32_768) {
      const payload = whole.subarray(at, at + 32_768);
      this.#outgoing.push({ payload, end: at + 32_768 >= whole.length });
    }
    this.#pump();
  }

  /** The answers to all batches so far, when there are so many. */
  async answers(count: number): Promise<Buffer[]> {
    if (this.#answers.length < count) {
      await new Promise<void>((resolve) => {
        this.#wanted = { count, resolve };
      });
    }
    return this.#answers;
  }

  async #serveOne(connection: FakeConnection): Promise<boolean> {
    this.#life = this.#fates()?.frames ?? Number.POSITIVE_INFINITY;
    const first = await connection.nextUntilClosed('HELLO');
    if (first === undefined) {
      return true;
    }
    const hello = JSON.parse(String(first.payload));
    if (this.#isKilled(connection)) {
      return true;
    }
    const again = hello.resume !== undefined;
    if (again) {
      this.#onAck(hello.resume.received);
    } else {
      this.#sendCredit = hello.window;
    }
    const resume = { secret: 's'.repeat(43), grace: 30 };
    connection.send(T.WELCOME, 0, {
      ...WELCOME,
      resume: again ? { ...resume, received: this.#received } : resume,
    });
    this.#untold = 0;
    this.#untoldBytes = 0;
    this.#connection = connection;
    for (const sent of this.#sent.slice(this.#acknowledged)) {
      this.#put(sent);
    }
    this.#pump();
    if (this.#isKilled(connection)) {
      return true;
    }
    while (true) {
      const next = await connection.nextUntilClosed('frames');
      if (next === undefined) {
        this.#connection = undefined;
        const { code } = await connection.closed;
        return code === 1006;
      }
      this.#onFrame(next);
      if (this.#isKilled(connection)) {
        return true; // what came behind it was never read
      }
    }
  }

  #isKilled(connection: FakeConnection): boolean {
    if (--this.#life > 0) {
      return false;
    }
    connection.terminate();
    this.#connection = undefined;
    return true;
  }

  #onFrame({ type, flags, stream, payload }: RawFrame): void {
    if (SEQUENCED.includes(type)) {
      this.#received++;
      this.#untoldBytes += 8 + payload.length;
      if (++this.#untold === 32 || this.#untoldBytes >= 65_536) {
        this.#untold = 0;
        this.#untoldBytes = 0;
        const count = Buffer.alloc(8);
        count.writeBigUInt64BE(BigInt(this.#received));
        this.#put(frame(T.ACK, 0, count));
      }
    }
    switch (type) {
      case T.ACK:
        this.#onAck(Number(payload.readBigUInt64BE()));
        return;
      case T.CREDIT:
        this.#sendCredit += payload.readUInt32BE();
        this.#pump();
        return;
      case T.DATA:
        this.#answer.push(payload);
        if (payload.length > 0) {
          this.#sequence(frame(T.CREDIT, stream, i32(payload.length)));
        }
        if ((flags & 1) !== 0) {
          this.#answers.push(Buffer.concat(this.#answer));
          this.#answer = [];
          if (this.#wanted !== undefined && this.#answers.length >= this.#wanted.count) {
            this.#wanted.resolve();
          }
        }
        return;
    }
  }

  #onAck(count: number): void {
    if (count < this.#acknowledged || count > this.#sent.length) {
      throw new Error(`ACK of ${count} after ${this.#acknowledged}, sent ${this.#sent.length}`);
    }
    this.#acknowledged = count;
  }

  #pump(): void {
    for (let [next] = this.#outgoing; next !== undefined; [next] = this.#outgoing) {
      if (next.payload.length > this.#sendCredit) {
        return;
      }
      this.#sendCredit -= next.payload.length;
      this.#outgoing.shift();
      this.#sequence(frame(T.DATA, 1, next.payload, next.end ? 1 : 0));
    }
  }

  #sequence(sent: Uint8Array): void {
    this.#sent.push(sent);
    this.#put(sent);
  }

  #put(sent: Uint8Array): void {
    this.#connection?.sendRaw(sent);
  }
}
