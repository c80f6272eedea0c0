import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { bytes, i32 } from './postgres-client.ts';
import { within } from './wait.ts';

/** A frame as it came, with nothing interpreted but its header. */
export interface RawFrame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

export const T = {
  HELLO: 1,
  WELCOME: 2,
  OPEN: 3,
  ACCEPT: 4,
  DATA: 6,
  CREDIT: 7,
  CANCEL: 8,
  CLOSE: 9,
  PING: 10,
  PONG: 11,
  ACK: 12,
  GOAWAY: 13,
} as const;

export const WELCOME = {
  version: 1,
  relay: 'fake/1',
  name: 'abc123',
  host: 'abc123.relay.example',
  port: 5432,
  idleTimeout: 300,
  lifetime: 3600,
  maxPayload: 32_768,
  window: 65_536,
};

export function frame(
  type: number,
  stream: number,
  payload: Uint8Array | object = new Uint8Array(0),
  flags = 0,
): Uint8Array {
  const body =
    payload instanceof Uint8Array ? payload : new TextEncoder().encode(JSON.stringify(payload));
  return Buffer.concat([Uint8Array.of(type, flags, 0, 0), i32(stream), body]);
}

/** One agent's connection to the fake relay, which speaks raw frames. */
export class FakeConnection {
  readonly #socket: WebSocket;
  readonly #frames: RawFrame[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  #arrived: () => void = () => {};

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      if (data.readUInt8(0) === T.PING) {
        this.send(T.PONG, 0, data.subarray(8));
        return;
      }
      this.#frames.push({
        type: data.readUInt8(0),
        flags: data.readUInt8(1),
        stream: data.readUInt32BE(4),
        payload: data.subarray(8),
      });
      this.#arrived();
    });
    this.closed = once(socket, 'close').then(([code, reason]: unknown[]) => ({
      code: Number(code),
      reason: String(reason),
    }));
  }

  send(...args: Parameters<typeof frame>): void {
    this.#socket.send(frame(...args));
  }

  sendRaw(data: Uint8Array | string): void {
    this.#socket.send(data);
  }

  /** Writes what is no frame of `ws`' making. */
  sendBytes(...data: number[]): void {
    const { _socket } = this.#socket as unknown as { readonly _socket: Socket };
    _socket.write(Uint8Array.from(data));
  }

  close(code: number, reason = ''): void {
    this.#socket.close(code, reason);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  /** The next frame, or undefined when the connection is closed and all of them were taken. */
  async nextUntilClosed(what: string): Promise<RawFrame | undefined> {
    const closed = this.closed.then(() => 'closed');
    while (this.#frames.length === 0) {
      const arrived = new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
      if ((await within(what, Promise.race([arrived, closed]))) === 'closed') {
        break;
      }
    }
    return this.#frames.shift();
  }

  /** The next frame that came. */
  async next(what: string): Promise<RawFrame> {
    while (this.#frames.length === 0) {
      await within(
        what,
        new Promise<void>((resolve) => {
          this.#arrived = resolve;
        }),
      );
    }
    const next = this.#frames.shift();
    if (next === undefined) {
      throw new Error('no frame');
    }
    return next;
  }

  async expect(type: keyof typeof T): Promise<RawFrame> {
    const next = await this.next(type);
    if (next.type !== T[type]) {
      throw new Error(`wanted ${type}, got type ${next.type}: ${next.payload.subarray(0, 300)}`);
    }
    return next;
  }

  /** Frames that have come and nobody has asked for. */
  get pending(): number {
    return this.#frames.length;
  }

  async open(stream: number): Promise<void> {
    this.send(T.OPEN, stream, {
      session: `s${stream}`,
      user: 'postgres',
      database: 'postgres',
      client: { address: '203.0.113.7', port: 50_000 + stream },
      application: 'test',
    });
    await this.expect('ACCEPT');
  }

  batch(stream: number, ...messages: Uint8Array[]): void {
    const whole = bytes(...messages);
    for (let at = 0; at < whole.length || at === 0; at += WELCOME.maxPayload) {
      const end = at + WELCOME.maxPayload >= whole.length;
      this.send(T.DATA, stream, whole.subarray(at, at + WELCOME.maxPayload), end ? 1 : 0);
    }
  }

  /** An answer, for which credit is granted as it comes; CREDIT for batches is passed over. */
  async answer(stream: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    while (true) {
      const next = await this.next(`answer on stream ${stream}`);
      if (next.type === T.CREDIT) {
        continue;
      }
      if (next.type !== T.DATA || next.stream !== stream) {
        throw new Error(`type ${next.type} on stream ${next.stream}: ${next.payload}`);
      }
      parts.push(next.payload);
      if (next.payload.length > 0) {
        this.send(T.CREDIT, stream, i32(next.payload.length));
      }
      if ((next.flags & 1) !== 0) {
        return Buffer.concat(parts);
      }
    }
  }
}

/** A relay for tests: a real WebSocket server on this machine. */
export class FakeRelay {
  readonly #server: WebSocketServer;
  readonly #connections: FakeConnection[] = [];
  #connected: () => void = () => {};

  private constructor(server: WebSocketServer) {
    this.#server = server;
    server.on('connection', (socket) => {
      this.#connections.push(new FakeConnection(socket));
      this.#connected();
    });
  }

  static async start(protocol: string | false = 'culvert.v1'): Promise<FakeRelay> {
    const server = new WebSocketServer({
      host: '127.0.0.1',
      port: 0,
      path: '/tunnel',
      handleProtocols: () => protocol,
    });
    await once(server, 'listening');
    return new FakeRelay(server);
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `ws://127.0.0.1:${port}`;
  }

  async connection(): Promise<FakeConnection> {
    if (this.#connections.length === 0) {
      await within(
        'connection',
        new Promise<void>((resolve) => {
          this.#connected = resolve;
        }),
      );
    }
    const connection = this.#connections.shift();
    if (connection === undefined) {
      throw new Error('no connection');
    }
    return connection;
  }

  /** Connections that have come and nobody has asked for. */
  get pending(): number {
    return this.#connections.length;
  }

  stop(): void {
    for (const socket of this.#server.clients) {
      socket.terminate();
    }
    this.#server.close();
  }
}
