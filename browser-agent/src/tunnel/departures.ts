import { CLOSED, type CloseCode } from '../close-code.ts';
import type { AgentFrame } from '../frame.ts';
import type { Refusal } from '../refusal.ts';
import type { Connection } from './connection.ts';
import type { Epoch } from './epoch.ts';

/** An agent whose relays drain faster than sessions end cuts the oldest off. */
const MOST = 4;

/**
 * Tunnels whose relay drains, and in whose place there is another: each is let go when its last
 * session has ended.
 */
export class Departures {
  readonly #epochs = new Map<Connection, Epoch>();

  /** The relay behind this connection has been left. */
  add(connection: Connection, epoch: Epoch): void {
    this.#epochs.set(connection, epoch);
    for (const [oldest] of this.#epochs) {
      if (this.#epochs.size <= MOST) {
        break;
      }
      this.end(oldest, CLOSED, 'too many relays drain');
    }
    this.letGo();
  }

  /** The sessions that came through this connection, if its relay has been left. */
  epochOf(connection: Connection): Epoch | undefined {
    return this.#epochs.get(connection);
  }

  connectionOf(epoch: Epoch): Connection | undefined {
    return [...this.#epochs].find(([, other]) => other === epoch)?.[0];
  }

  /** Ends every session, with a word to its client. */
  endSessions(refusal: Refusal): void {
    for (const epoch of this.#epochs.values()) {
      epoch.endSessions(refusal);
    }
  }

  /** Lets those go that have no session any more. */
  letGo(): void {
    for (const [connection, epoch] of this.#epochs) {
      if (epoch.isEmpty) {
        const goAway = { code: CLOSED.name, message: 'moved to another relay' };
        epoch.send({ type: 'GOAWAY', goAway });
        this.end(connection, CLOSED, goAway.message);
      }
    }
  }

  /** Ends one, and its sessions without a word; does nothing with a connection that is none. */
  end(connection: Connection, close: CloseCode, message: string): void {
    const epoch = this.#epochs.get(connection);
    this.#epochs.delete(connection);
    void epoch?.abandon();
    if (epoch !== undefined) {
      connection.end(close, message);
    }
  }

  /**
   * Ends all of them; resolves when the backend has been reset.
   *
   * @param refusal what clients are told, if anything
   */
  async endAll(close: CloseCode, refusal: Refusal | undefined, goAway: AgentFrame): Promise<void> {
    const all = [...this.#epochs];
    this.#epochs.clear();
    const abandoned = all.map(([connection, epoch]) => {
      if (refusal !== undefined) {
        epoch.sayGoodbye(refusal, goAway);
      }
      connection.end(close, '');
      return epoch.abandon();
    });
    await Promise.all(abandoned);
  }
}
