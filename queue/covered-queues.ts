import type { Redis } from 'ioredis';
import { queueNamePattern, rootQueueOf } from '../contract/patterns';
import type { Subscription } from '../contract/subscriptions';
import { keysOfSlot } from './keys';

/** What stands for the service of a queue that no subscription names. */
export const noService = 'no-subscription';

/**
 * The subscriptions, and the queues in Redis that no subscription names: `model_events`, whose dead letters hold refused events,
 * and queues of subscriptions that the configuration no longer has.
 * @param redis a connection to the slot of the default queue, as of the other functions.
 */
export async function coveredQueues(redis: Redis, subscriptions: readonly Subscription[]): Promise<Subscription[]> {
  const named = subscriptions.map(({ queue }) => queue);
  const others = new Set([rootQueueOf(named), ...(await recordedQueues(redis, named))]);
  return [
    ...subscriptions,
    ...[...others].filter((queue) => !named.includes(queue)).map((queue) => ({ service: noService, queue })),
  ];
}

/**
 * The recorded queues; none before the monitor has run for the first time.
 * @param queues any of the pipeline: they tell whether the queues have hash tags
 */
export async function recordedQueues(redis: Redis, queues: readonly string[]): Promise<string[]> {
  return (await redis.smembers(recordOf(queues))).filter((queue) => queueNamePattern.test(queue)).sort();
}

/** Records the queues of the subscriptions, so that they are found after their subscription has been removed. */
export async function recordQueues(redis: Redis, subscriptions: readonly Subscription[]): Promise<void> {
  const named = subscriptions.map(({ queue }) => queue);
  await redis.sadd(recordOf(named), ...named);
}

/** Removes the record of a queue that is empty and has no subscription. */
export async function forgetQueue(redis: Redis, queue: string): Promise<void> {
  await redis.srem(recordOf([queue]), queue);
}

function recordOf(queues: readonly string[]): string {
  return keysOfSlot(rootQueueOf(queues)).queues;
}
