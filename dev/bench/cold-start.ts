/** Measures the time from the start of a process until Redis has acknowledged the first batch. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { publisherEnvironment } from '../local/publisher-environment';
import type { LocalRedis } from '../local/redis-server';
import { publisherBundle } from '../local/pipeline';
import { sqsRecord } from './messages';
import { quantile, type Spread, spreadOf } from './statistics';

export interface ColdStarts {
  /** Milliseconds. */
  readonly publisher: Spread;
  /** The handler's part of the publisher's time: the rest is initialization. */
  readonly publisherHandler: Spread;
  readonly bareIoredis: Spread;
  /** Median of the publisher's time divided by that of bare ioredis in the same round. */
  readonly ratio: number;
}

export async function measureColdStarts(
  redis: LocalRedis,
  secretsUrl: string,
  rounds: number,
  onRound: (done: number) => void,
): Promise<ColdStarts> {
  const bare = join(redis.folder, 'bare-ioredis.mjs');
  await build({
    entryPoints: [join(__dirname, 'bare-ioredis.ts')],
    outfile: bare,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    banner: { js: "import{createRequire as from_}from'node:module';const require=from_(import.meta.url);" },
    logLevel: 'warning',
  });
  const variables = publisherEnvironment(redis, { url: secretsUrl });
  const implementations = {
    publisher: { bundle: publisherBundle, variables },
    bareIoredis: { bundle: bare, variables: { ...variables, REDIS_AUTH_TOKEN: redis.token } },
  };
  const times: Record<keyof typeof implementations, number[]> = { publisher: [], bareIoredis: [] };
  const handlerTimes: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    for (const name of ['publisher', 'bareIoredis'] as const) {
      const batchFile = join(redis.folder, 'batch.json');
      await writeFile(batchFile, JSON.stringify({ Records: Array.from({ length: 10 }, sqsRecord) }));
      const { ms, handlerMs } = await start(implementations[name].bundle, batchFile, implementations[name].variables);
      // The first start also reads the files from disk.
      if (round === 0) continue;
      times[name].push(ms);
      if (name === 'publisher') handlerTimes.push(handlerMs);
    }
    onRound(round);
  }
  const ratios = times.publisher.map((ms, round) => ms / (times.bareIoredis[round] ?? NaN));
  return {
    publisher: spreadOf(times.publisher),
    publisherHandler: spreadOf(handlerTimes),
    bareIoredis: spreadOf(times.bareIoredis),
    ratio: quantile(ratios, 0.5),
  };
}

async function start(
  bundle: string,
  batchFile: string,
  variables: Record<string, string>,
): Promise<{ ms: number; handlerMs: number }> {
  const startedMs = performance.now();
  const child = fork(join(__dirname, 'cold-start-child.mjs'), [bundle, batchFile], {
    env: { PATH: process.env['PATH'], ...variables },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const [{ handlerMs }] = await Promise.race([
    once(child, 'message') as Promise<[{ handlerMs: number }]>,
    ended.then(([code]) => {
      throw new Error(`${bundle} exited with code ${String(code)} before its batch was written`);
    }),
  ]);
  const ms = performance.now() - startedMs;
  await ended;
  return { ms, handlerMs };
}
