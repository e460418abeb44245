/** Where the time of a message goes: our own code, the way to Redis and back, and the scripts in Redis. */
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { Batch } from '../../lambda/publisher/batch';
import { readRecord } from '../../lambda/publisher/read-record';
import { localSubscriptions } from '../local/publisher-environment';
import { ModelQueue } from '../../queue/model-queue';
import { publish } from '../../queue/publish';
import { sqsRecord } from './messages';
import { quantile } from './statistics';

/** Microseconds for one message, medians; two services. */
export interface PublishingParts {
  readonly batchSize: number;
  /** Reading, checking and composing. */
  readonly reading: number;
  /** The script in Redis, as Redis counts it. */
  readonly script: number;
  /** The rest of the round trip: client, TLS, loopback. */
  readonly way: number;
}

/** Microseconds of Redis for one message of one service, as Redis counts them. */
export interface ConsumingParts {
  readonly claimOne: number;
  /** In a claim for ten. */
  readonly claimOfTen: number;
  readonly acknowledge: number;
}

const rounds = 300;
const queues = localSubscriptions.map(({ queue }) => queue);
const options = { queues, seenSeconds: 600, minReplicaAcks: 0, replicaWaitMs: 0 };

export async function measurePublishing(redis: Redis, batchSize: number): Promise<PublishingParts> {
  const reading: number[] = [];
  const roundTrip: number[] = [];
  const once = async (): Promise<void> => {
    const records = Array.from({ length: batchSize }, sqsRecord);
    const startedMs = performance.now();
    const { writes } = new Batch(records.map((record) => readRecord(record, localSubscriptions)));
    const readMs = performance.now();
    await publish(redis, writes, options);
    reading.push(readMs - startedMs);
    roundTrip.push(performance.now() - readMs);
  };
  const script = (await scriptMicroseconds(redis, once)) / batchSize;
  const perMessage = (times: readonly number[]): number => (quantile(times, 0.5) * 1000) / batchSize;
  return { batchSize, reading: perMessage(reading), script, way: perMessage(roundTrip) - script };
}

export async function measureConsuming(redis: Redis): Promise<ConsumingParts> {
  const queue = new ModelQueue(queues[0] ?? '');
  const claim = async (count: number): Promise<{ nonce: string; texts: string[] }> => {
    const nonce = randomUUID();
    const asked = { nonce, consumer: 'bench', count, starting: count, leaseMs: 60_000 };
    return { nonce, texts: (await queue.claim(redis, asked)).texts };
  };
  const held: { nonce: string; text: string }[] = [];
  const hold = async (count: number): Promise<void> => {
    const { nonce, texts } = await claim(count);
    held.push(...texts.map((text) => ({ nonce, text })));
  };
  const claimOne = await scriptMicroseconds(redis, () => hold(1));
  // Acknowledged as they come, so that none has to be looked for among many.
  const settle = async (): Promise<void> => {
    const last = held.pop();
    if (last !== undefined) await queue.acknowledge(redis, last);
  };
  const acknowledge = await scriptMicroseconds(redis, settle);
  return { claimOne, claimOfTen: (await scriptMicroseconds(redis, () => hold(10))) / 10, acknowledge };
}

/** What one run of the one script that `work` calls takes, on average. */
async function scriptMicroseconds(redis: Redis, work: () => Promise<void>): Promise<number> {
  for (let round = 0; round < 20; round++) await work();
  await redis.config('RESETSTAT');
  for (let round = 0; round < rounds; round++) await work();
  return Number(/cmdstat_evalsha:\S*usec_per_call=([\d.]+)/.exec(await redis.info('commandstats'))?.[1]);
}
