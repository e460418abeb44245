import type { Redis } from 'ioredis';
import type { Claim, ModelQueue } from '../../queue/model-queue';

/** The consumer, and how many of the last messages are only prefetched. */
export interface Hands {
  readonly nonce?: string;
  readonly consumer?: string;
  readonly prefetched?: number;
}

/** Queues texts and claims them for a consumer; returns the claims, oldest first. */
export async function claimed(
  redis: Redis,
  queue: ModelQueue,
  texts: readonly string[],
  { nonce = 'n1', consumer = 'tester', prefetched = 0 }: Hands = {},
): Promise<Claim[]> {
  const starting = texts.length - prefetched;
  await redis.lpush(queue.keys.main, ...texts);
  const options = { nonce, consumer, count: texts.length, starting, leaseMs: 60_000 };
  const { texts: taken } = await queue.claim(redis, options);
  expect(taken).toEqual(texts);
  return taken.map((text) => ({ text, nonce }));
}

/** Queues and claims one text. */
export async function oneClaimed(redis: Redis, queue: ModelQueue, text: string, hands: Hands = {}): Promise<Claim> {
  const [claim] = await claimed(redis, queue, [text], hands);
  if (claim === undefined) throw new Error('the queue gave nothing');
  return claim;
}

/** Expires leases now. */
export async function expireLeases(redis: Redis, queue: ModelQueue, ...texts: string[]): Promise<void> {
  for (const [index, text] of texts.entries()) await redis.zadd(queue.keys.leases, 'XX', index, text);
}

/** The same message with this `retry_count`. */
export function tried(text: string, retryCount: number): string {
  return text.replace(/,"retry_count":\d+/, `,"retry_count":${retryCount}`);
}
