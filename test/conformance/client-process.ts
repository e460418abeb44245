/** A client under test as a running process, in any language. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Redis } from 'ioredis';
import { RedisProxy } from '../../dev/faults/redis-proxy';
import type { LocalRedis } from '../../dev/local/redis-server';
import type { RedisCredentials } from '../../queue/secret-text';
import { consumerVariables, python } from '../examples/program';
import type { Client } from './clients';

const root = join(__dirname, '../..');

/** One line of its output; the members depend on the event. */
export interface Line {
  readonly begun?: string;
  readonly retry_count?: number;
  readonly done?: string;
  readonly lost?: boolean;
  readonly event?: 'acknowledged' | 'retried' | 'dead-lettered' | 'lost' | 'warning';
  readonly message_id?: string | null;
  readonly error?: string | null;
}

/** The Redis that a client connects to, and as which user. */
export type ClientRedis = Pick<LocalRedis, 'host' | 'port' | 'token' | 'caFile'> & Pick<RedisCredentials, 'username'>;

export class ClientProcess {
  /** All lines that it has printed. */
  readonly lines: Line[] = [];
  /** Resolves at its end with the exit code or the signal, and its stderr. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; errors: string }>;
  private over = false;
  private read = 0;
  private look: () => void = () => undefined;

  private constructor(
    private readonly child: ChildProcess,
    readonly client: Client,
    readonly proxy: RedisProxy,
  ) {
    const errors: string[] = [];
    const collect = async (stream: NodeJS.ReadableStream, take: (line: string) => void): Promise<void> => {
      for await (const line of createInterface({ input: stream })) take(line);
    };
    this.ended = Promise.all([
      once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>,
      collect(child.stdout as NodeJS.ReadableStream, (line) => {
        this.lines.push(client.kind === 'plain' ? readPlainLine(line) : (JSON.parse(line) as Line));
        this.look();
      }),
      collect(child.stderr as NodeJS.ReadableStream, (line) => errors.push(line)),
    ]).then(([[code, signal]]) => {
      this.over = true;
      proxy.stop();
      this.look();
      return { code, signal, errors: errors.join('\n') };
    });
  }

  /** Starts the client on a queue: prefetch 2, short retry delays, leases longer than any scenario. */
  static async start(client: Client, redis: ClientRedis, queue = 'model_events'): Promise<ClientProcess> {
    const proxy = await RedisProxy.start(() => redis.port);
    const [file, ...parameters] = client.program;
    const [program, ...before] = file.endsWith('.py')
      ? [python()]
      : [process.execPath, '--import', 'tsx', '--require', join(root, 'tools/lua-require.cjs')];
    const settings = { ...consumerVariables(redis, queue), REDIS_PORT: String(proxy.port) };
    const child = spawn(program, [...before, join(root, file), ...parameters], {
      cwd: root,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        PYTHONDONTWRITEBYTECODE: '1',
        PYTHONPATH: join(root, 'clients/python/src'),
        ...(client.kind === 'plain' ? settings : {}),
        ...client.variables,
      },
    });
    const started = new ClientProcess(child, client, proxy);
    const { host, username, token, caFile } = redis;
    const place = { redis: { host, port: proxy.port, username, token, caFile }, queue };
    // A consumer finds a due retry only after its wait in Redis ends.
    const quick = { firstRetrySeconds: 0.01, blockSeconds: 0.1 };
    const options = { ...quick, prefetch: 2, leaseSeconds: 30, handlerSeconds: 3600 };
    if (client.kind === 'library') started.send({ ...place, ...options });
    return started;
  }

  get running(): boolean {
    return !this.over;
  }

  /** The next unread line that has these members; skips other lines. Rejects if the process ends without one. */
  async next(expected: Line): Promise<Line> {
    for (;;) {
      while (this.read < this.lines.length) {
        const line = this.lines[this.read++] as Line;
        const wanted = Object.entries(expected);
        if (wanted.every(([key, value]) => line[key as keyof Line] === value)) return line;
      }
      if (this.over) {
        const { errors } = await this.ended;
        throw new Error(`${this.client.name} ended without ${JSON.stringify(expected)}; stderr:\n${errors}`);
      }
      await new Promise<void>((resolve) => (this.look = resolve));
    }
  }

  /** Releases `count` waiting handlers, present or future. */
  go(count = 1): void {
    this.send({ go: count });
  }

  /** The flags of its connections in CLIENT LIST. */
  async connectionFlags(redis: Redis): Promise<string[]> {
    const lines = [...String(await redis.client('LIST')).matchAll(/ addr=\S+:(\d+) .* flags=(\S+) /g)];
    return lines.filter(([, port]) => this.proxy.upstreamPorts.has(Number(port))).map(([, , flags = '']) => flags);
  }

  /** Ends its connections; new ones reach this port. */
  redirect(port: number): void {
    this.proxy.targetOf = () => port;
    this.proxy.cut();
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  private send(line: Record<string, unknown>): void {
    this.child.stdin?.write(`${JSON.stringify(line)}\n`);
  }
}

/** The plain consumer prints `<message_id> deploy <text>`. */
function readPlainLine(line: string): Line {
  const [, begun, retries] = /^(\S+) deploy .*?,"retry_count":(\d+)/.exec(line) ?? [];
  if (begun === undefined) throw new Error(`unexpected line from the plain consumer: ${line}`);
  return { begun, retry_count: Number(retries) };
}
