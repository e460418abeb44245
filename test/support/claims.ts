import type { Redis } from 'ioredis';
import { claimDigestOf, claimIdOf, type Holder, parseHolders } from '../../queue/holder';
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
  const { claims } = await queue.claim(redis, options);
  expect(claims.map(({ text }) => text)).toEqual(texts);
  return claims;
}

/** Queues and claims one text. */
export async function oneClaimed(redis: Redis, queue: ModelQueue, text: string, hands: Hands = {}): Promise<Claim> {
  const [claim] = await claimed(redis, queue, [text], hands);
  if (claim === undefined) throw new Error('the queue gave nothing');
  return claim;
}

/** Expires the leases of texts now. */
export async function expireLeases(redis: Redis, queue: ModelQueue, ...texts: string[]): Promise<void> {
  for (const [index, text] of texts.entries()) {
    for (const { id } of await holdersOf(redis, queue, text)) await redis.zadd(queue.keys.leases, 'XX', index, id);
  }
}

/** The claims of a text, with their ids. */
export async function holdersOf(redis: Redis, queue: ModelQueue, text: string): Promise<(Holder & { id: string })[]> {
  const holders = parseHolders(await redis.hget(queue.keys.claims, claimDigestOf(text)));
  return holders.map((holder) => ({ ...holder, id: claimIdOf(text, holder) }));
}

/** The same message with this `retry_count`. */
export function tried(text: string, retryCount: number): string {
  return text.replace(/,"retry_count":\d+/, `,"retry_count":${retryCount}`);
}
