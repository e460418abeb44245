import type { Redis } from 'ioredis';
import { queueNamePattern, rootQueue } from '../contract/patterns';
import type { Subscription } from '../contract/subscriptions';
import { queuesKey } from './keys';

/** What stands for the service of a queue that no subscription names. */
export const noService = 'no-subscription';

/**
 * The subscriptions, and the queues in Redis that no subscription names: `model_events`, whose dead letters hold refused events,
 * and queues of subscriptions that the configuration no longer has.
 */
export async function coveredQueues(redis: Redis, subscriptions: readonly Subscription[]): Promise<Subscription[]> {
  const named = subscriptions.map(({ queue }) => queue);
  const others = new Set([rootQueue, ...(await recordedQueues(redis))]);
  return [
    ...subscriptions,
    ...[...others].filter((queue) => !named.includes(queue)).map((queue) => ({ service: noService, queue })),
  ];
}

/** The recorded queues; none before the monitor has run for the first time. */
export async function recordedQueues(redis: Redis): Promise<string[]> {
  return (await redis.smembers(queuesKey)).filter((queue) => queueNamePattern.test(queue)).sort();
}

/** Records the queues of the subscriptions, so that they are found after their subscription has been removed. */
export async function recordQueues(redis: Redis, subscriptions: readonly Subscription[]): Promise<void> {
  await redis.sadd(queuesKey, ...subscriptions.map(({ queue }) => queue));
}

/** Removes the record of a queue that is empty and has no subscription. */
export async function forgetQueue(redis: Redis, queue: string): Promise<void> {
  await redis.srem(queuesKey, queue);
}
