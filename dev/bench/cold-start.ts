/** Measures the time from the start of a process until Redis has acknowledged the first batch. */
import { join } from 'node:path';
import type { SQSRecord } from 'aws-lambda';
import { build } from 'esbuild';
import { publisherEnvironment } from '../local/publisher-environment';
import type { LocalRedis } from '../local/redis-server';
import { publisherBundle } from '../local/pipeline';
import { LambdaProcess } from './lambda-process';
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
      const { bundle, variables: own } = implementations[name];
      const { ms, handlerMs } = await start(bundle, Array.from({ length: 10 }, sqsRecord), own);
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
  records: readonly SQSRecord[],
  variables: Record<string, string>,
): Promise<{ ms: number; handlerMs: number }> {
  const startedMs = performance.now();
  const lambda = await LambdaProcess.start(bundle, variables);
  const { ms: handlerMs } = await lambda.invoke(records);
  const ms = performance.now() - startedMs;
  await lambda.stop();
  return { ms, handlerMs };
}
