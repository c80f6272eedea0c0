import { describe, expect, test } from 'vitest';
import type { FrameBytes } from '../src/encode.ts';
import { LEAST_BYTES } from '../src/tunnel/path-window.ts';
import { MAX_KEPT_BYTES, MAX_KEPT_FRAMES, Replay } from '../src/tunnel/replay.ts';
import { type DataSource, Sender } from '../src/tunnel/sender.ts';
import type { WebSocketLike } from '../src/websocket.ts';

class FakeSocket implements WebSocketLike {
  readonly sent: FrameBytes[] = [];
  binaryType = '';
  bufferedAmount = 0;
  readonly protocol = '';
  readyState = 1;
  onopen = null;
  onmessage = null;
  onerror = null;
  onclose = null;
  send(frame: FrameBytes): void {
    this.sent.push(frame);
  }
  close(): void {}
}

/** Gives as many frames as it is asked for, of so many bytes, with a number in the last. */
class Endless implements DataSource {
  given = 0;
  readonly #size: number;
  readonly #most: number;
  constructor(size: number, most = Number.POSITIVE_INFINITY) {
    this.#size = size;
    this.#most = most;
  }
  nextFrame(): FrameBytes | undefined {
    if (this.given === this.#most) {
      return undefined;
    }
    return new Uint8Array(this.#size).fill(++this.given, -1);
  }
}

const numbers = (frames: readonly FrameBytes[]): (number | undefined)[] =>
  frames.map((frame) => frame.at(-1));

describe('what is kept for a resume', () => {
  test('is bounded: with the path full, the streams wait for an ACK', () => {
    const replay = new Replay(() => 0);
    const sender = new Sender(replay, () => {});
    const socket = new FakeSocket();
    sender.attach(socket, []);
    sender.wake(new Endless(32_768));
    expect(socket.sent.length).toBe(LEAST_BYTES / 32_768);
    sender.send({ type: 'CREDIT', stream: 1, bytes: 1 });
    expect(socket.sent.length).toBe(LEAST_BYTES / 32_768 + 1);
    replay.acknowledge(2);
    sender.pump();
    expect(replay.keptBytes).toBeGreaterThanOrEqual(LEAST_BYTES);
    sender.stop();
  });

  test('is bounded without a WebSocket: above 8 MiB the streams wait', () => {
    const replay = new Replay(() => 0);
    const sender = new Sender(replay, () => {});
    sender.attach(new FakeSocket(), []);
    sender.detach();
    sender.wake(new Endless(65_536));
    expect(replay.keptBytes).toBe(MAX_KEPT_BYTES + 65_536);
    sender.stop();
  });

  test('a WebSocket with more than 1 MiB unsent is given no DATA, but all control frames', () => {
    const sender = new Sender(undefined, () => {});
    const socket = new FakeSocket();
    sender.attach(socket, []);
    socket.send = (frame) => {
      socket.bufferedAmount += frame.length;
      socket.sent.push(frame);
    };
    const source = new Endless(32_768);
    sender.wake(source);
    expect(socket.bufferedAmount).toBe(1_048_576 + 32_768);
    sender.send({ type: 'CREDIT', stream: 1, bytes: 1 });
    expect(socket.sent.length).toBe(source.given + 1);
    const given = source.given;
    socket.bufferedAmount = 1_048_576;
    sender.pump();
    expect(source.given).toBe(given + 1);
    sender.stop();
  });

  test('is taken from the streams without a WebSocket, and goes first on the next one', () => {
    const replay = new Replay(() => 0);
    const sender = new Sender(replay, () => {});
    sender.attach(new FakeSocket(), []);
    sender.detach();
    sender.wake(new Endless(400_000, 6));
    expect(replay.keptFrames).toBe(6);

    const socket = new FakeSocket();
    socket.bufferedAmount = 2 ** 21;
    sender.attach(socket, replay.resumeFrom(1));
    expect(socket.sent).toEqual([]);
    sender.send({ type: 'ACCEPT', stream: 9 });
    sender.send({ type: 'ACK', count: 7 });
    socket.bufferedAmount = 0;
    sender.pump();
    // ACK is not sequenced and passes; ACCEPT keeps its place.
    expect(numbers(socket.sent)).toEqual([7, 2, 3, 4, 5, 6, 9]);
    sender.stop();
  });

  test('stays while the WebSocket is closing', () => {
    const replay = new Replay(() => 0);
    const sender = new Sender(replay, () => {});
    const socket = new FakeSocket();
    sender.attach(socket, []);
    socket.readyState = 2;
    sender.send({ type: 'ACCEPT', stream: 3 });
    sender.wake(new Endless(10, 2));
    expect(socket.sent).toEqual([]);
    expect(numbers(replay.resumeFrom(0))).toEqual([3, 1, 2]);
    sender.stop();
  });

  test('ends the tunnel when the relay never acknowledges', () => {
    const violations: string[] = [];
    const sender = new Sender(new Replay(() => 0), (message) => violations.push(message));
    const socket = new FakeSocket();
    sender.attach(socket, []);
    for (let i = 0; i < MAX_KEPT_FRAMES + 5; i++) {
      sender.send({ type: 'CREDIT', stream: 1, bytes: 1 });
    }
    expect(socket.sent.length).toBe(MAX_KEPT_FRAMES);
    expect(violations).toEqual([expect.stringContaining('acknowledged')]);
  });

  test('is nothing with a relay that cannot resume', () => {
    const sender = new Sender(undefined, () => {});
    sender.attach(new FakeSocket(), []);
    sender.detach();
    const source = new Endless(10, 1);
    sender.wake(source);
    expect(source.given).toBe(0);
    sender.stop();
  });
});
