/** One execution environment of a function: one process, one invocation at a time. */
import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export interface FunctionSettings {
  /** Path of an ES module that exports `handler`. */
  readonly bundle: string;
  /** All that the process gets, beside PATH and what Lambda itself sets. */
  readonly environment: Readonly<Record<string, string>>;
  /** After so long an invocation is cut off, with its process. */
  readonly timeoutSeconds: number;
  /** @default 'local-function' */
  readonly name?: string;
  /** @default 256 */
  readonly memoryMegabytes?: number;
}

/**
 * Why an invocation has no result: `HANDLER_FAILED` (the handler threw), `TIMED_OUT`, `CRASHED` (the process ended),
 * `INIT_FAILED` (the bundle could not be loaded).
 */
export type FunctionErrorCode = 'HANDLER_FAILED' | 'TIMED_OUT' | 'CRASHED' | 'INIT_FAILED';

export class FunctionError extends Error {
  constructor(
    readonly code: FunctionErrorCode,
    message: string,
    /** The stack trace inside the function, where there is one. */
    readonly trace?: string,
  ) {
    super(message);
    this.name = 'FunctionError';
  }
}

interface RemoteError {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
}

type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'init-failed'; readonly error: RemoteError }
  | { readonly kind: 'done'; readonly requestId: string; readonly result: string }
  | { readonly kind: 'failed'; readonly requestId: string; readonly error: RemoteError };

const endMark = 'END RequestId: ';

export class FunctionEnvironment {
  /** Resolves when the bundle is loaded; rejects when it cannot be. */
  readonly ready: Promise<void>;
  /** Resolves, with how it went, when the process has ended and its last log line was handed out. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  readonly #settings: FunctionSettings;
  #alive = true;
  #onMark: (requestId: string) => void = () => undefined;

  constructor(settings: FunctionSettings, onLine: (line: string) => void) {
    this.#settings = settings;
    const name = settings.name ?? 'local-function';
    const memory = settings.memoryMegabytes ?? 256;
    this.#child = fork(join(__dirname, 'function-child.mjs'), [settings.bundle, name, String(memory)], {
      env: { ...runtimeVariables(name, memory), ...settings.environment },
      // Lambda counts the whole process; the heap gets what the runtime gives it.
      execArgv: [`--max-old-space-size=${Math.floor(memory * 0.9)}`],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // The event is JSON already: as JSON in JSON it would be twice as long and twice the work.
      serialization: 'advanced',
      detached: true, // Ctrl-C is the parent's to handle: a batch at work may finish.
    });
    for (const stream of [this.#child.stdout, this.#child.stderr] as Readable[]) {
      createInterface({ input: stream }).on('line', (line) => {
        if (line.startsWith(endMark)) this.#onMark(line.slice(endMark.length));
        else if (line !== '') onLine(line);
      });
    }
    this.ended = new Promise((resolve) => {
      this.#child.once('exit', () => (this.#alive = false));
      this.#child.once('close', (code: number | null, signal: string | null) =>
        resolve(signal === null ? `exit status ${code ?? 'unknown'}` : `signal ${signal}`),
      );
    });
    this.ready = this.#awaitReady();
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Whether it can take another invocation. */
  get alive(): boolean {
    return this.#alive;
  }

  async invoke(event: unknown): Promise<unknown> {
    const requestId = randomUUID();
    const milliseconds = this.#settings.timeoutSeconds * 1000;
    const logsComplete = this.#awaitMarks(requestId, 2);
    const answered = this.#nextAnswer();
    let timer: NodeJS.Timeout | undefined;
    const timedOut = new Promise<'timed-out'>((resolve) => {
      timer = setTimeout(() => resolve('timed-out'), milliseconds);
    });
    this.#child.send({ requestId, event: JSON.stringify(event), deadline: Date.now() + milliseconds }, () => undefined);

    const outcome = await Promise.race([answered, timedOut, this.ended]);
    clearTimeout(timer);
    if (outcome === 'timed-out') {
      await this.kill();
      const seconds = this.#settings.timeoutSeconds.toFixed(2);
      throw new FunctionError('TIMED_OUT', `${requestId} Task timed out after ${seconds} seconds`);
    }
    if (typeof outcome === 'string') {
      throw new FunctionError('CRASHED', `the function's process ended without an answer: ${outcome}`);
    }
    await Promise.race([logsComplete, this.ended]);
    if (outcome.kind === 'done') return JSON.parse(outcome.result);
    const error = outcome.kind === 'ready' ? { type: 'Error', message: 'answered out of turn' } : outcome.error;
    throw new FunctionError('HANDLER_FAILED', `${error.type}: ${error.message}`, error.stack);
  }

  async kill(): Promise<void> {
    this.#alive = false;
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  async #awaitReady(): Promise<void> {
    const outcome = await Promise.race([this.#nextAnswer(), this.ended]);
    if (typeof outcome === 'string') {
      throw new FunctionError('INIT_FAILED', `${this.#settings.bundle} ended while it was loaded: ${outcome}`);
    }
    if (outcome.kind !== 'init-failed') return;
    await this.ended;
    const { type, message, stack } = outcome.error;
    throw new FunctionError('INIT_FAILED', `${this.#settings.bundle} cannot be loaded: ${type}: ${message}`, stack);
  }

  async #nextAnswer(): Promise<Answer> {
    const [answer] = (await once(this.#child, 'message')) as [Answer];
    return answer;
  }

  #awaitMarks(requestId: string, count: number): Promise<void> {
    return new Promise((resolve) => {
      let left = count;
      this.#onMark = (id) => {
        if (id === requestId && (left -= 1) === 0) resolve();
      };
    });
  }
}

/** What the Lambda service sets for every function of this kind. */
function runtimeVariables(name: string, memoryMegabytes: number): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    TZ: ':UTC',
    _HANDLER: 'index.handler',
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMegabytes),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  };
}
