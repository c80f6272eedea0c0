import { isStartup, messagesOf, textOfStatement } from '../postgres/messages.ts';
import { splitStatements } from '../postgres/sql-statements.ts';
import { mentions } from '../postgres/sql-text.ts';

const LISTEN = /^\s*listen\s*("(?:[^"]|"")*"|\s[^\s;"]+)\s*$/i;
const FORGET = /^\s*(?:unlisten\b|discard\s+all\b)/i;
const COMMENT = /\/\*[\s\S]*?\*\/|--[^\n\r]*/g;

/** Postgres cuts longer names off. */
const MAX_NAME_BYTES = 63;

const utf8 = new TextDecoder();
const encoder = new TextEncoder();

/**
 * The channels that a client listens to. The backend's own list has those of the database's owner in
 * it, who hears the same backend; so the client's are known by what it says. What a function listens
 * to by dynamic SQL is not noticed.
 *
 * What is said counts at once, as a notification may stand in the same answer, and is compared with
 * the backend's list when the transaction has ended.
 */
export class ClientChannels {
  readonly #names = new Set<string>();
  #changed = false;

  /** Whether the client is to hear of a channel. */
  hears(channel: string): boolean {
    return this.#names.has(channel);
  }

  /** Whether {@link settle} is due when the transaction has ended. */
  get changed(): boolean {
    return this.#changed;
  }

  /** The client sends these messages. */
  follow(messages: Uint8Array): void {
    if (isStartup(messages) || !(mentions(messages, 'listen') || mentions(messages, 'discard'))) {
      return;
    }
    for (const view of messagesOf(messages)) {
      const sql = textOfStatement(messages, view);
      if (sql !== undefined) {
        for (const { start, end } of splitStatements(sql, false)) {
          this.#followStatement(utf8.decode(sql.subarray(start, end)).replace(COMMENT, ' '));
        }
      }
    }
  }

  /**
   * The transaction has ended: a LISTEN that was rolled back counts no more, an UNLISTEN only now.
   *
   * @param listening the channels of the backend, before those of the owner come back
   */
  settle(listening: readonly string[]): void {
    for (const name of this.#names) {
      if (!listening.includes(name)) {
        this.#names.delete(name);
      }
    }
    this.#changed = false;
  }

  #followStatement(sql: string): void {
    const name = LISTEN.exec(sql)?.[1];
    if (name !== undefined) {
      this.#names.add(channelOf(name.trim()));
      this.#changed = true;
    } else if (FORGET.test(sql)) {
      this.#changed = true;
    }
  }
}

/** An identifier as Postgres reads it. */
function channelOf(identifier: string): string {
  const name = identifier.startsWith('"')
    ? identifier.slice(1, -1).replaceAll('""', '"')
    : identifier.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  let length = name.length;
  while (encoder.encode(name.slice(0, length)).length > MAX_NAME_BYTES) {
    length--;
  }
  return name.slice(0, length);
}
