/** One redis-server process: started, paused, killed and started again on the same port. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type OwnedProcesses, unrefProcess, refProcess } from './owned-processes';

/** The server ended before it could serve; the message contains its output. */
export class RedisStartError extends Error {
  readonly code: 'PORT_TAKEN' | 'START_FAILED';

  constructor(executable: string, port: number, log: readonly string[]) {
    const output = log.join('\n  ');
    super(`${executable} on port ${port} ended before it was ready. Its output:\n  ${output || '(empty)'}`);
    this.name = 'RedisStartError';
    this.code = /address already in use|failed listening/i.test(output) ? 'PORT_TAKEN' : 'START_FAILED';
  }
}

const logLinesKept = 30;

export class RedisProcess {
  private readonly log: string[] = [];
  private child: ChildProcess | undefined;
  private end: Promise<unknown> = Promise.resolve();

  /**
   * @param configuration the text of a redis.conf; passed on stdin, so that the process arguments contain no secret
   * @param onReady what is left to do after each start, once the port answers
   */
  constructor(
    private readonly executable: string,
    readonly port: number,
    private readonly configuration: string,
    private readonly ownedProcesses: OwnedProcesses,
    private readonly onReady: () => Promise<void> = () => Promise.resolve(),
  ) {}

  /** Resolves when the running server has ended for any reason; at once if none runs. */
  async ended(): Promise<void> {
    await this.end;
  }

  /** Process id of the running server. */
  get pid(): number {
    if (this.child?.pid === undefined) throw new Error(`Redis on port ${this.port} is not running: restart() it first`);
    return this.child.pid;
  }

  /** Starts the server; resolves when it accepts connections. */
  async start(): Promise<void> {
    if (this.child !== undefined) throw new Error(`Redis on port ${this.port} is running already: kill() it first`);
    // Its own session, so that Ctrl-C ends the programs first and the server they talk to last.
    const child = spawn(this.executable, ['-'], { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    this.child = child;
    const ended = new Promise<'ended'>((resolve) => {
      child.once('close', () => {
        if (child.pid !== undefined) this.ownedProcesses.forget(child.pid);
        this.child = undefined;
        resolve('ended');
      });
      child.once('error', (error) => this.log.push(error.message));
    });
    this.end = ended;
    if (child.pid !== undefined) this.ownedProcesses.hold(child.pid);
    child.stdin.on('error', () => undefined); // it ended before it read its configuration: 'close' reports that
    child.stdin.end(this.configuration);

    const ready = new Promise<'ready'>((resolve) => {
      for (const input of [child.stdout, child.stderr]) {
        createInterface({ input }).on('line', (line) => {
          this.log.push(line);
          if (this.log.length > logLinesKept) this.log.shift();
          if (line.includes('Ready to accept connections')) resolve('ready');
        });
      }
    });
    if ((await Promise.race([ready, ended])) === 'ended') {
      throw new RedisStartError(this.executable, this.port, this.log);
    }
    // A program that is done does not wait for its servers; OwnedProcesses ends them.
    unrefProcess(child);
    await this.onReady();
  }

  /** Freezes the server: connections stay open and nothing answers, as with a host that hangs. */
  pause(): void {
    process.kill(this.pid, 'SIGSTOP');
  }

  resume(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  /** Ends the server as a power cut would; resolves when it is gone. No effect when it is. */
  async kill(): Promise<void> {
    const child = this.child;
    if (child === undefined) return;
    refProcess(child);
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
  }

  /** Kills the server if it runs and starts it, empty, on the same port. */
  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }
}
