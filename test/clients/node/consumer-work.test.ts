/** Counts the work of a message, which determines the consumer's speed on every machine. */
import { blockedInRedis, reported, useConsumers } from '../../support/consumers';
import { message } from '../../support/events';
import { useRedis } from '../../support/redis';

const redis = useRedis();
const consumers = useConsumers(redis);
const count = 200;

/** Handles messages one at a time. @returns calls of each command, and the bytes that Redis received beside the texts, for a message */
async function workOf(prefetch: number): Promise<{ calls: (name: string) => number; bytes: number }> {
  const consumer = consumers.start({ prefetch, handler: () => undefined });
  const first = reported(consumer, 'acknowledged');
  await redis.client.lpush('model_events', message('first'));
  // From then on it has connected, sent its scripts, and waits.
  await first;
  await blockedInRedis(redis);
  await redis.client.config('RESETSTAT');
  const texts = Array.from({ length: count }, (_, index) => message(`m-${index}`));
  const all = reported(consumer, 'acknowledged', count);
  await redis.client.lpush('model_events', ...texts);
  await all;
  const stats = await redis.client.info('commandstats');
  const received = Number(/total_net_input_bytes:(\d+)/.exec(await redis.client.info('stats'))?.[1]);
  return {
    calls: (name) => Number(new RegExp(`^cmdstat_${name}:calls=(\\d+)`, 'm').exec(stats)?.[1] ?? 0),
    // The test sends each text once, the consumer acknowledges it.
    bytes: (received - 2 * Buffer.byteLength(texts.join(''))) / count,
  };
}

test('a message that is not prefetched costs a claim and an acknowledgement', async () => {
  const { calls, bytes } = await workOf(0);
  expect(calls('evalsha')).toBeLessThanOrEqual(2 * count + 10);
  expect(bytes).toBeLessThan(850);
});

test('a prefetched message costs one script, for its start and the end of the former message, and a part of a claim', async () => {
  const { calls, bytes } = await workOf(20);
  expect(calls('evalsha')).toBeLessThanOrEqual(1.5 * count);
  expect(bytes).toBeLessThan(600);
});
