import { describe, expect, test } from 'vitest';
import { ReceiveCredit, SendCredit, WindowBudget } from '../src/credit.ts';
import { RoundTrip } from '../src/tunnel/round-trip.ts';

const MIB = 1_048_576;
const LIMITS = { initial: MIB / 4, max: 4 * MIB, perTunnel: 8 * MIB };
const FAST = 100 * MIB;

/** A millisecond a step. */
class Clock {
  ms = 0;
}

/** A stream over a simulated path, with a relay that always has something to send. */
class Path {
  readonly credit: ReceiveCredit;
  readonly #clock: Clock;
  readonly #oneWay: number;
  readonly #sender = new SendCredit(LIMITS.initial);
  readonly #roundTrip: RoundTrip;
  /** What happens later, in the order of time. */
  readonly #underway: { readonly at: number; readonly run: () => void }[] = [];
  #unread = 0;
  sendPerSecond = FAST;
  readPerSecond = FAST;
  consumed = 0;

  constructor(clock: Clock, budget: WindowBudget, roundTrip: number) {
    this.#clock = clock;
    this.#oneWay = roundTrip / 2;
    this.#roundTrip = new RoundTrip(
      () => clock.ms,
      (payload) => this.#later(roundTrip, () => this.#roundTrip.onPong(payload)),
    );
    this.credit = new ReceiveCredit(budget, this.#roundTrip, () => clock.ms);
  }

  #later(delay: number, run: () => void): void {
    this.#underway.push({ at: this.#clock.ms + delay, run });
    this.#underway.sort((a, b) => a.at - b.at);
  }

  step(): void {
    for (let [next] = this.#underway; next && next.at <= this.#clock.ms; [next] = this.#underway) {
      this.#underway.shift();
      next.run();
    }
    const size = Math.min(Math.floor(this.sendPerSecond / 1_000), this.#sender.available);
    if (size > 0) {
      this.#sender.spend(size);
      this.#later(this.#oneWay, () => {
        this.credit.receive(size);
        this.#unread += size;
      });
    }
    const read = Math.min(this.#unread, Math.floor(this.readPerSecond / 1_000));
    this.#unread -= read;
    this.consumed += read;
    this.credit.consume(read);
    const grant = this.credit.takeGrant();
    if (grant > 0) {
      this.#later(this.#oneWay, () => this.#sender.grant(grant));
    }
    expect(this.#sender.available).toBeLessThanOrEqual(this.credit.window);
  }
}

function run(clock: Clock, ms: number, ...paths: Path[]): void {
  for (const end = clock.ms + ms; clock.ms < end; clock.ms++) {
    for (const path of paths) {
      path.step();
    }
  }
}

describe('windows', () => {
  test('a long fat path is not capped by the initial one', () => {
    const clock = new Clock();
    const path = new Path(clock, new WindowBudget(LIMITS), 100);
    run(clock, 2_000, path);
    expect(path.credit.window).toBe(LIMITS.max);
    const before = path.consumed;
    run(clock, 1_000, path);
    expect(path.consumed - before).toBeGreaterThan(30 * MIB);
  });

  test.each([2, 20, 100])('a slow reader gets no larger one, at %i ms', (roundTrip) => {
    const clock = new Clock();
    const path = new Path(clock, new WindowBudget(LIMITS), roundTrip);
    path.readPerSecond = MIB / 2;
    run(clock, 10_000, path);
    expect(path.credit.window).toBe(LIMITS.initial);
  });

  test('streams share what they may grow to, and give it back', () => {
    const clock = new Clock();
    const budget = new WindowBudget(LIMITS);
    const paths = Array.from({ length: 5 }, () => new Path(clock, budget, 100));
    run(clock, 5_000, ...paths);
    expect(budget.used).toBe(LIMITS.perTunnel);
    for (const path of paths) {
      path.credit.close();
      path.credit.close();
    }
    expect(budget.used).toBe(0);
  });

  test('whatever the speeds, the bounds hold and nothing stalls', () => {
    let state = 7;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    for (let round = 0; round < 10; round++) {
      const clock = new Clock();
      const budget = new WindowBudget(LIMITS);
      const trips = Array.from({ length: 1 + random(5) }, () => 2 + random(300));
      const paths = trips.map((trip) => new Path(clock, budget, trip));
      for (let phase = 0; phase < 15; phase++) {
        for (const path of paths) {
          path.sendPerSecond = random(4) === 0 ? 0 : random(FAST);
          path.readPerSecond = random(4) === 0 ? 0 : random(FAST);
        }
        run(clock, random(300), ...paths);
        expect(budget.used).toBeLessThanOrEqual(LIMITS.perTunnel);
      }
      paths.forEach((path, i) => {
        path.sendPerSecond = FAST;
        path.readPerSecond = FAST;
        const before = path.consumed;
        run(clock, (trips[i] ?? 0) + 50, path);
        expect(path.consumed).toBeGreaterThan(before);
      });
    }
  });
});
