import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { SQSRecord } from 'aws-lambda';

/** The time of one invocation of the handler, in milliseconds. */
export interface Invocation {
  readonly ms: number;
  /** Of all threads. */
  readonly cpuMs: number;
}

/** A process that has loaded a function's bundle, as Lambda does, and calls its handler. */
export class LambdaProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly bundle: string,
  ) {}

  /** Resolves when the bundle is initialized. */
  static async start(bundle: string, variables: Readonly<Record<string, string>>): Promise<LambdaProcess> {
    const child = fork(join(__dirname, 'lambda-process.mjs'), [bundle], {
      env: { PATH: process.env['PATH'], AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand', ...variables },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const started = new LambdaProcess(child, bundle);
    await started.message();
    return started;
  }

  get pid(): number {
    return this.child.pid ?? NaN;
  }

  /** @param laterMs how much later than now the process' clock is */
  async invoke(records: readonly SQSRecord[], laterMs = 0): Promise<Invocation> {
    const answer = this.message();
    this.child.send({ records, laterMs });
    return (await answer) as Invocation;
  }

  /** Lambda stops a process between two invocations. */
  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.disconnect();
    await ended;
  }

  /** @throws Error if the process exits before it sends one */
  private async message(): Promise<unknown> {
    const received = new AbortController();
    const { signal } = received;
    try {
      const [message] = (await Promise.race([
        once(this.child, 'message', { signal }),
        once(this.child, 'exit', { signal }).then(([code]) => {
          throw new Error(`${this.bundle} exited with code ${String(code)}`);
        }),
      ])) as unknown[];
      return message;
    } finally {
      received.abort();
    }
  }
}
