import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { within } from '../../test/support/wait.ts';

/** A line of JSON that a program has printed. */
export type ProgramEvent = { readonly event: string } & Readonly<Record<string, unknown>>;

const PACKAGE_ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** How long a program may take to end after SIGTERM, in milliseconds. */
const STOP_MS = 40_000;

/** A child process that prints its events as lines of JSON. */
export class Program {
  readonly #child: ChildProcess;
  readonly #events: ProgramEvent[] = [];
  readonly #exited: Promise<unknown>;
  #arrived: () => void = () => {};

  constructor(
    command: string,
    args: readonly string[] = [],
    { shell = false, env = {} }: { shell?: boolean; env?: NodeJS.ProcessEnv } = {},
  ) {
    this.#child = spawn(command, args, {
      cwd: PACKAGE_ROOT,
      shell,
      env: { ...process.env, ...env },
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

  /** Ends the program without giving it a chance. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await within('exit', this.#exited, STOP_MS);
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
  readonly domain: string;
  readonly postgresPort: number;
  readonly httpsPort: number;
  readonly caFile: string;
  /** Ends it with SIGTERM; its exit code. */
  stop(): Promise<number | null>;
  /** Ends it with SIGKILL. */
  kill(): Promise<void>;
}

/** A folder for certificates, so that the user's are left alone. */
export function makeHome(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'culvert-home-'));
}

/**
 * Starts the relay: `CULVERT_RELAY_COMMAND`, or the one of this repository. Its certificates are in
 * a folder of its own.
 *
 * @param args more options of the command; they are not quoted
 */
export async function startRelay(...args: string[]): Promise<RelayProgram> {
  const home = await makeHome();
  const relay = await startRelayIn(home, ...args);
  return {
    ...relay,
    stop: async () => {
      const exitCode = await relay.stop();
      await rm(home, { recursive: true });
      return exitCode;
    },
    kill: async () => {
      await relay.kill();
      await rm(home, { recursive: true });
    },
  };
}

/** The same with certificates in a given folder, which stays. */
export async function startRelayIn(home: string, ...args: string[]): Promise<RelayProgram> {
  const command =
    process.env.CULVERT_RELAY_COMMAND ?? '../culvert relay --postgres-port 0 --https-port 0 --json';
  const program = new Program(`exec ${command} ${args.join(' ')}`, [], {
    shell: true,
    env: { CULVERT_HOME: home },
  });
  const ready = await program.event('ready', 240_000);
  return {
    domain: String(ready.domain),
    postgresPort: Number(ready.postgresPort),
    httpsPort: Number(ready.httpsPort),
    caFile: String(ready.caFile),
    stop: () => program.stop(),
    kill: () => program.kill(),
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

/** The same inside the JVM: `culvert share`. */
export function startJvmAgent(relay: RelayProgram, ...args: string[]): Program {
  return new Program('../culvert', [
    'share',
    '--relay',
    `wss://localhost:${relay.httpsPort}`,
    '--ca',
    relay.caFile,
    '--format',
    'json',
    ...args,
  ]);
}
