import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What a load balancer is to a relay: one address, behind which another relay can stand. */
export class Switch {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** The port that new connections go to. */
  target: number;

  private constructor(server: Server, target: number) {
    this.#server = server;
    this.target = target;
  }

  static async start(target: number): Promise<Switch> {
    const server = createServer();
    const made = new Switch(server, target);
    server.on('connection', (near) => made.#join(near, connect(made.target, 'localhost')));
    server.listen(0, 'localhost');
    await once(server, 'listening');
    return made;
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

  #join(near: Socket, far: Socket): void {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.on('error', () => {});
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  }
}
