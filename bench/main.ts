/** `make bench`: how fast this is beside what a Node team would use instead, in one run on one Redis. */
import { readFileSync, statSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { localSecretArn, secretStringOf } from '../local/publisher-environment';
import { startRedis } from '../local/redis-server';
import { publisherBundle } from '../local/road';
import { startSecretsManager } from '../local/secrets-manager';
import { connect } from '../queue/connection';
import { measureColdStarts } from './cold-start';
import { consumeOneByOne, consumeTens, publishAtRate, publishHundreds, publishTens } from './contests';
import { measureDepth } from './depth';
import { measureLimit } from './limit';
import { type BenchReport, ratiosOf, showReport } from './report';
import { type Contest, type ContestOutcome, hold } from './rounds';

const help = `Measures publisher, consumer, cold start and the cost of depth, side by side with other ways of doing it.

  make bench [ARGS="--json"]

  --json           one JSON document on standard output, nothing else
  --quick          fewer rounds and 100,000 entries in place of 1,000,000: for a look, not for figures
  --help           this text

Takes about four minutes. Every round is followed by the other contenders' same round; figures are medians.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { json: { type: 'boolean' }, quick: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help === true) {
    console.log(help);
    return;
  }
  const quick = values.quick === true;
  const progress = (doing: string): void => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${doing}`);
  };

  const redis = await startRedis({ replica: true, config: { save: '' } });
  const secrets = await startSecretsManager({ [localSecretArn]: secretStringOf(redis.token) });
  try {
    const { host, port, token, ca, caFile } = redis;
    const common = { redis: { host, port, token, ca, caFile }, secretsUrl: secrets.url };
    const client = await connect(redis);
    const contest = async (each: Contest): Promise<ContestOutcome> => {
      const held = quick ? { ...each, rounds: 3 } : each;
      const settings = { ...common, batchSize: 10, batchesPerSecond: 0, replicas: 0, concurrency: 1, prefetch: 0 };
      const outcome = await hold(held, settings, (round) => progress(`${each.job}: round ${round} of ${held.rounds}`));
      await client.flushall();
      return outcome;
    };
    const contests = {
      publishTens: await contest(publishTens),
      publishHundreds: await contest(publishHundreds),
      publishAtRate: await contest(publishAtRate),
      consumeOneByOne: await contest(consumeOneByOne),
      consumeTens: await contest(consumeTens),
    };
    const coldStart = await measureColdStarts(redis, secrets.url, quick ? 5 : 15, (round) =>
      progress(`cold starts: round ${round}`),
    );
    progress('redis-benchmark');
    const limit = await measureLimit(redis, client);
    await client.flushall();
    const depth = await measureDepth(client, common.redis, quick ? 100_000 : 1_000_000, (step) =>
      progress(`depth: ${step}`),
    );
    const version = /redis_version:(\S+)/.exec(await client.info('server'))?.[1] ?? 'unknown';
    client.disconnect();

    const report: BenchReport = {
      machine: {
        processors: cpus().length,
        processor: cpus()[0]?.model ?? 'unknown',
        memoryGigabytes: Math.round(totalmem() / 2 ** 30),
        day: new Date().toISOString().slice(0, 10),
      },
      versions: {
        node: process.versions.node,
        redis: version,
        bullmq: versionOf('bullmq'),
        ioredis: versionOf('ioredis'),
      },
      results: Object.values(contests).flatMap(({ results }) => results),
      limit,
      coldStart,
      depth,
      ratios: ratiosOf(contests, coldStart, depth),
      bundleBytes: statSync(publisherBundle).size,
    };
    progress('');
    console.log(values.json === true ? JSON.stringify(report) : showReport(report));
  } finally {
    await secrets.stop();
    await redis.stop();
  }
}

function versionOf(name: string): string {
  const path = join(__dirname, '../node_modules', name, 'package.json');
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
