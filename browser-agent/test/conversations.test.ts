import { PGlite } from '@electric-sql/pglite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ClosedReason, type Share, shareDatabase } from '../src/index.ts';
import {
  agentConversations,
  type Conversation,
  check,
  Epoch,
  type NotedFrame,
  type NotedMessage,
  ScriptedEnd,
  type Step,
  types,
} from './support/conversation.ts';
import { FakeRelay } from './support/fake-relay.ts';
import { within } from './support/wait.ts';

const WINDOW = 65_536;
const SECRET = 's'.repeat(43);

let db: PGlite;
let relay: FakeRelay;
let running: Running | undefined;

beforeAll(async () => {
  db = await PGlite.create();
});
afterAll(() => db.close());
beforeEach(async () => {
  relay = await FakeRelay.start();
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  relay.stop();
});

/** A conversation between its script, which is the relay, and this agent. */
class Running {
  readonly #conversation: Conversation;
  readonly #sharing: Promise<Share>;
  readonly #closed: Promise<ClosedReason>;
  readonly #ends = new Map<string, ScriptedEnd>();
  readonly #variables = new Map<string, number | string>([['secret', SECRET]]);
  #epoch = new Epoch();
  #last = '';

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
    this.#sharing = shareDatabase(db, { relay: relay.url, window: WINDOW, maxWindow: WINDOW });
    this.#closed = this.#sharing.then(
      (share) => new Promise((resolve) => share.on('closed', resolve)),
      (error) => error,
    );
  }

  async run(): Promise<void> {
    if (this.#conversation.start !== undefined) {
      await this.#start();
    }
    for (const step of this.#conversation.steps) {
      const noted = JSON.stringify(step);
      try {
        await within(noted, this.#take(step));
      } catch (error) {
        throw new Error(`${noted}: ${error instanceof Error ? error.message : error}`);
      }
    }
  }

  async #start(): Promise<void> {
    const steps: Step[] = [
      { connect: 'a' },
      { expect: { type: 'HELLO', stream: 0, json: { resumable: true } } },
      { resume: null },
      { owner: 'live' },
    ];
    if (this.#conversation.start === 'session') {
      steps.push(
        { open: 1 },
        { expect: { type: 'ACCEPT', stream: 1 } },
        { batch: 1, messages: ['startup'] },
        { answer: 1, types: '^R.*Z$' },
      );
    }
    for (const step of steps) {
      await within(JSON.stringify(step), this.#take(step));
    }
  }

  get #end(): ScriptedEnd {
    const end = this.#ends.get(this.#last);
    if (end === undefined) {
      throw new Error('nothing is connected');
    }
    return end;
  }

  async #take(step: Step): Promise<void> {
    if (step.on !== undefined) {
      this.#last = step.on;
    }
    if (step.connect !== undefined) {
      this.#last = String(step.connect);
      this.#ends.set(
        this.#last,
        new ScriptedEnd(
          await relay.connection(),
          this.#epoch,
          this.#conversation.credit === undefined,
        ),
      );
      return;
    }
    const end = this.#end;
    const { epoch } = end;
    const [kind] = Object.keys(step).filter((member) => member !== 'on');
    const argument = this.#filled(step[kind ?? '']);
    const stream = Number(argument);
    switch (kind) {
      case 'send':
        for (let i = 0; i < Number(step.times ?? 1); i++) {
          end.send(argument as NotedFrame);
        }
        return;
      case 'sendHex':
        end.connection.sendRaw(Buffer.from(String(argument), 'hex'));
        return;
      case 'sendText':
        end.connection.sendRaw(String(argument));
        return;
      case 'expect': {
        const passed = (step.after as string[] | undefined)?.includes('DATA') === true;
        check(
          await end.next(JSON.stringify(argument), (f) => !(passed && f.type === 6)),
          argument as NotedFrame,
        );
        return;
      }
      case 'quiet':
        return end.quiet();
      case 'open':
        epoch.room.set(stream, WINDOW);
        epoch.credit.set(stream, WINDOW);
        end.send({
          type: 'OPEN',
          stream,
          json: {
            session: `s${stream}`,
            user: 'postgres',
            database: 'postgres',
            client: { address: '203.0.113.7', port: 50_000 },
            application: 'script',
          },
        });
        return;
      case 'batch':
        return end.batch(stream, step.messages as readonly NotedMessage[]);
      case 'answer': {
        const answer = await end.whole(stream);
        expect(types(answer)).toMatch(new RegExp(String(step.types)));
        expect(answer.toString()).toContain(step.holds ?? '');
        return;
      }
      case 'collect':
        await end.collect(stream, Number(this.#filled(step.bytes, stream)));
        return;
      case 'granted':
        return end.until('CREDIT', () => (epoch.granted.get(stream) ?? 0) >= Number(step.atLeast));
      case 'acknowledged':
        return end.until('ACK', () => epoch.acknowledged === Number(argument));
      case 'mark':
        this.#variables.set(String(argument), epoch.received);
        return;
      case 'resume':
        this.#welcome(end, argument === null ? undefined : Number(argument));
        return;
      case 'break':
        end.connection.terminate();
        return;
      case 'close':
        end.connection.close(Number(argument), 'because');
        return;
      case 'closed': {
        const { code, reason } = await end.connection.closed;
        expect(code).toBe(argument);
        expect(reason).toContain(step.reason ?? '');
        return;
      }
      case 'owner':
        return this.#owner(String(argument));
      default:
        throw new Error('no such step');
    }
  }

  /** Says WELCOME, to a tunnel that goes on or to a new epoch. */
  #welcome(end: ScriptedEnd, received: number | undefined): void {
    if (received === undefined) {
      this.#epoch = new Epoch();
      end.epoch = this.#epoch;
    } else {
      end.epoch.received = received;
    }
    end.send({
      type: 'WELCOME',
      stream: 0,
      json: {
        version: 1,
        relay: 'script',
        name: 'abc123',
        host: 'abc123.relay.example',
        port: 5432,
        idleTimeout: 300,
        lifetime: 3600,
        maxPayload: 32_768,
        window: WINDOW,
        resume: { secret: SECRET, grace: 30, ...(received === undefined ? {} : { received }) },
      },
    });
  }

  async #owner(what: string): Promise<void> {
    switch (what) {
      case 'live':
        expect((await this.#sharing).state.kind).toBe('live');
        return;
      case 'stops':
        void this.#sharing.then((share) => share.stop());
        return;
      default: {
        const closed = await this.#closed;
        expect(closed.name).toBe(closed instanceof Error ? ERRORS[what] : what);
      }
    }
  }

  /** Puts in what variables hold. */
  #filled(noted: unknown, stream = 1): unknown {
    if (typeof noted === 'string' && noted.startsWith('${')) {
      const { epoch } = this.#end;
      const name = noted.slice(2, -1);
      const values: Record<string, number | undefined> = {
        sent: epoch.sent,
        received: epoch.received,
        credit: epoch.credit.get(stream),
      };
      return values[name] ?? this.#variables.get(name);
    }
    if (Array.isArray(noted)) {
      return noted.map((each) => this.#filled(each, stream));
    }
    return typeof noted === 'object' && noted !== null
      ? Object.fromEntries(
          Object.entries(noted).map(([name, value]) => [name, this.#filled(value, stream)]),
        )
      : noted;
  }

  async stop(): Promise<void> {
    for (const { connection } of this.#ends.values()) {
      connection.close(4006);
    }
    await this.#sharing.then(
      (share) => share.stop(),
      () => {},
    );
  }
}

/** What an owner is told when sharing has not even begun. */
const ERRORS: Record<string, string> = { unauthorized: 'UnauthorizedError' };

describe('the conversations of the vectors', () => {
  test.each(agentConversations())('$name', async (conversation) => {
    running = new Running(conversation);
    await running.run();
  });
});
