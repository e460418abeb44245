/** Counts the work of a batch and of a start, which determines the publisher's speed on every machine. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publisherEnvironment } from '../../dev/local/publisher-environment';
import { eventBody, registered, sqsRecord } from '../support/events';
import { usePublisher } from '../support/publisher';
import { useRedis } from '../support/redis';

const redis = useRedis({ replica: true });
const publisher = usePublisher(redis);
const bundle = join(__dirname, '../../dist/lambda/publisher/index.mjs');

const bodies = (count: number): string[] => Array.from({ length: count }, () => eventBody(registered()));
const publish = (texts: readonly string[]) => publisher.publish(...texts.map((body) => sqsRecord(body)));

/** Calls of each command since the counters were reset, without those of the tests. */
async function commandCalls(): Promise<Record<string, number>> {
  const stats = await redis.client.info('commandstats');
  const calls = [...stats.matchAll(/^cmdstat_(\S+?):calls=(\d+)/gm)].map(([, name = '', count]) => [
    name,
    Number(count),
  ]);
  // The replica confirms at any time.
  const others = new Set(['info', 'config|resetstat', 'replconf', 'flushall', 'lrange']);
  return Object.fromEntries(calls.filter(([name]) => !others.has(String(name)))) as Record<string, number>;
}

async function bytesReceived(): Promise<number> {
  return Number(/total_net_input_bytes:(\d+)/.exec(await redis.client.info('stats'))?.[1]);
}

test.each([10, 100])(
  'a batch of %d takes two round trips, the script and WAIT, and a SET for each message in Redis',
  async (size) => {
    await publish(bodies(1));
    await redis.client.config('RESETSTAT');
    expect(await publish(bodies(size))).toEqual([]);
    expect(await commandCalls()).toEqual({ evalsha: 1, wait: 1, set: size, lpush: 2, type: 2, time: 1 });
  },
);

test('each message is sent to Redis once for any number of services, with little overhead', async () => {
  await publish(bodies(1));
  await bytesReceived();
  const before = await bytesReceived();
  const askingBytes = (await bytesReceived()) - before;
  const start = await bytesReceived();
  expect(await publish(bodies(10))).toEqual([]);
  const sent = (await bytesReceived()) - start - askingBytes;
  const messages = (await redis.client.lrange('model_events', 0, 9)).reduce((sum, text) => sum + text.length, 0);
  // For each message its seen key, its digest, where it goes, and the protocol's lengths; for a batch the two commands. The replica's
  // words come on the same counter.
  expect(sent).toBeLessThan(messages + 10 * 140 + 500);
});

test('a start loads one file and only the Node modules that it uses', () => {
  const program = `
    const before = new Set(process.moduleLoadList);
    await import(${JSON.stringify(bundle)});
    const loaded = process.moduleLoadList.filter((name) => !before.has(name));
    console.log(JSON.stringify(loaded.map((name) => name.replace(/^\\S+ /, ''))));
    process.exit();`;
  const environment = publisherEnvironment(redis.server, publisher.secrets);
  const out = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    env: { ...environment, NODE_OPTIONS: '' },
  });
  const loaded = JSON.parse(out.trim().split('\n').at(-1) ?? '[]') as string[];
  const unused = ['child_process', 'cluster', 'http2', 'inspector', 'worker_threads', 'dns/promises', 'repl', 'vm'];
  // What an `import` of process, fs and net loads besides them, and the SDK's readers of configuration files.
  const exported = ['internal/process/report', 'internal/fs/streams', 'internal/blocklist', 'fs/promises', 'zlib'];
  expect([...unused, ...exported].filter((name) => loaded.includes(name))).toEqual([]);
  expect(loaded.length).toBeLessThanOrEqual(modulesOfNode);
});

/** The number with Node 24, and a margin for other versions. */
const modulesOfNode = 96;

test('the Redis client has methods for less than 70 of the 287 commands, since each takes time at the start', () => {
  const [names = ''] = /(?<=\.list=)\[[^\]]*"ping"[^\]]*\]/.exec(readFileSync(bundle, 'utf8')) ?? [];
  expect(JSON.parse(names)).toEqual(expect.arrayContaining(['auth', 'ping', 'wait']));
  expect((JSON.parse(names) as string[]).length).toBeLessThan(70);
});

test('the bundle imports only require: an import of another Node module would read all its exports, and import() load undici with http', () => {
  const text = readFileSync(bundle, 'utf8');
  expect(text).not.toMatch(/\bimport\(/);
  expect([...text.matchAll(/\bimport\b[^;]*?from\s*['"]([^'"]+)/g)].map(([, name]) => name)).toEqual(['node:module']);
});

test('the bundle stays below 330 KB, without the event streams of the SDK', () => {
  expect(readFileSync(bundle).length).toBeLessThanOrEqual(330_000);
});
