import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FrameBytes } from '../src/encode.ts';
import { Backoff } from '../src/tunnel/backoff.ts';
import {
  ACK_BYTES,
  ACK_FRAMES,
  MAX_KEPT_BYTES,
  MAX_KEPT_FRAMES,
  Replay,
} from '../src/tunnel/replay.ts';
import { Violation } from '../src/violation.ts';

/** A sequenced frame is its number, to see what comes and in what order. */
type Sequenced = { readonly frame: number; readonly size: number };
type OnTheWire = Sequenced | { readonly ack: number };

const numberOf = (frame: FrameBytes): number => new DataView(frame.buffer).getUint32(0);

function frameOf(number: number, size: number): FrameBytes {
  const frame = new Uint8Array(size);
  new DataView(frame.buffer).setUint32(0, number);
  return frame;
}

/** The relay's side, written plainly: nothing is forgotten, and every number is kept. */
class RelayModel {
  readonly sent: Sequenced[] = [];
  readonly received: number[] = [];
  acknowledged = 0;

  send(size: number): Sequenced {
    const frame = { frame: this.sent.length + 1, size };
    this.sent.push(frame);
    return frame;
  }

  receive(item: OnTheWire): void {
    if ('ack' in item) {
      expect(item.ack).toBeGreaterThanOrEqual(this.acknowledged);
      expect(item.ack).toBeLessThanOrEqual(this.sent.length);
      this.acknowledged = item.ack;
    } else {
      this.received.push(item.frame);
    }
  }
}

/** Both sides and the two directions of the WebSocket between them, if there is one. */
class World {
  readonly replay = new Replay(() => 0);
  readonly relay = new RelayModel();
  readonly agentReceived: number[] = [];
  agentSent = 0;
  #toRelay: OnTheWire[] = [];
  #toAgent: OnTheWire[] = [];
  #wire: 'up' | 'silent' | 'down' = 'up';

  agentSends(size: number): void {
    const frame = ++this.agentSent;
    this.replay.keep(frameOf(frame, size));
    this.#put(this.#toRelay, { frame, size });
  }

  relaySends(size: number): void {
    this.#put(this.#toAgent, this.relay.send(size));
  }

  relayAcks(): void {
    this.#put(this.#toAgent, { ack: this.relay.received.length });
  }

  deliverToRelay(): void {
    const item = this.#wire === 'up' ? this.#toRelay.shift() : undefined;
    if (item !== undefined) {
      this.relay.receive(item);
    }
  }

  deliverToAgent(): void {
    const item = this.#wire === 'up' ? this.#toAgent.shift() : undefined;
    if (item === undefined) {
      return;
    }
    if ('ack' in item) {
      this.replay.acknowledge(BigInt(item.ack));
      return;
    }
    this.agentReceived.push(item.frame);
    this.replay.receive(item.size);
    if (this.replay.isAckDue) {
      this.#put(this.#toRelay, { ack: this.replay.tellReceived() });
    }
    expect(this.replay.isAckDue).toBe(false);
  }

  /** What is under way is lost, and what is sent from now on too, though nobody knows. */
  fallSilent(): void {
    if (this.#wire === 'up') {
      this.#wire = 'silent';
    }
  }

  breakDown(): void {
    this.#wire = 'down';
    this.#toRelay = [];
    this.#toAgent = [];
  }

  /** @param lost whether HELLO or WELCOME does not arrive, and the attempt fails */
  resume(lost: 'HELLO' | 'WELCOME' | 'nothing'): void {
    this.breakDown();
    const received = this.replay.tellReceived();
    if (lost === 'HELLO') {
      return;
    }
    this.relay.receive({ ack: received });
    if (lost === 'WELCOME') {
      return;
    }
    this.#wire = 'up';
    const again = this.replay.resumeFrom(this.relay.received.length);
    this.#toRelay = again.map((frame) => ({ frame: numberOf(frame), size: frame.length }));
    this.#toAgent = this.relay.sent.slice(received);
  }

  settle(): void {
    this.resume('nothing');
    while (this.#toRelay.length > 0 || this.#toAgent.length > 0) {
      this.deliverToRelay();
      this.deliverToAgent();
    }
  }

  #put(direction: OnTheWire[], item: OnTheWire): void {
    if (this.#wire !== 'down') {
      direction.push(item);
    }
  }
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

type Step = (world: World) => void;
const size = fc.oneof(fc.integer({ min: 8, max: 200 }), fc.integer({ min: 8, max: 32_776 }));
const many = (step: Step) =>
  fc.integer({ min: 1, max: 50 }).map<Step>((times) => (world) => {
    for (let i = 0; i < times; i++) {
      step(world);
    }
  });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: size.map<Step>((s) => (world) => world.agentSends(s)) },
  { weight: 6, arbitrary: size.map<Step>((s) => (world) => world.relaySends(s)) },
  { weight: 3, arbitrary: many((world) => world.agentSends(40)) },
  { weight: 3, arbitrary: many((world) => world.relaySends(40)) },
  { weight: 6, arbitrary: many((world) => world.deliverToRelay()) },
  { weight: 6, arbitrary: many((world) => world.deliverToAgent()) },
  { weight: 2, arbitrary: fc.constant<Step>((world) => world.relayAcks()) },
  { weight: 1, arbitrary: fc.constant<Step>((world) => world.fallSilent()) },
  { weight: 1, arbitrary: fc.constant<Step>((world) => world.breakDown()) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('HELLO' as const, 'WELCOME' as const, 'nothing' as const)
      .map<Step>((lost) => (world) => world.resume(lost)),
  },
);

describe('replay', () => {
  test('loses nothing, doubles nothing and keeps the order, wherever the WebSocket breaks', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 120 }), (steps) => {
        const world = new World();
        for (const take of steps) {
          take(world);
          expect(world.replay.sent).toBe(world.agentSent);
          expect(world.replay.keptFrames).toBeLessThanOrEqual(world.agentSent);
          expect(world.relay.received).toEqual(upTo(world.relay.received.length));
          expect(world.agentReceived).toEqual(upTo(world.agentReceived.length));
        }
        world.settle();
        expect(world.relay.received).toEqual(upTo(world.agentSent));
        expect(world.agentReceived).toEqual(upTo(world.relay.sent.length));
        world.relayAcks();
        world.deliverToAgent();
        expect(world.replay.keptFrames).toBe(0);
        expect(world.replay.keptBytes).toBe(0);
      }),
      { seed: 8, numRuns: 400 },
    );
  });

  test('counts exactly what is kept', () => {
    const sizes = fc.array(size, { maxLength: 60 });
    fc.assert(
      fc.property(sizes, fc.array(fc.nat(60), { maxLength: 20 }), (frames, acks) => {
        const replay = new Replay(() => 0);
        frames.forEach((bytes, at) => {
          replay.keep(frameOf(at + 1, bytes));
        });
        let acknowledged = 0;
        for (const ack of acks) {
          if (ack < acknowledged || ack > frames.length) {
            expect(() => replay.acknowledge(ack)).toThrow(Violation);
            expect(() => replay.resumeFrom(ack)).toThrow(Violation);
          } else {
            acknowledged = ack;
            replay.acknowledge(ack);
          }
          const rest = frames.slice(acknowledged);
          expect(replay.keptBytes).toBe(rest.reduce((sum, bytes) => sum + bytes, 0));
          expect(replay.resumeFrom(acknowledged).map(numberOf)).toEqual(
            rest.map((_, at) => acknowledged + at + 1),
          );
        }
      }),
      { seed: 8 },
    );
  });

  test('an ACK of 2⁶⁴−1 is no rounding error', () => {
    expect(() => new Replay(() => 0).acknowledge(2n ** 64n - 1n)).toThrow(Violation);
  });

  test('has no room for DATA above 8 MiB', () => {
    const replay = new Replay(() => 0);
    const half = frameOf(1, MAX_KEPT_BYTES / 2);
    replay.keep(half);
    replay.keep(half);
    expect(replay.hasRoom).toBe(true);
    replay.keep(frameOf(3, 8));
    expect(replay.hasRoom).toBe(false);
    replay.acknowledge(1n);
    expect(replay.hasRoom).toBe(true);
  });

  test('ends with a relay that acknowledges nothing', () => {
    const replay = new Replay(() => 0);
    const frame = frameOf(1, 12);
    for (let i = 0; i < MAX_KEPT_FRAMES; i++) {
      replay.keep(frame);
    }
    expect(() => replay.keep(frame)).toThrow(Violation);
  });

  test('an ACK is due after 32 frames or 65 536 bytes', () => {
    const replay = new Replay(() => 0);
    for (let i = 1; i < ACK_FRAMES; i++) {
      replay.receive(12);
      expect(replay.isAckDue).toBe(false);
    }
    replay.receive(12);
    expect(replay.isAckDue).toBe(true);
    expect(replay.tellReceived()).toBe(ACK_FRAMES);
    replay.receive(ACK_BYTES - 1);
    expect(replay.isAckDue).toBe(false);
    replay.receive(1);
    expect(replay.isAckDue).toBe(true);
  });
});

describe('back-off', () => {
  test('doubles from 100 ms to 15 s, and starts again after a success', () => {
    const backoff = new Backoff(() => 1);
    const bounds = [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 15_000, 15_000];
    expect(bounds.map(() => backoff.next())).toEqual(bounds);
    backoff.reset();
    expect(backoff.next()).toBe(100);
  });

  test('has full jitter', () => {
    const randoms = [0, 0.5, 0.25];
    const backoff = new Backoff(() => randoms.shift() ?? 0);
    expect([backoff.next(), backoff.next(), backoff.next()]).toEqual([0, 100, 100]);
  });
});
