/** Runs the examples as processes with the environment variables that ECS or a shell sets. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { LocalRedis } from '../../dev/local/redis-server';
import type { RedisCredentials } from '../../queue/secret-text';

const root = join(__dirname, '../..');

/** A running example. */
export interface Program {
  /** Resolves with the first line on either stream that contains this text; rejects if the program ends without one. */
  line(text: string): Promise<string>;
  /** Resolves when the program has ended and all its output is read. */
  readonly ended: Promise<{ code: number | null; output: string; errors: string }>;
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

/** Runs any program. @param input all of its standard input, which stays open if omitted */
export function runProgram(program: string, parameters: readonly string[], env: Environment, input?: string): Program {
  const child = spawn(program, parameters, {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, PYTHONDONTWRITEBYTECODE: '1', ...env },
  });
  running.add(child);
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const notify = (): void => waiting.forEach((look) => look());
  const collect = async (stream: NodeJS.ReadableStream): Promise<string> => {
    const own: string[] = [];
    for await (const line of createInterface({ input: stream })) {
      own.push(line);
      lines.push(line);
      notify();
    }
    return own.join('\n');
  };
  let over = false;
  const ended = Promise.all([once(child, 'exit'), collect(child.stdout), collect(child.stderr)]).then(
    ([[code], output, errors]) => {
      over = true;
      running.delete(child);
      notify();
      return { code: code as number | null, output, errors };
    },
  );
  if (input !== undefined) child.stdin.end(input);
  return {
    ended,
    kill: (signal) => child.kill(signal),
    pid: child.pid ?? 0,
    line: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = lines.find((line) => line.includes(text));
          if (found === undefined && !over) return;
          waiting.delete(look);
          if (found !== undefined) resolve(found);
          else
            reject(new Error(`the program ended without a line that contains "${text}"; output:\n${lines.join('\n')}`));
        };
        waiting.add(look);
        look();
      }),
  };
}

const running = new Set<ReturnType<typeof spawn>>();
// A failed assertion leaves its program running.
afterEach(() => running.forEach((child) => child.kill('SIGKILL')));

let pythonPath: string | undefined;

/** The interpreter that `make test` prepared. */
export function python(): string {
  pythonPath ??= execFileSync(join(root, 'tools/python.sh'), ['redis', 'boto3'], { encoding: 'utf8' }).trim();
  return pythonPath;
}

/** The environment variables of a consumer's container. */
export function consumerVariables(
  redis: Pick<LocalRedis, 'host' | 'port' | 'token' | 'caFile'> & Pick<RedisCredentials, 'username'>,
  queue = 'model_events',
): Record<string, string> {
  return {
    REDIS_HOST: redis.host,
    REDIS_PORT: String(redis.port),
    ...(redis.username === undefined ? {} : { REDIS_USERNAME: redis.username }),
    REDIS_AUTH_TOKEN: redis.token,
    MODEL_EVENTS_QUEUE: queue,
    // The variables with which Node and Python trust a private certificate authority.
    NODE_EXTRA_CA_CERTS: redis.caFile,
    SSL_CERT_FILE: redis.caFile,
  };
}
