/** The examples as their users run them: processes with the variables that ECS or a shell gives them. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { LocalRedis } from '../../dev/local/redis-server';

const root = join(__dirname, '../..');

/** A running example. */
export interface Program {
  /** Resolves with the first line, printed or yet to be printed on either stream, that has this text; rejects where the program ends without it. */
  line(text: string): Promise<string>;
  /** Resolves when it has ended and all its output is here. */
  readonly ended: Promise<{ code: number | null; output: string; errors: string }>;
  /** Writes a line to its standard input. */
  say(line: string): void;
  kill(signal: NodeJS.Signals): void;
  readonly pid: number;
}

export type Environment = Readonly<Record<string, string>>;

/** Runs a `.ts` file with tsx's loader, a `.py` file with the Python that has redis-py and boto3, and this repository's package. */
export function run(file: string, env: Environment, parameters: readonly string[] = [], input?: string): Program {
  const [program, ...before] = file.endsWith('.py') ? [python()] : [process.execPath, '--import', 'tsx'];
  const PYTHONPATH = join(root, 'clients/python/src');
  return runProgram(program, [...before, join(root, file), ...parameters], { PYTHONPATH, ...env }, input);
}

/** Runs any program. @param input all of its standard input; left open where there is none. */
export function runProgram(program: string, parameters: readonly string[], env: Environment, input?: string): Program {
  const child = spawn(program, parameters, {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, PYTHONDONTWRITEBYTECODE: '1', ...env },
  });
  running.add(child);
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const tell = (): void => waiting.forEach((look) => look());
  const collect = async (stream: NodeJS.ReadableStream): Promise<string> => {
    const own: string[] = [];
    for await (const line of createInterface({ input: stream })) {
      own.push(line);
      lines.push(line);
      tell();
    }
    return own.join('\n');
  };
  let over = false;
  const ended = Promise.all([once(child, 'exit'), collect(child.stdout), collect(child.stderr)]).then(
    ([[code], output, errors]) => {
      over = true;
      running.delete(child);
      tell();
      return { code: code as number | null, output, errors };
    },
  );
  if (input !== undefined) child.stdin.end(input);
  return {
    ended,
    say: (line) => child.stdin.write(`${line}\n`),
    kill: (signal) => child.kill(signal),
    pid: child.pid ?? 0,
    line: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = lines.find((line) => line.includes(text));
          if (found === undefined && !over) return;
          waiting.delete(look);
          if (found !== undefined) resolve(found);
          else reject(new Error(`it ended without a line with ${text}; it printed:\n${lines.join('\n')}`));
        };
        waiting.add(look);
        look();
      }),
  };
}

const running = new Set<ReturnType<typeof spawn>>();
// A failed expectation leaves its program behind.
afterEach(() => running.forEach((child) => child.kill('SIGKILL')));

let pythonPath: string | undefined;

/** The interpreter that `make test` prepared. */
export function python(): string {
  pythonPath ??= execFileSync(join(root, 'tools/python.sh'), ['redis', 'boto3'], { encoding: 'utf8' }).trim();
  return pythonPath;
}

/** A consumer container's variables. */
export function consumerVariables(redis: LocalRedis, queue = 'model_events'): Record<string, string> {
  return {
    REDIS_HOST: redis.host,
    REDIS_PORT: String(redis.port),
    REDIS_AUTH_TOKEN: redis.token,
    MODEL_EVENTS_QUEUE: queue,
    // Each language's way to trust an authority that is not a public one.
    NODE_EXTRA_CA_CERTS: redis.caFile,
    SSL_CERT_FILE: redis.caFile,
  };
}
