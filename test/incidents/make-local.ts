/** `make local` as a developer starts it: the real program in a separate process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { connect, type ConnectionOptions } from '../../queue/connection';
import { synthesized } from '../lib/synthesized';

const root = resolve(__dirname, '../..');

export interface MakeLocal {
  /** The address of events, page and health. */
  readonly url: string;
  /** Its own folder for temporary files, without those of any other `make local`. */
  readonly folder: string;
  /** Its Redis, from the environment file of a consumer. */
  readonly redis: ConnectionOptions;
  /** Resolves with the match once the terminal shows it; rejects if the program ends before. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
}

/** Starts it before the first test of a file. */
export function useMakeLocal(): MakeLocal {
  let started: { readonly url: string; readonly redis: ConnectionOptions } | undefined;
  let folder = '';
  let program: ChildProcess | undefined;
  let output = '';
  const listeners = new Set<() => void>();
  let ended = new Promise<never>(() => undefined);
  const matched = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((found) => {
      const look = (): void => {
        const match = pattern.exec(output);
        if (match === null) return;
        listeners.delete(look);
        found(match);
      };
      listeners.add(look);
      look();
    });
  const printed: MakeLocal['printed'] = (pattern) => Promise.race([matched(pattern), ended]);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'model-events-local-'));
    mkdirSync(join(folder, 'cdk.out'));
    // Saves the test the 90 s until a failed batch is delivered again.
    const template = JSON.stringify(synthesized().toJSON()).replace('"VisibilityTimeout":90', '"VisibilityTimeout":2');
    writeFileSync(join(folder, 'cdk.out/ModelEvents-development.template.json'), template);
    const words = ['--require', join(root, 'tools/lua-require.cjs'), join(root, 'dev/local/main.ts'), '--port', '0'];
    program = spawn(join(root, 'node_modules/.bin/tsx'), words, {
      cwd: folder,
      env: { ...process.env, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [program.stdout, program.stderr]) {
      stream?.on('data', (part: Buffer) => {
        output += part.toString();
        for (const listener of [...listeners]) listener();
      });
    }
    ended = once(program, 'close').then(() => Promise.reject(new Error(`make local ended. Its output:\n${output}`)));
    ended.catch(() => undefined);
    const [, url = ''] = await printed(/^Console: +(http:\S+?),/m);
    const [, file = ''] = await printed(/source (\S+hokusai-site\.env)\n/);
    await printed(/Ctrl-C/);
    started = { url, redis: await redisIn(file) };
  });
  afterAll(async () => {
    if (program?.exitCode === null) {
      const closed = once(program, 'close');
      program.kill('SIGINT');
      await closed;
    }
    rmSync(folder, { recursive: true });
  });

  const running = (): { readonly url: string; readonly redis: ConnectionOptions } => {
    if (started === undefined)
      throw new Error('make local starts before the first test; do not use it at the top level of the file');
    return started;
  };
  return {
    get url() {
      return running().url;
    },
    get redis() {
      return running().redis;
    },
    get folder() {
      return folder;
    },
    printed,
  };
}

async function redisIn(file: string): Promise<ConnectionOptions> {
  const variables = Object.fromEntries(
    [...readFileSync(file, 'utf8').matchAll(/^export (\w+)='(.*)'$/gm)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  );
  const redis = {
    host: variables['REDIS_HOST'] ?? '',
    port: Number(variables['REDIS_PORT']),
    token: variables['REDIS_AUTH_TOKEN'] ?? '',
    ca: readFileSync(variables['NODE_EXTRA_CA_CERTS'] ?? '', 'utf8'),
  };
  (await connect(redis)).disconnect();
  return redis;
}
