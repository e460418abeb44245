/** The queues of the `make local` that runs on this machine, found by the files that it writes for consumers. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { containerEnv } from '../../contract/function-env';
import { type Action, type Answer, type Operation, OperationError } from '../../contract/operations';
import type { Subscription } from '../../contract/subscriptions';
import { RedisError } from '../../queue/errors';
import { perform } from '../../queue/operations/perform';
import { RedisSession, type SessionOptions } from '../../queue/session';
import { CommandError } from '../command';
import type { Reach } from './reach';

interface LocalQueues {
  readonly redis: SessionOptions;
  readonly subscriptions: readonly Subscription[];
}

/** Redis' folder, and in it a file of shell variables for each service. */
const folderName = /^model-events-redis-/;
const serviceFile = /^(.+)\.env$/;
const variable = /^export (\w+)='(.*)'$/;

export async function localReach(): Promise<Reach> {
  const { redis, subscriptions } = await localQueues();
  const session = new RedisSession(redis);
  const healthSession = new RedisSession({ ...redis, connectTimeoutMs: 700, commandTimeoutMs: 700 });
  return {
    place: 'make local',
    ask: async <A extends Action>(operation: Operation & { readonly action: A }): Promise<Answer<A>> => {
      try {
        return (await perform(operation, { session, healthSession, subscriptions })) as Answer<A>;
      } catch (error) {
        if (error instanceof RedisError || error instanceof OperationError) throw new CommandError(error.message);
        throw error;
      }
    },
    close: () => {
      session.close();
      healthSession.close();
    },
  };
}

/** @throws CommandError where `make local` does not run */
async function localQueues(): Promise<LocalQueues> {
  const names = (await readdir(tmpdir())).filter((name) => folderName.test(name));
  const found = await Promise.all(names.map((name) => queuesIn(join(tmpdir(), name))));
  // Where two run, the one that was started last.
  const [newest] = found.filter((each) => each !== undefined).sort((a, b) => b.startedMs - a.startedMs);
  if (newest !== undefined) return newest.queues;
  throw new CommandError('`make local` does not run on this machine: start it in another terminal, or choose -e NAME');
}

/** @returns undefined where the folder is not one of `make local`, or not ours to read */
async function queuesIn(folder: string): Promise<{ queues: LocalQueues; startedMs: number } | undefined> {
  try {
    const files = (await readdir(folder)).filter((name) => serviceFile.test(name)).sort();
    const variables = await Promise.all(files.map((name) => variablesIn(join(folder, name))));
    const [first] = variables;
    if (first === undefined) return undefined;
    const subscriptions = variables
      .map((each, index) => ({ service: basename(files[index] ?? '', '.env'), queue: each[containerEnv.queue] ?? '' }))
      .sort((a, b) => a.queue.localeCompare(b.queue));
    const redis = {
      host: first[containerEnv.redisHost] ?? '',
      port: Number(first[containerEnv.redisPort]),
      token: first[containerEnv.redisAuthToken] ?? '',
      ca: await readFile(first['NODE_EXTRA_CA_CERTS'] ?? '', 'utf8'),
    };
    return { queues: { redis, subscriptions }, startedMs: (await stat(folder)).birthtimeMs };
  } catch (error) {
    // It ended while we looked, or belongs to somebody else.
    if (['ENOENT', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

async function variablesIn(file: string): Promise<Readonly<Record<string, string>>> {
  const lines = (await readFile(file, 'utf8')).split('\n');
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [, name, value] = variable.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value.replaceAll(`'\\''`, "'")]];
    }),
  );
}
