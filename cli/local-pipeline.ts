/** The `make local` that runs on this machine, found by the files in its Redis' folder. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { containerEnv } from '../contract/function-env';
import { localLogFile, localPipelineFile, type LocalPipelineFile } from '../contract/local-pipeline';
import type { Subscription } from '../contract/subscriptions';
import type { SessionOptions } from '../queue/session';
import { CommandError } from './command';

export interface LocalPipeline {
  readonly redis: SessionOptions;
  readonly subscriptions: readonly Subscription[];
  /** Its event bus; undefined if only its Redis runs. */
  readonly bus: { readonly url: string; readonly name: string } | undefined;
  /** The file with the lines of its functions; missing if only its Redis runs. */
  readonly logFile: string;
}

/** Redis' folder, and in it a file of shell variables for each service. */
const folderName = /^model-events-redis-/;
const serviceFile = /^(.+)\.env$/;
const variable = /^export (\w+)='(.*)'$/;

/** @throws CommandError if `make local` does not run */
export async function findLocalPipeline(): Promise<LocalPipeline> {
  const names = (await readdir(tmpdir())).filter((name) => folderName.test(name));
  const found = await Promise.all(names.map((name) => pipelineIn(join(tmpdir(), name))));
  // If several run, the one that was started last.
  const [newest] = found.filter((each) => each !== undefined).sort((a, b) => b.startedMs - a.startedMs);
  if (newest !== undefined) return newest.pipeline;
  throw new CommandError('`make local` does not run on this machine: start it in another terminal, or use -e NAME');
}

/** @returns undefined if the folder does not belong to `make local`, or is not readable */
async function pipelineIn(folder: string): Promise<{ pipeline: LocalPipeline; startedMs: number } | undefined> {
  try {
    const names = await readdir(folder);
    const files = names.filter((name) => serviceFile.test(name)).sort();
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
    const bus = names.includes(localPipelineFile) ? await busIn(join(folder, localPipelineFile)) : undefined;
    return {
      pipeline: { redis, subscriptions, bus, logFile: join(folder, localLogFile) },
      startedMs: (await stat(folder)).birthtimeMs,
    };
  } catch (error) {
    // `make local` ended meanwhile, or another user owns it.
    if (['ENOENT', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

async function busIn(file: string): Promise<{ url: string; name: string }> {
  const { endpoint_url: url, bus_name: name } = JSON.parse(await readFile(file, 'utf8')) as LocalPipelineFile;
  return { url, name };
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
