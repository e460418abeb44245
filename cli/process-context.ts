/** What the program has around it. It is a parameter, so that the program also runs inside another process: tests do that. */
import type { Readable } from 'node:stream';

/** Where text goes: a stream, which knows its width only where it is a terminal. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export interface ProcessContext {
  /** The folder of the package: `config/` and the CDK app are in it. */
  readonly root: string;
  readonly stdin: Readable & { readonly isTTY?: boolean | undefined };
  readonly stdout: Output;
  readonly stderr: Output & NodeJS.WritableStream;
  /** The AWS SDK and `os.tmpdir()` read those of the process. */
  readonly environment: Readonly<NodeJS.ProcessEnv>;
  /** Emits `SIGINT` for Ctrl-C. */
  readonly signals: Pick<NodeJS.EventEmitter, 'once' | 'removeListener'>;
}

export const ofThisProcess = (root: string): ProcessContext => ({
  root,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  signals: process,
});
