import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { run } from '../../cli/main';
import type { ProcessContext } from '../../cli/process-context';
import { setVariables } from '../support/variables';

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export const root = join(__dirname, '../..');
export const executable = join(root, 'cli/model-events.cjs');

/** The variables of a run: these, the PATH, and a home without files. */
const variablesWith = (environment: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  ...environment,
});

let before: Promise<unknown> = Promise.resolve();

/**
 * Runs `model-events` in this process with these variables and the PATH only, and with a terminal if keys are `typed`. One run follows the other: the AWS SDK reads the
 * variables of the process, which are those of the run until it ends.
 */
export function runProgram(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  replaced: Partial<ProcessContext> = {},
  typed?: string,
): Promise<Ended> {
  const ended = before.then(async () => {
    const variables = variablesWith(environment);
    const own = { ...process.env };
    const [out, err] = [new Collector(), new Collector()];
    const stdin = Object.assign(Readable.from(typed === undefined ? [] : [typed]), { isTTY: typed !== undefined });
    err.isTTY = stdin.isTTY;
    setVariables(variables);
    try {
      const code = await run(words, {
        root,
        stdin,
        stdout: out,
        stderr: err,
        environment: variables,
        signals: new EventEmitter(),
        ...replaced,
      });
      return { code, out: out.text, err: err.text };
    } finally {
      setVariables(own);
    }
  });
  before = ended.catch(() => undefined);
  return ended;
}

/** The same as a separate process, for tests of exit code, signals and pipes. */
export function startExecutable(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): { readonly ended: Promise<Ended>; kill(signal: NodeJS.Signals): void } {
  const child = spawn(process.execPath, [executable, ...words], {
    cwd: root,
    env: variablesWith(environment),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  return {
    ended: Promise.all([closed, text(child.stdout), text(child.stderr)]).then(([code, out, err]) => ({
      code,
      out,
      err,
    })),
    kill: (signal) => void child.kill(signal),
  };
}

class Collector extends Writable {
  text = '';
  isTTY = false;

  override _write(chunk: Buffer, _: unknown, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
