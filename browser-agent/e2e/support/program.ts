import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { within } from '../../test/support/wait.ts';

/** A line of JSON that a program has printed. */
export type ProgramEvent = { readonly event: string } & Readonly<Record<string, unknown>>;

const PACKAGE_ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** How long a program may take to end after SIGTERM, in milliseconds. */
const STOP_MS = 15_000;

/** A child process that prints its events as lines of JSON. */
export class Program {
  readonly #child: ChildProcess;
  readonly #events: ProgramEvent[] = [];
  readonly #exited: Promise<unknown>;
  #arrived: () => void = () => {};

  constructor(command: string, args: readonly string[] = [], shell = false) {
    this.#child = spawn(command, args, {
      cwd: PACKAGE_ROOT,
      shell,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#exited = once(this.#child, 'exit');
    const { stdout } = this.#child;
    if (stdout === null) {
      throw new Error('no standard output');
    }
    createInterface(stdout).on('line', (line) => {
      if (line.startsWith('{')) {
        this.#events.push(JSON.parse(line));
        this.#arrived();
      }
    });
  }

  /** The next event of this name; others before it are passed over. */
  async event(name: string, ms = 30_000): Promise<ProgramEvent> {
    const find = async (): Promise<ProgramEvent> => {
      while (true) {
        const next = this.#events.shift();
        if (next?.event === name) {
          return next;
        }
        if (next === undefined) {
          await new Promise<void>((resolve) => {
            this.#arrived = resolve;
          });
        }
      }
    };
    const ended = this.#exited.then(() => {
      throw new Error(`the program ended before "${name}"`);
    });
    return within(`event "${name}"`, Promise.race([find(), ended]), ms);
  }

  /** Ends the program; its exit code. */
  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    await within('exit', this.#exited, STOP_MS);
    return this.#child.exitCode;
  }

  /** Closes the program's standard input; its exit code, if it ends of that. */
  async closeStdin(): Promise<number | null> {
    this.#child.stdin?.end();
    await within('exit', this.#exited, STOP_MS);
    return this.#child.exitCode;
  }
}

/** A running relay, and how to reach it. */
export interface RelayProgram {
  readonly program: Program;
  readonly domain: string;
  readonly postgresPort: number;
  readonly httpsPort: number;
  readonly caFile: string;
}

/** Starts the relay: `CULVERT_RELAY_COMMAND`, or the one of this repository. */
export async function startRelay(): Promise<RelayProgram> {
  const command =
    process.env.CULVERT_RELAY_COMMAND ?? '../culvert relay --postgres-port 0 --https-port 0 --json';
  const program = new Program(`exec ${command}`, [], true);
  const ready = await program.event('ready', 240_000);
  return {
    program,
    domain: String(ready.domain),
    postgresPort: Number(ready.postgresPort),
    httpsPort: Number(ready.httpsPort),
    caFile: String(ready.caFile),
  };
}

/** Starts the headless agent; the caller waits for its event `shared`. */
export function startAgent(relay: RelayProgram, ...args: string[]): Program {
  return new Program(process.execPath, [
    'bin/culvert-agent',
    '--relay',
    `wss://localhost:${relay.httpsPort}`,
    '--ca',
    relay.caFile,
    '--json',
    ...args,
  ]);
}
