/** What each operation costs on all but empty queues and on a million entries: the cost must not grow with the depth. */
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { ConnectionOptions } from '../queue/connection';
import { ModelQueue } from '../queue/model-queue';
import { publish, type PublishRecord } from '../queue/publish';
import { parseRedisInfo } from '../queue/redis-info';
import { type LooksMs, measureLooks } from './looking';
import { batches, plainMessage } from './messages';
import { medianMs } from './statistics';

export interface DepthCost {
  readonly operation: string;
  /** Milliseconds, medians. */
  readonly emptyMs: number;
  readonly deepMs: number;
  readonly ratio: number;
}

export interface DepthReport {
  readonly costs: readonly DepthCost[];
  readonly worstRatio: number;
  /** What those take who look at the deep queue. */
  readonly looksMs: LooksMs;
  /** Redis' memory for one message in one queue, divided by the message's size; `seen` keys are not in it. */
  readonly memoryPerByte: number;
  /** Redis' memory for one `seen` key, bytes; one for each message, however many queues there are. */
  readonly seenKeyBytes: number;
}

const queue = new ModelQueue('model_events:bench-depth');
const texts = (count: number) => Array.from({ length: count }, () => JSON.stringify(plainMessage()));

/** @param entries in the main queue, delayed and dead letters, each; a hundredth of them in processing. */
export async function measureDepth(
  redis: Redis,
  endpoint: ConnectionOptions,
  entries: number,
  onStep: (step: string) => void,
): Promise<DepthReport> {
  await redis.flushall();
  const seenKeyBytes = await measureSeenKeys(redis);
  onStep('empty');
  // Called empty: as many as any step looks at, however many there are.
  await redis.lpush(queue.keys.main, ...texts(50));
  await queue.claim(redis, { ...lease, nonce: randomUUID(), count: 25, starting: 25 });
  // Once for nothing: code that has not run yet is slower than any depth.
  await measureAll(redis);
  const empty = await measureAll(redis);
  onStep('filling');
  const memoryPerByte = await fill(redis, entries);
  onStep('deep');
  const deep = await measureAll(redis);
  const looksMs = await measureLooks(endpoint, queue.name);
  await redis.flushall();
  const costs = Object.keys(operations).map((operation) => {
    const [emptyMs = NaN, deepMs = NaN] = [empty.get(operation), deep.get(operation)];
    return { operation, emptyMs, deepMs, ratio: deepMs / emptyMs };
  });
  return { costs, worstRatio: Math.max(...costs.map(({ ratio }) => ratio)), looksMs, memoryPerByte, seenKeyBytes };
}

const publishOptions = { queues: [queue.name], seenSeconds: 60, minReplicaAcks: 0, replicaWaitMs: 0 };
const lease = { consumer: 'bench', count: 1, starting: 1, leaseMs: 600_000 };

async function claimOne(redis: Redis): Promise<{ text: string; nonce: string }> {
  const nonce = randomUUID();
  const { texts: claimed } = await queue.claim(redis, { ...lease, nonce });
  return { text: claimed[0] ?? '', nonce };
}

/** Each leaves the queues as deep as they were. */
const operations: Readonly<Record<string, (redis: Redis) => Promise<unknown>>> = {
  'publish 10, claim and acknowledge 10': async (redis) => {
    await publish(redis, Array.from({ length: 10 }, record), publishOptions);
    for (let each = 0; each < 10; each++) await queue.acknowledge(redis, await claimOne(redis));
  },
  'claim, retry, move what is due': async (redis) => {
    await redis.lpush(queue.keys.main, ...texts(1));
    await queue.retry(redis, await claimOne(redis), { delayMs: 0, maxRetries: 3, code: 'X', reason: 'x' });
    await queue.moveDue(redis, 10);
  },
  'claim, dead letter, redrive': async (redis) => {
    await redis.lpush(queue.keys.main, ...texts(1));
    await queue.deadLetter(redis, await claimOne(redis), { code: 'X', reason: 'x' });
    await queue.redrive(
      redis,
      await queue.page(redis, 'deadLetters', { from: 'newest', offset: 0, count: 1 }),
      'newest',
    );
    await queue.acknowledge(redis, await claimOne(redis));
  },
  'claim and give back': async (redis) => {
    const { nonce, text } = await claimOne(redis);
    await queue.giveBack(redis, nonce, [text]);
  },
  'a page of dead letters': (redis) => queue.page(redis, 'deadLetters', { from: 'newest', offset: 0, count: 1 }),
  inspect: (redis) => queue.inspect(redis),
};

function record(): PublishRecord {
  const message = plainMessage();
  const text = JSON.stringify(message);
  return { kind: 'message', messageId: message['message_id'] as string, digest: 'd', text, queues: [queue.name] };
}

async function measureAll(redis: Redis): Promise<Map<string, number>> {
  const medians = new Map<string, number>();
  for (const [name, operation] of Object.entries(operations))
    medians.set(name, await medianMs(200, () => operation(redis)));
  return medians;
}

async function usedMemory(redis: Redis): Promise<number> {
  return parseRedisInfo(await redis.info('memory')).memoryUsedBytes ?? NaN;
}

async function measureSeenKeys(redis: Redis): Promise<number> {
  const keys = 20_000;
  const before = await usedMemory(redis);
  for (const batch of batches(keys, 100, record))
    await publish(redis, batch, { ...publishOptions, seenSeconds: 86_400 });
  await redis.del(queue.name);
  const bytes = ((await usedMemory(redis)) - before) / keys;
  await redis.flushall();
  return bytes;
}

/** @returns bytes of Redis' memory for each byte of message in the main queue. */
async function fill(redis: Redis, entries: number): Promise<number> {
  const chunk = 1000;
  const later = Date.now() + 86_400_000;
  const before = await usedMemory(redis);
  let bytes = 0;
  for (let done = 0; done < entries; done += chunk) {
    const some = texts(chunk);
    bytes += some.reduce((sum, text) => sum + text.length, 0);
    await redis.lpush(queue.keys.main, ...some);
  }
  const ratio = ((await usedMemory(redis)) - before) / bytes;
  for (let done = 0; done < entries; done += chunk) {
    const some = texts(chunk);
    const letters = some.map(
      (text) =>
        `{"message":${text},"error":{"code":"X","message":"x"},"failed_at":"2026-11-23T10:00:00.000Z","failed_by":"consumer","queue":"${queue.name}"}`,
    );
    await Promise.all([
      redis.lpush(queue.keys.deadLetters, ...letters),
      redis.zadd(queue.keys.delayed, ...some.flatMap((text) => [later, text])),
    ]);
  }
  const claims = Math.min(entries / 100, 10_000);
  for (let done = 0; done < claims; done += 100) {
    await queue.claim(redis, { ...lease, nonce: randomUUID(), count: 100, starting: 100 });
  }
  return ratio;
}
