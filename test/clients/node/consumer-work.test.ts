/** Counts the work of a message, which determines the consumer's speed on every machine. */
import { setImmediate } from 'node:timers/promises';
import type { ModelEventConsumer } from '../../../clients/node/consumer';
import type { ConsumerOptions } from '../../../clients/node/consumer-options';
import {
  blockedInRedis,
  connectionsOfOthers,
  gate,
  reported,
  type TestConsumerOptions,
  useConsumers,
} from '../../support/consumers';
import { message } from '../../support/events';
import { useRedis } from '../../support/redis';

const redis = useRedis();
const consumers = useConsumers(redis);
const count = 200;

/** Starts a consumer. It has connected, sent its scripts, and waits for messages. */
async function idleConsumer(settings: TestConsumerOptions): Promise<ModelEventConsumer> {
  const consumer = consumers.start(settings);
  const first = reported(consumer, 'acknowledged');
  await redis.client.lpush('model_events', message('first'));
  await first;
  await blockedInRedis(redis);
  return consumer;
}

/** @returns calls of each command, and the bytes that Redis received beside the texts, for a message */
async function workOf(settings: Partial<ConsumerOptions>): Promise<{ calls: (name: string) => number; bytes: number }> {
  const consumer = await idleConsumer({ ...settings, handler: () => undefined });
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

test('a message that is not prefetched costs one script, for its claim and the end of the former message', async () => {
  const { calls, bytes } = await workOf({});
  expect(calls('evalsha')).toBeLessThanOrEqual(count + 10);
  expect(bytes).toBeLessThan(650);
});

test('a prefetched message costs one script, for its start and the end of the former message, and a part of a claim', async () => {
  const { calls, bytes } = await workOf({ prefetch: 20 });
  expect(calls('evalsha')).toBeLessThanOrEqual(1.2 * count);
  expect(bytes).toBeLessThan(600);
});

test('the starts and ends of prefetched messages that are handled at the same time share scripts', async () => {
  const { calls, bytes } = await workOf({ prefetch: 20, concurrency: 10 });
  expect(calls('evalsha')).toBeLessThanOrEqual(0.5 * count);
  expect(bytes).toBeLessThan(400);
});

test('the handler of a prefetched message waits until at most one of the commands before its start is unanswered', async () => {
  const ids = Array.from({ length: 20 }, (_, index) => `m-${index}`);
  const called: string[] = [];
  const isBlocked = gate();
  const consumer = await idleConsumer({
    prefetch: 20,
    handler: async ({ message_id: id }) => {
      if (id === 'first') return;
      called.push(id);
      // Redis executes and answers nothing more of the consumer.
      if (called.length === 1) await redis.client.client('PAUSE', 20_000, 'WRITE');
      if (called.length === 3) isBlocked.open();
    },
  });
  const all = reported(consumer, 'acknowledged', ids.length);
  await redis.client.lpush('model_events', ...ids.map((id) => message(id)));
  await isBlocked.opened;
  for (let turn = 0; turn < 20; turn++) await setImmediate();
  expect(called).toEqual(ids.slice(0, 3));

  for (const id of await connectionsOfOthers(redis)) await redis.client.client('KILL', 'ID', id);
  await redis.client.client('UNPAUSE');
  await all;
  expect(called).toEqual(ids);
});
