/** `make local` as a developer starts it: the real program, in a process of its own. */
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
  /** The folder for temporary files of its own: who looks there finds no other `make local`. */
  readonly folder: string;
  /** Its Redis, as the files for consumers tell it. */
  readonly redis: ConnectionOptions;
  /** Resolves with the match once the terminal shows it; rejects where the program ends before. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
}

/** Starts it before the first test of a file. */
export function useMakeLocal(): MakeLocal {
  let started: { readonly url: string; readonly redis: ConnectionOptions } | undefined;
  let folder = '';
  let program: ChildProcess | undefined;
  let output = '';
  const listeners = new Set<() => void>();
  let ended = new Promise<never>(() => undefined);
  const shown = (pattern: RegExp): Promise<RegExpExecArray> =>
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
  const said: MakeLocal['said'] = (pattern) => Promise.race([shown(pattern), ended]);

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
    ended = once(program, 'close').then(() => Promise.reject(new Error(`make local ended. It showed:\n${output}`)));
    ended.catch(() => undefined);
    const [, url = ''] = await said(/^Console: +(http:\S+?),/m);
    const [, file = ''] = await said(/source (\S+hokusai-site\.env)\n/);
    await said(/Ctrl-C/);
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
    if (started === undefined) throw new Error('it is started before the first test, not while the file is read');
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
    said,
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
