/** Breaks down the time of a message into parsing, transport and the scripts in Redis. */

import type { Redis } from 'ioredis';
import { Batch } from '../../lambda/publisher/batch';
import { readRecord } from '../../lambda/publisher/read-record';
import { localSubscriptions } from '../local/publisher-environment';
import { type Claim, ModelQueue } from '../../queue/model-queue';
import { newNonce } from '../../queue/nonce';
import { publish } from '../../queue/publish';
import { sqsRecord } from './messages';
import { quantile } from './statistics';

/** Microseconds for one message, medians; two services. */
export interface PublishingParts {
  readonly batchSize: number;
  /** Parsing, validation and serialization. */
  readonly reading: number;
  /** The script in Redis, measured by Redis. */
  readonly script: number;
  /** The rest of the round trip: client, TLS, loopback. */
  readonly transport: number;
}

/** Microseconds for one message of one service, measured by Redis. */
export interface ConsumingParts {
  readonly claimOne: number;
  /** In a claim of ten messages. */
  readonly claimOfTen: number;
  readonly acknowledge: number;
}

const rounds = 300;
/** Before them, V8 compiles the code that runs often, as in a function that has run for some seconds. */
const warmUpMessages = 20_000;
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
  for (let sent = 0; sent < warmUpMessages; sent += batchSize) await once();
  reading.length = roundTrip.length = 0;
  const script = (await scriptMicroseconds(redis, once)) / batchSize;
  const perMessage = (times: readonly number[]): number => (quantile(times, 0.5) * 1000) / batchSize;
  return { batchSize, reading: perMessage(reading), script, transport: perMessage(roundTrip) - script };
}

export async function measureConsuming(redis: Redis): Promise<ConsumingParts> {
  const queue = new ModelQueue(queues[0] ?? '');
  const held: Claim[] = [];
  const claimAndKeep = async (count: number): Promise<void> => {
    const asked = { nonce: newNonce(), consumer: 'bench', count, starting: count, leaseMs: 60_000 };
    held.push(...(await queue.claim(redis, asked)).claims);
  };
  const claimOne = await scriptMicroseconds(redis, () => claimAndKeep(1));
  const settle = async (): Promise<void> => {
    const last = held.pop();
    if (last !== undefined) await queue.acknowledge(redis, last);
  };
  const acknowledge = await scriptMicroseconds(redis, settle);
  return { claimOne, claimOfTen: (await scriptMicroseconds(redis, () => claimAndKeep(10))) / 10, acknowledge };
}

/** Average time of the one script that `work` calls. */
async function scriptMicroseconds(redis: Redis, work: () => Promise<void>): Promise<number> {
  for (let round = 0; round < 20; round++) await work();
  await redis.config('RESETSTAT');
  for (let round = 0; round < rounds; round++) await work();
  return Number(/cmdstat_evalsha:\S*usec_per_call=([\d.]+)/.exec(await redis.info('commandstats'))?.[1]);
}
