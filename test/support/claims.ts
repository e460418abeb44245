import type { Redis } from 'ioredis';
import type { Claim, ModelQueue } from '../../queue/model-queue';

/** Whose hands, and how many of the messages are only prefetched (the last ones). */
export interface Hands {
  readonly nonce?: string;
  readonly consumer?: string;
  readonly prefetched?: number;
}

/** Puts texts into a consumer's hands, through the queue; returns their claims, oldest first. */
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

/** One text in a consumer's hands. */
export async function oneClaimed(redis: Redis, queue: ModelQueue, text: string, hands: Hands = {}): Promise<Claim> {
  const [claim] = await claimed(redis, queue, [text], hands);
  if (claim === undefined) throw new Error('the queue gave nothing');
  return claim;
}

/** Lets leases run out now. */
export async function expireLeases(redis: Redis, queue: ModelQueue, ...texts: string[]): Promise<void> {
  for (const [index, text] of texts.entries()) await redis.zadd(queue.keys.leases, 'XX', index, text);
}

/** The same message, `retry_count` times tried before. */
export function tried(text: string, retryCount: number): string {
  return text.replace(/,"retry_count":\d+/, `,"retry_count":${retryCount}`);
}
