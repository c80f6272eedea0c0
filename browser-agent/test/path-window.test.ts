import { describe, expect, test } from 'vitest';
import { LEAST_BYTES, PathWindow, type SentAt } from '../src/tunnel/path-window.ts';

const MIB = 1_048_576;
const FRAME = 32_768;
const ACK_BYTES = 32_768;
const STEP_MS = 0.1;

/** A sender that always has more to send, over a bottleneck and a way to the peer and back. */
class Path {
  now = 0;
  bytesPerSecond = 0;
  roundTrip = 0;
  delivered = 0;
  longestQueue = 0;
  readonly window = new PathWindow(() => this.now);
  #queue: SentAt[] = [];
  #trip: { readonly sent: SentAt; readonly at: number }[] = [];
  #budget = 0;
  #unacknowledged = 0;
  #untold = 0;

  run(ms: number): void {
    for (const end = this.now + ms; this.now < end; this.now += STEP_MS) {
      while (this.window.hasRoom(this.#unacknowledged)) {
        this.#queue.push(this.window.send());
        this.#unacknowledged += FRAME;
      }
      this.#budget = Math.min(2 * FRAME, this.#budget + (this.bytesPerSecond * STEP_MS) / 1_000);
      const next = this.#budget >= FRAME ? this.#queue.shift() : undefined;
      if (next !== undefined) {
        this.#budget -= FRAME;
        this.#trip.push({ sent: next, at: this.now + this.roundTrip });
      }
      this.longestQueue = Math.max(this.longestQueue, this.#queue.length * FRAME);
      for (let [first] = this.#trip; first && first.at <= this.now; [first] = this.#trip) {
        this.#trip.shift();
        this.#arrive(first.sent);
      }
    }
  }

  #arrive(sent: SentAt): void {
    this.delivered += FRAME;
    this.#untold += FRAME;
    if (this.#untold >= ACK_BYTES) {
      this.#unacknowledged -= this.#untold;
      this.window.onAcknowledged(this.#untold, sent);
      this.#untold = 0;
    }
  }
}

describe('what is on its way to the relay', () => {
  test.each([
    [10, 1],
    [10, 20],
    [10, 100],
    [50, 50],
  ])('fills a path of %i MiB/s and %i ms and queues little', (speed, roundTrip) => {
    const path = new Path();
    path.bytesPerSecond = speed * MIB;
    path.roundTrip = roundTrip;
    path.run(3_000);
    const before = path.delivered;
    path.longestQueue = 0;
    path.run(2_000);
    expect(path.delivered - before).toBeGreaterThan(0.9 * 2 * speed * MIB);
    expect(path.longestQueue).toBeLessThanOrEqual(LEAST_BYTES + FRAME);
  });

  test('goes on at full speed after the relay paused, and starts anew on another path', () => {
    const path = new Path();
    path.bytesPerSecond = 20 * MIB;
    path.roundTrip = 40;
    path.run(2_000);
    path.bytesPerSecond = 0;
    path.run(1_000);
    path.bytesPerSecond = 20 * MIB;
    path.run(500);
    const before = path.delivered;
    path.run(1_000);
    expect(path.delivered - before).toBeGreaterThan(17 * MIB);
    expect(path.window.bytes).toBeGreaterThan(4 * LEAST_BYTES);
    path.window.restart();
    expect(path.window.bytes).toBe(LEAST_BYTES);
  });
});
