import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy that breaks every connection after so many bytes, in whichever direction. */
export class BreakingProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** How many connections it has broken. */
  breaks = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @param bytes how many the next connection lives for */
  static async start(target: number, bytes: () => number): Promise<BreakingProxy> {
    const server = createServer();
    const proxy = new BreakingProxy(server);
    server.on('connection', (client) => proxy.#pass(client, connect(target, 'localhost'), bytes()));
    server.listen(0, 'localhost');
    await once(server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.#sockets) {
      socket.destroy();
    }
  }

  #pass(client: Socket, relay: Socket, bytes: number): void {
    let left = bytes;
    for (const [from, to] of [
      [client, relay],
      [relay, client],
    ] as const) {
      this.#sockets.add(from);
      from.on('error', () => {});
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      from.on('data', (data) => {
        left -= data.length;
        if (left > 0) {
          to.write(data);
        } else if (!from.destroyed) {
          this.breaks++;
          from.resetAndDestroy();
          to.resetAndDestroy();
        }
      });
    }
  }
}
