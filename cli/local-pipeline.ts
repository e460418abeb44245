/** The `make local` that runs on this machine, found by the files in its Redis' folder; one of several is selected by its port. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { containerEnv } from '../contract/function-env';
import { localLogFile, localPipelineFile, type LocalPipelineFile, localPortVariable } from '../contract/local-pipeline';
import type { Subscription } from '../contract/subscriptions';
import type { SessionOptions } from '../queue/session';
import { CommandError, UsageError } from './command';

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

/**
 * @throws CommandError if `make local` does not run
 * @throws UsageError that lists them if several run and `MODEL_EVENTS_LOCAL_PORT` selects none
 */
export async function findLocalPipeline(environment: Readonly<NodeJS.ProcessEnv>): Promise<LocalPipeline> {
  const names = (await readdir(tmpdir())).filter((name) => folderName.test(name));
  const found = await Promise.all(names.map((name) => pipelineIn(join(tmpdir(), name))));
  const running = found.filter((each) => each !== undefined).sort((a, b) => a.startedMs - b.startedMs);
  const [first, second] = running;
  if (first === undefined)
    throw new CommandError('`make local` does not run on this machine: start it in another terminal, or use -e NAME');
  const port = environment[localPortVariable] ?? '';
  if (port === '' && second === undefined) return first.pipeline;
  const selected = running.find(({ pipeline }) => pipeline.bus !== undefined && portOf(pipeline.bus) === port);
  if (selected !== undefined) return selected.pipeline;
  const list = running.map(({ pipeline, startedMs }) => {
    const since = new Date(startedMs).toTimeString().slice(0, 8);
    return `${pipeline.bus === undefined ? 'one without an event bus' : `port ${portOf(pipeline.bus)}`} (since ${since})`;
  });
  const count = `${running.length === 1 ? 'One' : running.length} \`make local\` ${running.length === 1 ? 'runs' : 'run'}`;
  throw new UsageError(
    `${port === '' ? '' : `No \`make local\` runs on port ${port}, which ${localPortVariable} selects. `}${count}: ${list.join(', ')}. Select one: export ${localPortVariable}=${portOf(running.at(-1)?.pipeline.bus)}`,
  );
}

const portOf = (bus: LocalPipeline['bus']): string => (bus === undefined ? '' : new URL(bus.url).port);

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
    if (bus !== undefined && !isRunning(bus.processId)) return undefined;
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

async function busIn(file: string): Promise<{ url: string; name: string; processId: number }> {
  const {
    endpoint_url: url,
    bus_name: name,
    process_id: processId,
  } = JSON.parse(await readFile(file, 'utf8')) as LocalPipelineFile;
  return { url, name, processId };
}

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch (error) {
    // The process of another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
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
