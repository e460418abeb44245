/** A process of the pipeline that is killed, paused and, like a container, started again when it ends by itself. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { OwnedProcesses } from '../local/owned-processes';
import { waitUntil } from '../local/wait-until';

export interface ProgramOptions {
  readonly command: readonly [program: string, ...parameters: string[]];
  /** Asked at each start. */
  readonly environment: () => Readonly<Record<string, string>>;
  /** Kills it when this process ends for any reason. */
  readonly ownedProcesses: OwnedProcesses;
  /** Restarts it when it ends unexpectedly. @default false */
  readonly startsAgain?: boolean;
  readonly onLine?: (line: string) => void;
}

const restartMs = 300;

export class Program {
  private child: ChildProcess | undefined;
  private wanted = false;

  constructor(private readonly options: ProgramOptions) {}

  /** Undefined if it is not running. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Whether it is supposed to run; it may be restarting. */
  get isWanted(): boolean {
    return this.wanted;
  }

  start(): void {
    this.wanted = true;
    if (this.child !== undefined) return;
    const { command, environment, ownedProcesses, onLine } = this.options;
    const [program, ...parameters] = command;
    const env = { PATH: process.env.PATH, ...environment() };
    const child = spawn(program, parameters, { env, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    this.child = child;
    const { pid } = child;
    if (pid !== undefined) ownedProcesses.hold(pid);
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on('line', (line) => onLine?.(line));
    }
    // It may have ended before it read its input.
    child.stdin.on('error', () => undefined);
    child.once('error', (error) => onLine?.(error.message));
    child.once('exit', () => {
      if (pid !== undefined) ownedProcesses.forget(pid);
      this.child = undefined;
      if (!this.wanted || this.options.startsAgain !== true) return;
      setTimeout(() => {
        if (this.wanted) this.start();
      }, restartMs).unref();
    });
  }

  /** Kills it, like the loss of its host; `startsAgain` restarts it. */
  kill(): void {
    this.child?.kill('SIGKILL');
  }

  /** Writes a line to its standard input. */
  writeLine(line: string): void {
    this.child?.stdin?.write(`${line}\n`);
  }

  pause(): void {
    this.child?.kill('SIGSTOP');
  }

  resume(): void {
    this.child?.kill('SIGCONT');
  }

  /** Ends it with SIGTERM, after 4 s with SIGKILL; resolves when it has ended. It stays stopped until `start()`. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    this.wanted = false;
    const { child } = this;
    if (child === undefined) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    const forced = setTimeout(() => child.kill('SIGKILL'), 4000);
    await gone;
    clearTimeout(forced);
  }

  /** Stops it, then starts it with its current environment. */
  async restart(): Promise<void> {
    await this.stop();
    this.start();
    await waitUntil('the program runs', () => this.child !== undefined, 5);
  }
}
