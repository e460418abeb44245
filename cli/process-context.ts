/** What the program has around it. It is a parameter, so that the program also runs inside another process: tests do that. */
import type { Readable } from 'node:stream';
import { type Output, StandardOutput } from './standard-output';

export type { Output };

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
  /** Ends the program when the reader of stdout ends. @default it goes on */
  readonly endWithOutput?: (() => void) | undefined;
}

export function ofThisProcess(root: string): ProcessContext {
  const stdout = new StandardOutput(process.stdout, (error) => {
    process.exitCode = 1;
    process.stderr.write(`model-events: cannot write the output: ${error.message}\n`);
  });
  // There is no other place to report it.
  process.stderr.on('error', () => undefined);
  return {
    root,
    stdin: process.stdin,
    stdout,
    stderr: process.stderr,
    environment: process.env,
    signals: process,
    endWithOutput: () => stdout.whenClosed(() => process.exit()),
  };
}
