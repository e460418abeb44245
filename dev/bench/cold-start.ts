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

/** Milliseconds. */
export interface ColdStarts {
  readonly publisher: Spread;
  /** The handler's part of the publisher's time: the rest is initialization. */
  readonly publisherHandler: Spread;
  /** Reads the token from Secrets Manager, as the publisher does. */
  readonly ioredisSdk: Spread;
  /** Has the token in a variable. */
  readonly bareIoredis: Spread;
  /** Median of the publisher's time divided by that of the other in the same round. */
  readonly ratios: Readonly<Record<'ioredisSdk' | 'bareIoredis', number>>;
}

export async function measureColdStarts(
  redis: LocalRedis,
  secretsUrl: string,
  rounds: number,
  onRound: (done: number) => void,
): Promise<ColdStarts> {
  const variables = publisherEnvironment(redis, { url: secretsUrl });
  const implementations = {
    publisher: { bundle: publisherBundle, variables },
    ioredisSdk: { bundle: await bundleOf('ioredis-sdk', redis.folder), variables },
    bareIoredis: {
      bundle: await bundleOf('bare-ioredis', redis.folder),
      variables: { ...variables, REDIS_AUTH_TOKEN: redis.token },
    },
  };
  const times: Record<keyof typeof implementations, number[]> = { publisher: [], ioredisSdk: [], bareIoredis: [] };
  const handlerTimes: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    for (const name of ['publisher', 'ioredisSdk', 'bareIoredis'] as const) {
      const { bundle, variables: own } = implementations[name];
      const { ms, handlerMs } = await start(bundle, Array.from({ length: 10 }, sqsRecord), own);
      // The first start also reads the files from disk.
      if (round === 0) continue;
      times[name].push(ms);
      if (name === 'publisher') handlerTimes.push(handlerMs);
    }
    onRound(round);
  }
  const ratioTo = (others: readonly number[]): number =>
    quantile(
      times.publisher.map((ms, round) => ms / (others[round] ?? NaN)),
      0.5,
    );
  return {
    publisher: spreadOf(times.publisher),
    publisherHandler: spreadOf(handlerTimes),
    ioredisSdk: spreadOf(times.ioredisSdk),
    bareIoredis: spreadOf(times.bareIoredis),
    ratios: { ioredisSdk: ratioTo(times.ioredisSdk), bareIoredis: ratioTo(times.bareIoredis) },
  };
}

/** Bundles a function of this folder as its team would. */
async function bundleOf(name: string, folder: string): Promise<string> {
  const outfile = join(folder, `${name}.mjs`);
  await build({
    entryPoints: [join(__dirname, `${name}.ts`)],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    banner: { js: "import{createRequire as from_}from'node:module';const require=from_(import.meta.url);" },
    logLevel: 'warning',
  });
  return outfile;
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
