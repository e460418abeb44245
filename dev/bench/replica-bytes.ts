import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { ModelQueue } from '../../queue/model-queue';
import { newInstance, newNonce } from '../../queue/nonce';
import { publish } from '../../queue/publish';

/**
 * Publishes one event, then claims it in each queue, renews the claim once and acknowledges it.
 * @returns the bytes that the primary has sent to its replica for it
 * @throws Error if a queue has not returned the message or not accepted the acknowledgement
 */
export async function replicaBytes(redis: Redis, text: string, queues: readonly string[]): Promise<number> {
  const before = await replicatedBytes(redis);
  const record = { kind: 'message', messageId: randomUUID(), digest: 'd'.repeat(64), text, queues } as const;
  await publish(redis, [record], { queues, seenSeconds: 60, minReplicaAcks: 0, replicaWaitMs: 0 });
  for (const name of queues) {
    const queue = new ModelQueue(name);
    const options = { nonce: newNonce(newInstance()), consumer: 'hokusai-site-7f3a', count: 1, starting: 1 };
    const { claims } = await queue.claim(redis, { ...options, leaseMs: 60_000, waitMs: 5000 });
    const [claim] = claims;
    if (claim === undefined) throw new Error(`the message has not arrived in ${name}`);
    const lost = await queue.extend(redis, claims, 60_000);
    const result = await queue.acknowledge(redis, claim);
    if (lost.length > 0 || result !== 'acknowledged') throw new Error(`the claim in ${name} was lost: ${result}`);
  }
  return (await replicatedBytes(redis)) - before;
}

async function replicatedBytes(redis: Redis): Promise<number> {
  return Number(/^master_repl_offset:(\d+)/m.exec(await redis.info('replication'))?.[1]);
}
