/** Shows which part of a client's code takes how much of its main thread, by a CPU profile of its process. */
import { existsSync, readFileSync } from 'node:fs';
import type { Profiler } from 'node:inspector';
import { Session } from 'node:inspector/promises';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { fileURLToPath } from 'node:url';

export const profileParts = [
  'messages',
  'queue protocol',
  'log and metrics',
  'ioredis',
  'socket',
  'garbage collection',
  'Node',
] as const;
/** Milliseconds of the main thread. */
export type ProfileParts = Readonly<Record<(typeof profileParts)[number], number>>;

/** Parts by the source that a sample is in, the first that fits; undefined for the benchmark's own code, which does not count. */
const partsBySource: readonly (readonly [RegExp, keyof ProfileParts | undefined])[] = [
  [/(?:^|\/)dev\/bench\//, undefined],
  [
    /@aws-lambda-powertools|lambda\/runtime\/(?:metrics|logger|invocation)|lambda\/publisher\/report/,
    'log and metrics',
  ],
  [/node_modules\/(?:@ioredis|ioredis|redis-parser|redis-errors)\//, 'ioredis'],
  [/(?:^|\/)contract\/|lambda\/publisher\/read-record/, 'messages'],
  [/(?:^|\/)(?:queue|clients\/node|lambda)\//, 'queue protocol'],
  [/^node:(?:net|internal\/stream_base_commons|internal\/tls\/wrap)$/, 'socket'],
];
const samplingMicroseconds = 200;

/** Profiles `work`. The profiler itself takes time, so that the sum is more than without it. */
export async function profiled(work: () => Promise<unknown>): Promise<ProfileParts> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: samplingMicroseconds });
  await session.post('Profiler.start');
  await work();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  return partsOf(profile);
}

function partsOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): ProfileParts {
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node] as const)));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const sources = new Sources();
  const parts = Object.fromEntries(profileParts.map((part) => [part, 0])) as Record<keyof ProfileParts, number>;
  for (const [index, id] of samples.entries()) {
    const leaf = byId.get(id);
    if (leaf === undefined || leaf.callFrame.functionName === '(idle)') continue;
    const part = partOf(leaf, parents, sources);
    if (part !== undefined) parts[part] += (timeDeltas[index] ?? 0) / 1000;
  }
  return parts;
}

/** The part of the innermost frame that belongs to one: a function of Node belongs to its caller. */
function partOf(
  leaf: Profiler.ProfileNode,
  parents: ReadonlyMap<number, Profiler.ProfileNode>,
  sources: Sources,
): keyof ProfileParts | undefined {
  if (leaf.callFrame.functionName === '(garbage collector)') return 'garbage collection';
  for (let node: Profiler.ProfileNode | undefined = leaf; node !== undefined; node = parents.get(node.id)) {
    const source = sources.of(node.callFrame);
    const found = partsBySource.find(([pattern]) => pattern.test(source));
    if (found !== undefined) return found[1];
  }
  return 'Node';
}

/** The sources of bundles: by their source map, or by the comments in which esbuild names each module. */
class Sources {
  private readonly files = new Map<string, (line: number, column: number) => string>();

  of({ url, lineNumber, columnNumber }: Profiler.ProfileNode['callFrame']): string {
    if (!url.startsWith('file:')) return url;
    let source = this.files.get(url);
    if (source === undefined) this.files.set(url, (source = sourceIn(fileURLToPath(url))));
    return source(lineNumber, columnNumber);
  }
}

function sourceIn(file: string): (line: number, column: number) => string {
  if (existsSync(`${file}.map`)) {
    const map = new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')) as SourceMapPayload);
    return (line, column) => {
      const entry = map.findEntry(line, column);
      return 'originalSource' in entry ? entry.originalSource : file;
    };
  }
  if (!file.includes('/dist/')) return () => file;
  let module = file;
  const modules = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => (module = /^\/\/ (\S+\.[cm]?[jt]s)$/.exec(line)?.[1] ?? module));
  return (line) => modules[line] ?? file;
}
