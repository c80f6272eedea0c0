import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decodeFrame } from '../src/decode.ts';
import { encodeFrame } from '../src/encode.ts';
import type { AgentFrame, Hello, RelayFrame } from '../src/frame.ts';
import type { Refusal } from '../src/refusal.ts';
import { Violation } from '../src/violation.ts';

interface VectorFrame {
  readonly type: string;
  readonly stream: number;
  readonly flags?: readonly string[];
  readonly json?: object;
  readonly payloadHex?: string;
  readonly bytes?: number;
  readonly batch?: number;
  readonly count?: number;
}

interface Vectors {
  readonly frames: readonly { name: string; hex: string; frame: VectorFrame }[];
  readonly lenient: readonly { name: string; hex: string; frame: VectorFrame }[];
  readonly ignored: readonly { name: string; hex: string }[];
  readonly violations: readonly { name: string; hex: string; receiver: string; reason: string }[];
}

const vectors: Vectors = JSON.parse(
  readFileSync(new URL('../../tunnel-protocol/vectors/frames.json', import.meta.url), 'utf8'),
);

const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
const toHex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');

/** A decoded frame in the form of the vectors. */
function asVector(frame: RelayFrame): VectorFrame {
  switch (frame.type) {
    case 'WELCOME':
      return { type: frame.type, stream: 0, json: frame.welcome };
    case 'OPEN':
      return { type: frame.type, stream: frame.stream, json: frame.open };
    case 'DATA':
      return {
        type: frame.type,
        stream: frame.stream,
        ...(frame.end ? { flags: ['END'] } : {}),
        payloadHex: toHex(frame.payload),
      };
    case 'CREDIT':
    case 'CANCEL':
      return frame;
    case 'CLOSE':
      return {
        type: frame.type,
        stream: frame.stream,
        ...(frame.refusal === undefined ? {} : { json: frame.refusal }),
      };
    case 'PING':
    case 'PONG':
      return { type: frame.type, stream: 0, payloadHex: toHex(frame.payload) };
    case 'ACK':
      return { type: frame.type, stream: 0, count: Number(frame.count) };
    case 'GOAWAY':
      return { type: frame.type, stream: 0, json: frame.goAway };
  }
}

/** A vector's frame as this agent sends it, or undefined if it never does. */
function asAgentFrame(vector: VectorFrame): AgentFrame | undefined {
  const { stream, flags = [] } = vector;
  switch (vector.type) {
    case 'HELLO':
      return { type: 'HELLO', hello: vector.json as Hello };
    case 'ACCEPT':
      return { type: 'ACCEPT', stream };
    case 'REJECT':
      return { type: 'REJECT', stream, refusal: vector.json as Refusal };
    case 'DATA':
      return {
        type: 'DATA',
        stream,
        end: flags.includes('END'),
        payload: fromHex(vector.payloadHex ?? ''),
      };
    case 'CREDIT':
      return { type: 'CREDIT', stream, bytes: vector.bytes ?? 0 };
    case 'CLOSE':
      return { type: 'CLOSE', stream, refusal: vector.json as Refusal | undefined };
    case 'PING':
      return { type: 'PING', payload: fromHex(vector.payloadHex ?? '') };
    case 'PONG':
      return {
        type: 'PONG',
        payload: fromHex(vector.payloadHex ?? ''),
        busy: flags.includes('BUSY'),
        hidden: flags.includes('HIDDEN'),
      };
    case 'ACK':
      return { type: 'ACK', count: vector.count ?? 0 };
    case 'GOAWAY':
      return { type: 'GOAWAY', goAway: vector.json as { code: string; message: string } };
    default:
      return undefined;
  }
}

const RECEIVED = ['WELCOME', 'OPEN', 'DATA', 'CREDIT', 'CANCEL', 'CLOSE', 'PING', 'ACK', 'GOAWAY'];

describe('the golden frames', () => {
  const received = [...vectors.frames, ...vectors.lenient].filter(({ frame }) =>
    RECEIVED.includes(frame.type),
  );
  test.each(received)('decodes $name', ({ hex, frame }) => {
    const decoded = decodeFrame(fromHex(hex));
    expect(decoded && asVector(decoded)).toEqual(frame);
  });

  const sent = vectors.frames.flatMap(({ name, hex, frame }) => {
    const agentFrame = asAgentFrame(frame);
    return agentFrame === undefined ? [] : [{ name, hex, frame, agentFrame }];
  });
  test.each(sent)('encodes $name', ({ hex, frame, agentFrame }) => {
    const encoded = encodeFrame(agentFrame);
    if (frame.json === undefined) {
      expect(toHex(encoded)).toBe(hex);
    } else {
      expect(toHex(encoded.subarray(0, 8))).toBe(hex.slice(0, 16));
      expect(JSON.parse(new TextDecoder().decode(encoded.subarray(8)))).toEqual(frame.json);
    }
  });

  test.each(vectors.ignored)('ignores $name', ({ hex }) => {
    expect(decodeFrame(fromHex(hex))).toBeUndefined();
  });

  test.each(
    vectors.violations.filter(({ receiver }) => receiver !== 'relay'),
  )('a violation: $name', ({ hex, reason }) => {
    expect(() => decodeFrame(fromHex(hex))).toThrow(Violation);
    expect(() => decodeFrame(fromHex(hex))).toThrow(reason);
  });
});
