/** `make bench`: compares this project with alternatives for Node in one run on one Redis. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { conditions } from '../faults/run-conditions';
import { localSecretArn, localSubscriptions, secretStringOf } from '../local/publisher-environment';
import { startRedis } from '../local/redis-server';
import { publisherBundle } from '../local/pipeline';
import { startSecretsManager } from '../emulators/secrets-manager';
import { connect } from '../../queue/connection';
import { measureColdPath } from './cold-path';
import { measureColdStarts } from './cold-start';
import { consumeOneByOne, consumeTens, publishAtRate, publishHundreds, publishTens } from './comparisons';
import { formatDeadLetters, measureDeadLetters } from './dead-letters';
import { measureDepth } from './depth';
import { withGenerated } from './generated-part';
import { plainMessage } from './messages';
import { measureLimit } from './redis-benchmark';
import { measureConsuming, measurePublishing } from './time-breakdown';
import { formatProfiles, measureProfiles } from './profiles';
import { replicaBytes } from './replica-bytes';
import { type BenchReport, ratiosOf, formatReport } from './report';
import { formatScaling, measureScaling } from './scaling';
import { type Comparison, type ComparisonResult, runComparison } from './run-comparison';

const help = `Measures publisher, consumer, cold start, cold path and the cost of a deep queue in comparison with other implementations.

  make bench [ARGS="--json --write"]

  --json           print only one JSON document to standard output
  --write          also write the report to docs/performance.md
  --quick          fewer rounds, and 100,000 entries instead of 1,000,000 (depth1MVsEmpty is null); the figures are rough
  --dead-letters   measure only operators' commands on 300,000 dead letters
  --profile        measure only which part of the publisher's and the consumer's code takes how much of their main thread
  --scaling        measure only the CPU time of a cluster whose queues are on 1, 2 and 3 primaries
  --help           print this text

Takes about six minutes. The implementations take turns in each round; figures are medians.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean' },
      write: { type: 'boolean' },
      quick: { type: 'boolean' },
      'dead-letters': { type: 'boolean' },
      profile: { type: 'boolean' },
      scaling: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) {
    console.log(help);
    return;
  }
  const quick = values.quick === true;
  const startedMs = performance.now();
  const progress = (doing: string): void => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${doing}`);
    else if (doing !== '') console.error(`${Math.round((performance.now() - startedMs) / 1000)} s: ${doing}`);
  };

  if (values.scaling === true) {
    const results = await measureScaling(quick ? 100 : 1000, (round) => progress(`scaling: round ${round}`));
    progress('');
    const text = `${conditions()}, ${cpus()[0]?.model ?? ''}\n\n${formatScaling(results)}`;
    if (values.write === true) writePart('make bench ARGS="--scaling --write"', text);
    console.log(values.json === true ? JSON.stringify(results) : text);
    return;
  }

  const redis = await startRedis({ replica: true, config: { save: '' } });
  const secrets = await startSecretsManager({ [localSecretArn]: secretStringOf(redis.token) });
  try {
    const { host, port, token, ca, caFile } = redis;
    const common = { redis: { host, port, token, ca, caFile }, secretsUrl: secrets.url };
    const client = await connect(redis);
    if (values['dead-letters'] === true) {
      const costs = await measureDeadLetters(client, common.redis, quick ? 30_000 : 300_000, (step) => progress(step));
      client.disconnect();
      progress('');
      console.log(values.json === true ? JSON.stringify(costs) : formatDeadLetters(costs));
      return;
    }
    const settings = { ...common, batchSize: 10, batchesPerSecond: 0, replicas: 0, concurrency: 1, prefetch: 0 };
    if (values.profile === true) {
      const profiles = await measureProfiles(settings, quick ? 3 : 7, (job) => progress(`profile: ${job}`));
      client.disconnect();
      progress('');
      const text = `${conditions()}, ${cpus()[0]?.model ?? ''}\n\n${formatProfiles(profiles)}`;
      if (values.write === true) writePart('make bench ARGS="--profile --write"', text);
      console.log(values.json === true ? JSON.stringify(profiles) : text);
      return;
    }
    const measure = async (each: Comparison): Promise<ComparisonResult> => {
      const held = quick ? { ...each, warmUps: 1, rounds: 3 } : each;
      const outcome = await runComparison(held, settings, (round) =>
        progress(`${each.job}: ${round > 0 ? `round ${round} of ${held.rounds}` : 'warm-up'}`),
      );
      await client.flushall();
      return outcome;
    };
    const comparisons = {
      publishTens: await measure(publishTens),
      publishHundreds: await measure(publishHundreds),
      publishAtRate: await measure(publishAtRate),
      consumeOneByOne: await measure(consumeOneByOne),
      consumeTens: await measure(consumeTens),
    };
    const coldStart = await measureColdStarts(redis, secrets.url, quick ? 5 : 15, (round) =>
      progress(`cold starts: round ${round}`),
    );
    const coldPath = await measureColdPath(redis, secrets.url, quick ? 3 : 15, (round) =>
      progress(`cold path: round ${round}`),
    );
    progress('parts');
    const parts = {
      publishing: [await measurePublishing(client, 10), await measurePublishing(client, 100)],
      consuming: await measureConsuming(client),
    };
    await client.flushall();
    progress('redis-benchmark');
    const limit = await measureLimit(redis, client);
    await client.flushall();
    const depth = await measureDepth(client, common.redis, quick ? 100_000 : 1_000_000, (step) =>
      progress(`depth: ${step}`),
    );
    const text = JSON.stringify(plainMessage());
    const queues = localSubscriptions.map(({ queue }) => queue);
    // The first one also sends the scripts.
    await replicaBytes(client, text, queues);
    const replicated = (await replicaBytes(client, text, queues)) / Buffer.byteLength(text);
    const engine = engineIn(await client.info('server'));
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
        ...engine,
        bullmq: versionOf('bullmq'),
        ioredis: versionOf('ioredis'),
      },
      results: Object.values(comparisons).flatMap(({ results }) => results),
      limit,
      coldStart,
      coldPath,
      parts,
      depth,
      ...ratiosOf(comparisons, coldStart, depth, replicated),
      bundleBytes: statSync(publisherBundle).size,
    };
    progress('');
    if (values.write === true) writePart('make bench ARGS="--write"', formatReport(report));
    console.log(values.json === true ? JSON.stringify(report) : formatReport(report));
  } finally {
    await secrets.stop();
    await redis.stop();
  }
}

/** Replaces the part of docs/performance.md that the command writes. */
function writePart(command: string, text: string): void {
  const file = join(__dirname, '../../docs/performance.md');
  const marks = { begin: `<!-- Generated by \`${command}\` -->`, end: '<!-- End of the generated part -->' };
  writeFileSync(file, withGenerated(readFileSync(file, 'utf8'), marks, `\`\`\`\n${text}\n\`\`\``));
}

/** Name and version of the server. Valkey also reports the version of Redis that it replaces. */
function engineIn(info: string): Record<string, string> {
  const [, name = 'redis', version = 'unknown'] =
    /^(valkey)_version:(\S+)/m.exec(info) ?? /^(redis)_version:(\S+)/m.exec(info) ?? [];
  return { [name]: version };
}

function versionOf(name: string): string {
  const path = join(__dirname, '../../node_modules', name, 'package.json');
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
