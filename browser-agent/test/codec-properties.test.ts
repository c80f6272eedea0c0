import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ReceiveCredit, SendCredit, WindowBudget } from '../src/credit.ts';
import { decodeFrame } from '../src/decode.ts';
import { encodeData, encodeFrame, type FrameBytes } from '../src/encode.ts';
import { AnswerScanner } from '../src/postgres/answer-scanner.ts';
import { concat } from '../src/postgres/messages.ts';
import { AnswerQueue } from '../src/tunnel/answer-queue.ts';
import { RoundTrip } from '../src/tunnel/round-trip.ts';
import { type DataSource, Sender } from '../src/tunnel/sender.ts';
import { Violation } from '../src/violation.ts';
import type { WebSocketLike } from '../src/websocket.ts';
import { bytes, message } from './support/postgres-client.ts';

const stream = fc.integer({ min: 1, max: 2 ** 32 - 1 });
const payload = fc.uint8Array({ maxLength: 300 });

/** Cuts bytes at arbitrary places. */
function cut(whole: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = [...new Set(places.map((place) => place % (whole.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((from, i) => whole.subarray(from, at[i] ?? whole.length));
}

describe('frames', () => {
  test('DATA comes back as it was, from any pieces', () => {
    fc.assert(
      fc.property(stream, fc.boolean(), payload, fc.array(fc.nat()), (id, end, body, places) => {
        const whole = encodeFrame({ type: 'DATA', stream: id, end, payload: body });
        const pieces = encodeData(id, end, cut(body, places), body.length);
        expect(pieces).toEqual(whole);
        expect(decodeFrame(whole)).toEqual({ type: 'DATA', stream: id, end, payload: body });
      }),
    );
  });

  test('arbitrary bytes are a frame, are ignored, or are a violation', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (body) => {
        try {
          decodeFrame(body);
        } catch (error) {
          expect(error).toBeInstanceOf(Violation);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the answer queue', () => {
  test('gives back every byte in order, and one end per answer', () => {
    const answers = fc.array(fc.array(payload, { maxLength: 4 }), { maxLength: 6 });
    fc.assert(
      fc.property(answers, fc.integer({ min: 1, max: 200 }), (given, limit) => {
        const queue = new AnswerQueue();
        for (const chunks of given) {
          queue.add(chunks, true);
        }
        const taken: Uint8Array[][] = [[]];
        for (let part = queue.take(limit); part !== undefined; part = queue.take(limit)) {
          expect(part.length).toBeLessThanOrEqual(limit);
          taken.at(-1)?.push(...part.pieces);
          if (part.end) {
            taken.push([]);
          }
        }
        expect(queue.isEmpty).toBe(true);
        expect(queue.bytes).toBe(0);
        expect(taken.slice(0, -1).map((pieces) => bytes(...pieces))).toEqual(
          given.map((chunks) => bytes(...chunks)),
        );
      }),
    );
  });

  test('without credit only an end that has no bytes goes out', () => {
    const queue = new AnswerQueue();
    queue.add([], true);
    queue.add([Uint8Array.of(1)], true);
    expect(queue.take(0)).toEqual({ pieces: [new Uint8Array(0)], length: 0, end: true });
    expect(queue.take(0)).toBeUndefined();
  });
});

describe('the answer scanner', () => {
  const answer = bytes(
    message('T', 'columns'),
    message('D', 'row'),
    message('A', new Uint8Array(4), 'owner\0', 'one\0'),
    message('C', 'LISTEN\0'),
    message('A', new Uint8Array(4), 'mine\0', 'two\0'),
    message('Z', 'T'),
    message('C', 'SELECT 1\0'),
    message('Z', 'I'),
  );
  const passed = bytes(
    message('T', 'columns'),
    message('D', 'row'),
    message('C', 'LISTEN\0'),
    message('A', new Uint8Array(4), 'mine\0', 'two\0'),
    message('Z', 'T'),
    message('C', 'SELECT 1\0'),
    message('Z', 'I'),
  );

  test('finds the same, wherever the chunks are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), (places) => {
        const scanner = new AnswerScanner({
          passNotification: ({ channel }) => channel === 'mine',
          fromErrorOn: false,
        });
        for (const chunk of cut(answer, places)) {
          const view = chunk.slice();
          scanner.add(view);
          view.fill(0xff); // wasm memory changes after the call
        }
        expect(concat(scanner.chunks)).toEqual(passed);
        expect(scanner.notifications).toEqual([
          { channel: 'owner', payload: 'one' },
          { channel: 'mine', payload: 'two' },
        ]);
        expect(scanner.tags).toEqual(['LISTEN']);
        expect(scanner.status).toBe('I');
      }),
    );
  });

  test('drops what comes before an error, if asked to', () => {
    const scanner = new AnswerScanner({ passNotification: () => true, fromErrorOn: true });
    const error = message('E', 'text\0\0');
    scanner.add(bytes(message('1'), message('2'), error, message('Z', 'E')));
    expect(concat(scanner.chunks)).toEqual(bytes(error, message('Z', 'E')));
  });
});

describe('credit', () => {
  test('is granted in lumps of a quarter of the window', () => {
    const limits = { initial: 100, max: 100, perTunnel: 100 };
    const roundTrip = new RoundTrip(
      () => 0,
      () => {},
    );
    const credit = new ReceiveCredit(new WindowBudget(limits), roundTrip, () => 0);
    credit.receive(100);
    expect(() => credit.receive(1)).toThrow(Violation);
    credit.consume(24);
    expect(credit.takeGrant()).toBe(0);
    credit.consume(1);
    expect(credit.takeGrant()).toBe(25);
    credit.receive(25);
    expect(() => credit.receive(1)).toThrow(Violation);
  });

  test('never passes 2³¹−1', () => {
    const credit = new SendCredit(1);
    credit.grant(2 ** 31 - 2);
    expect(() => credit.grant(1)).toThrow(Violation);
  });
});

describe('the sender', () => {
  class Source implements DataSource {
    readonly #frames: FrameBytes[];
    constructor(name: number, frames: number) {
      this.#frames = Array.from({ length: frames }, (_, i) => Uint8Array.of(name, i));
    }
    nextFrame(): FrameBytes | undefined {
      return this.#frames.shift();
    }
  }

  function fakeSocket(): { socket: WebSocketLike & { bufferedAmount: number }; sent: string[] } {
    const sent: string[] = [];
    const socket = {
      binaryType: '',
      bufferedAmount: 2 ** 21,
      protocol: '',
      readyState: 1,
      onopen: null,
      onmessage: null,
      onerror: null,
      onclose: null,
      send: (frame: FrameBytes) => void sent.push(frame.join('.')),
      close: () => {},
    };
    return { socket, sent };
  }

  test('streams take turns, and wait while the WebSocket is full', () => {
    const { socket, sent } = fakeSocket();
    const sender = new Sender(undefined, () => {});
    sender.attach(socket, []);
    sender.wake(new Source(1, 3));
    sender.wake(new Source(2, 2));
    sender.wake(new Source(3, 1));
    expect(sent).toEqual([]);
    socket.bufferedAmount = 0;
    sender.pump();
    expect(sent).toEqual(['1.0', '2.0', '3.0', '1.1', '2.1', '1.2']);
    sender.stop();
  });
});
