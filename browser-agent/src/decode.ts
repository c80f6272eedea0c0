import {
  FLAG_END,
  FrameType,
  HEADER_BYTES,
  IGNORABLE_TYPE_BIT,
  MAX_CREDIT,
  MAX_PAYLOAD_BYTES,
  type RelayFrame,
  SECRET_LENGTH,
  type Timeouts,
  type Welcome,
  type WelcomeResume,
} from './frame.ts';
import type { Refusal } from './refusal.ts';
import { Violation } from './violation.ts';

/** A timer of JavaScript cannot wait for longer than 2³¹−1 milliseconds. */
const MAX_GRACE_SECONDS = 2_147_483;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Decodes one WebSocket message as an agent receives it.
 *
 * Payloads of DATA and PING are views into `message`.
 *
 * @returns the frame, or undefined if it is to be ignored
 * @throws {Violation} if the frame breaks PROTOCOL.md section 2
 */
export function decodeFrame(message: Uint8Array): RelayFrame | undefined {
  if (message.length < HEADER_BYTES) {
    throw new Violation(`a frame of ${message.length} bytes is shorter than its header`);
  }
  const payload = message.subarray(HEADER_BYTES);
  if (payload.length > MAX_PAYLOAD_BYTES) {
    throw new Violation(`a payload of ${payload.length} bytes is larger than ${MAX_PAYLOAD_BYTES}`);
  }
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const type = view.getUint8(0);
  const flags = view.getUint8(1);
  const stream = view.getUint32(4);

  switch (type) {
    case FrameType.WELCOME:
      onTunnel('WELCOME', stream);
      return { type: 'WELCOME', welcome: decodeWelcome(payload) };
    case FrameType.OPEN:
      return { type: 'OPEN', stream: onStream('OPEN', stream), open: decodeOpen(payload) };
    case FrameType.DATA:
      return {
        type: 'DATA',
        stream: onStream('DATA', stream),
        end: (flags & FLAG_END) !== 0,
        payload,
      };
    case FrameType.CREDIT: {
      onStream('CREDIT', stream);
      ofLength('CREDIT', payload, 4);
      const bytes = view.getUint32(HEADER_BYTES);
      if (bytes === 0 || bytes > MAX_CREDIT) {
        throw new Violation(`a CREDIT of ${bytes} bytes`);
      }
      return { type: 'CREDIT', stream, bytes };
    }
    case FrameType.CANCEL: {
      onStream('CANCEL', stream);
      ofLength('CANCEL', payload, 4);
      const batch = view.getUint32(HEADER_BYTES);
      if (batch === 0) {
        throw new Violation('a CANCEL of batch 0');
      }
      return { type: 'CANCEL', stream, batch };
    }
    case FrameType.CLOSE:
      return {
        type: 'CLOSE',
        stream: onStream('CLOSE', stream),
        refusal: payload.length === 0 ? undefined : decodeRefusal(payload),
      };
    case FrameType.PING:
    case FrameType.PONG: {
      const name = type === FrameType.PING ? 'PING' : 'PONG';
      onTunnel(name, stream);
      ofLength(name, payload, 8);
      return { type: name, payload };
    }
    case FrameType.ACK:
      onTunnel('ACK', stream);
      ofLength('ACK', payload, 8);
      return { type: 'ACK', count: view.getBigUint64(HEADER_BYTES) };
    case FrameType.GOAWAY:
      onTunnel('GOAWAY', stream);
      return { type: 'GOAWAY', goAway: decodeGoAway(payload) };
    case FrameType.HELLO:
    case FrameType.ACCEPT:
    case FrameType.REJECT:
      throw new Violation(`${frameName(type)} is not for an agent`);
    default:
      if ((type & IGNORABLE_TYPE_BIT) !== 0) {
        return undefined;
      }
      throw new Violation(`unknown frame type ${type}`);
  }
}

function frameName(type: number): string {
  const known = Object.entries(FrameType).find(([, code]) => code === type);
  return known?.[0] ?? `type ${type}`;
}

function onStream(name: string, stream: number): number {
  if (stream === 0) {
    throw new Violation(`${name} on stream 0`);
  }
  return stream;
}

function onTunnel(name: string, stream: number): void {
  if (stream !== 0) {
    throw new Violation(`${name} on stream ${stream}`);
  }
}

function ofLength(name: string, payload: Uint8Array, length: number): void {
  if (payload.length !== length) {
    throw new Violation(`${name} with a payload of ${payload.length} bytes, not ${length}`);
  }
}

function decodeWelcome(payload: Uint8Array): Welcome {
  const json = new JsonMembers('WELCOME', payload);
  const resume = json.optionalObject('resume');
  const timeouts = json.optionalObject('timeouts');
  return {
    version: json.int('version', 1, 1),
    relay: json.text('relay'),
    name: json.text('name'),
    host: json.text('host'),
    port: json.int('port', 1, 65_535),
    idleTimeout: json.int('idleTimeout', 0, Number.MAX_SAFE_INTEGER),
    lifetime: json.int('lifetime', 0, Number.MAX_SAFE_INTEGER),
    ...(timeouts === undefined ? {} : { timeouts: decodeTimeouts(timeouts) }),
    maxPayload: json.int('maxPayload', 1_024, MAX_PAYLOAD_BYTES),
    window: json.int('window', 1, MAX_CREDIT),
    ...(resume === undefined ? {} : { resume: decodeResume(resume) }),
  };
}

function decodeTimeouts(json: JsonMembers): Timeouts {
  const seconds = (member: keyof Timeouts): Timeouts => {
    const value = json.optionalInt(member, 1, Number.MAX_SAFE_INTEGER);
    return value === undefined ? {} : { [member]: value };
  };
  return { ...seconds('idleInTransaction'), ...seconds('statement'), ...seconds('queue') };
}

function decodeResume(json: JsonMembers): WelcomeResume {
  const secret = json.text('secret');
  if (secret.length !== SECRET_LENGTH) {
    throw new Violation(
      `WELCOME with a resume secret of ${secret.length} characters, not ${SECRET_LENGTH}`,
    );
  }
  const received = json.optionalInt('received', 0, Number.MAX_SAFE_INTEGER);
  return {
    secret,
    grace: json.int('grace', 0, MAX_GRACE_SECONDS),
    ...(received === undefined ? {} : { received }),
  };
}

function decodeOpen(payload: Uint8Array): Extract<RelayFrame, { type: 'OPEN' }>['open'] {
  const json = new JsonMembers('OPEN', payload);
  const client = json.object('client');
  return {
    session: json.text('session'),
    user: json.text('user'),
    database: json.text('database'),
    client: { address: client.text('address'), port: client.int('port', 0, 65_535) },
    application: json.text('application'),
  };
}

function decodeGoAway(payload: Uint8Array): Extract<RelayFrame, { type: 'GOAWAY' }>['goAway'] {
  const json = new JsonMembers('GOAWAY', payload);
  return { code: json.text('code'), message: json.text('message') };
}

function decodeRefusal(payload: Uint8Array): Refusal {
  const json = new JsonMembers('CLOSE', payload);
  const detail = json.optionalText('detail');
  const hint = json.optionalText('hint');
  return {
    sqlstate: json.text('sqlstate'),
    message: json.text('message'),
    ...(detail === undefined ? {} : { detail }),
    ...(hint === undefined ? {} : { hint }),
  };
}

/** Reads members of a JSON payload, each of which must have its type. */
class JsonMembers {
  readonly #frame: string;
  readonly #members: Readonly<Record<string, unknown>>;

  constructor(frame: string, source: Uint8Array | Readonly<Record<string, unknown>>) {
    this.#frame = frame;
    this.#members = source instanceof Uint8Array ? parseObject(frame, source) : source;
  }

  text(name: string): string {
    const value = this.#members[name];
    if (typeof value !== 'string') {
      throw new Violation(`${this.#frame} without a text "${name}"`);
    }
    return value;
  }

  optionalText(name: string): string | undefined {
    return this.#members[name] === undefined ? undefined : this.text(name);
  }

  int(name: string, least: number, most: number): number {
    const value = this.#members[name];
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      throw new Violation(`${this.#frame} without an integer "${name}" of ${least} to ${most}`);
    }
    return value;
  }

  optionalInt(name: string, least: number, most: number): number | undefined {
    return this.#members[name] === undefined ? undefined : this.int(name, least, most);
  }

  optionalObject(name: string): JsonMembers | undefined {
    return this.#members[name] === undefined ? undefined : this.object(name);
  }

  object(name: string): JsonMembers {
    const value = this.#members[name];
    if (!isObject(value)) {
      throw new Violation(`${this.#frame} without an object "${name}"`);
    }
    return new JsonMembers(`${this.#frame} "${name}"`, value);
  }
}

function parseObject(frame: string, payload: Uint8Array): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(payload));
  } catch {
    throw new Violation(`${frame} whose payload is not JSON in UTF-8`);
  }
  if (!isObject(value)) {
    throw new Violation(`${frame} whose payload is not a JSON object`);
  }
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
