/** Measures each operation on nearly empty queues and on a million entries: the cost must not grow with the depth. */

import type { Redis } from 'ioredis';
import type { ConnectionOptions } from '../../queue/connection';
import { type Claim, ModelQueue } from '../../queue/model-queue';
import { newNonce } from '../../queue/nonce';
import { publish, type PublishRecord } from '../../queue/publish';
import { parseRedisInfo } from '../../queue/redis-info';
import { type LooksMs, measureLooks } from './read-latency';
import { batches, plainMessage } from './messages';
import { mediansMs } from './statistics';

export interface DepthCost {
  readonly operation: string;
  /** Milliseconds, medians. */
  readonly emptyMs: number;
  readonly deepMs: number;
  readonly ratio: number;
}

export interface DepthReport {
  /** In the deep queue. */
  readonly entries: number;
  readonly costs: readonly DepthCost[];
  readonly worstRatio: number;
  /** Read latency of the deep queue. */
  readonly looksMs: LooksMs;
  /** Redis' memory for one message in one queue, divided by the size of the message; without `seen` keys. */
  readonly memoryPerByte: number;
  /** Redis' memory for one `seen` key in bytes; each message has one for all queues. */
  readonly seenKeyBytes: number;
}

const shallow = new ModelQueue('model_events:bench-shallow');
const deep = new ModelQueue('model_events:bench-deep');
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
  onStep('filling');
  // The "empty" queue: as many entries as one step reads at most.
  await redis.lpush(shallow.keys.main, ...texts(50));
  await shallow.claim(redis, { ...lease, nonce: newNonce(), count: 25, starting: 25 });
  const memoryPerByte = await fill(redis, entries);
  const costs: DepthCost[] = [];
  for (const [operation, work] of Object.entries(operations)) {
    onStep(operation);
    costs.push(await costOf(redis, operation, work));
  }
  onStep('looking');
  const looksMs = await measureLooks(endpoint, deep.name);
  await redis.flushall();
  return {
    entries,
    costs,
    worstRatio: Math.max(...costs.map(({ ratio }) => ratio)),
    looksMs,
    memoryPerByte,
    seenKeyBytes,
  };
}

/** Measures in turns, so that a slow phase of the machine affects both queues. */
async function costOf(redis: Redis, operation: string, work: Operation): Promise<DepthCost> {
  const [emptyMs = NaN, deepMs = NaN] = await mediansMs(300, [() => work(redis, shallow), () => work(redis, deep)]);
  return { operation, emptyMs, deepMs, ratio: deepMs / emptyMs };
}

const publishOptions = { seenSeconds: 60, minReplicaAcks: 0, replicaWaitMs: 0 };
const lease = { consumer: 'bench', count: 1, starting: 1, leaseMs: 600_000 };

async function claimOne(redis: Redis, queue: ModelQueue): Promise<Claim> {
  const { claims } = await queue.claim(redis, { ...lease, nonce: newNonce() });
  return claims[0] ?? { id: '', text: '' };
}

type Operation = (redis: Redis, queue: ModelQueue) => Promise<unknown>;

/** No operation changes the depth of the queues. */
const operations: Readonly<Record<string, Operation>> = {
  'publish 10, claim and acknowledge 10': async (redis, queue) => {
    await publish(redis, Array.from({ length: 10 }, record), { ...publishOptions, queues: [queue.name] });
    for (let each = 0; each < 10; each++) await queue.acknowledge(redis, await claimOne(redis, queue));
  },
  'claim, retry, move what is due': async (redis, queue) => {
    await redis.lpush(queue.keys.main, ...texts(1));
    await queue.retry(redis, await claimOne(redis, queue), { delayMs: 0, maxRetries: 3, code: 'X', reason: 'x' });
    await queue.requeueDelayed(redis, 10);
  },
  'claim, dead letter, redrive': async (redis, queue) => {
    await redis.lpush(queue.keys.main, ...texts(1));
    await queue.deadLetter(redis, await claimOne(redis, queue), { code: 'X', reason: 'x' });
    await queue.redrive(
      redis,
      await queue.page(redis, 'deadLetters', { from: 'newest', offset: 0, count: 1 }),
      'newest',
    );
    await queue.acknowledge(redis, await claimOne(redis, queue));
  },
  'claim and give back': async (redis, queue) => {
    await queue.giveBack(redis, [await claimOne(redis, queue)]);
  },
  'a page of dead letters': (redis, queue) => queue.page(redis, 'deadLetters', { from: 'newest', offset: 0, count: 1 }),
  inspect: (redis, queue) => queue.inspect(redis),
};

function record(): PublishRecord {
  const message = plainMessage();
  const text = JSON.stringify(message);
  return { kind: 'message', messageId: message['message_id'] as string, digest: 'd', text };
}

async function usedMemory(redis: Redis): Promise<number> {
  return parseRedisInfo(await redis.info('memory')).memoryUsedBytes ?? NaN;
}

async function measureSeenKeys(redis: Redis): Promise<number> {
  const keys = 20_000;
  const before = await usedMemory(redis);
  for (const batch of batches(keys, 100, record))
    await publish(redis, batch, { ...publishOptions, queues: [deep.name], seenSeconds: 86_400 });
  await redis.del(deep.name);
  const bytes = ((await usedMemory(redis)) - before) / keys;
  await redis.flushall();
  return bytes;
}

/** @returns bytes of Redis' memory for each byte of message in the main deep. */
async function fill(redis: Redis, entries: number): Promise<number> {
  const chunk = 1000;
  const later = Date.now() + 86_400_000;
  const before = await usedMemory(redis);
  let bytes = 0;
  for (let done = 0; done < entries; done += chunk) {
    const some = texts(chunk);
    bytes += some.reduce((sum, text) => sum + text.length, 0);
    await redis.lpush(deep.keys.main, ...some);
  }
  const ratio = ((await usedMemory(redis)) - before) / bytes;
  for (let done = 0; done < entries; done += chunk) {
    const some = texts(chunk);
    const letters = some.map(
      (text) =>
        `{"message":${text},"error":{"code":"X","message":"x"},"failed_at":"2026-11-23T10:00:00.000Z","failed_by":"consumer","queue":"${deep.name}"}`,
    );
    await Promise.all([
      redis.lpush(deep.keys.deadLetters, ...letters),
      redis.zadd(deep.keys.delayed, ...some.flatMap((text) => [later, text])),
    ]);
  }
  const claims = Math.min(entries / 100, 10_000);
  for (let done = 0; done < claims; done += 100) {
    await deep.claim(redis, { ...lease, nonce: newNonce(), count: 100, starting: 100 });
  }
  return ratio;
}
