import { ModelEventConsumer } from '../../../clients/node/consumer';
import { ModelQueue } from '../../../queue/model-queue';
import { blockedInRedis, connectionsOfOthers, gate, reported, useConsumers } from '../../support/consumers';
import { message } from '../../support/events';
import { contents } from '../../support/keyspace';
import { endpointOf, useRedis } from '../../support/redis';

const redis = useRedis();
const consumers = useConsumers(redis);
const queue = new ModelQueue('model_events');
const texts = ['a', 'b', 'c', 'd', 'e'].map((id) => message(id));
const waiting = async () => (await redis.client.lrange(queue.keys.main, 0, -1)).reverse();

test('stop() finishes started messages, gives the rest back in order and claims nothing more', async () => {
  await redis.client.lpush(queue.keys.main, ...texts);
  const [begun, go] = [gate(), gate()];
  const seen: string[] = [];
  const consumer = consumers.start({
    prefetch: 3,
    handler: async ({ message_id: id }) => {
      seen.push(id);
      begun.open();
      await go.opened;
    },
  });
  const acknowledged = reported(consumer, 'acknowledged');
  await begun.opened;

  const stopped = consumer.stop();
  while ((await redis.client.llen(queue.keys.main)) < 4) await redis.client.ping();
  go.open();
  await stopped;

  expect(await acknowledged).toMatchObject([[{ message_id: 'a' }]]);
  expect(seen).toEqual(['a']);
  expect(await waiting()).toEqual(texts.slice(1));
  expect(Object.keys(await contents(redis.client))).toEqual([queue.keys.main]);
});

test('messages of several claims are given back in order', async () => {
  await redis.client.lpush(queue.keys.main, ...texts.slice(0, 2));
  const [both, go] = [gate(), gate()];
  let begun = 0;
  const consumer = consumers.start({
    concurrency: 2,
    prefetch: 2,
    handler: async () => {
      if (++begun === 2) both.open();
      await go.opened;
    },
  });
  await both.opened;
  for (const text of texts.slice(2, 4)) {
    const before = await redis.client.llen(queue.keys.processing);
    await redis.client.lpush(queue.keys.main, text);
    while ((await redis.client.llen(queue.keys.processing)) === before) await redis.client.ping();
  }
  const stopped = consumer.stop();
  while ((await redis.client.llen(queue.keys.main)) < 2) await redis.client.ping();
  go.open();
  await stopped;
  expect(await waiting()).toEqual(texts.slice(2, 4));
});

test('a handler that exceeds stopSeconds gets an abort signal, and its message is given back unchanged', async () => {
  await redis.client.lpush(queue.keys.main, ...texts.slice(0, 2));
  const [begun, aborted] = [gate(), gate<unknown>()];
  const consumer = consumers.start({
    stopSeconds: 0,
    prefetch: 1,
    handler: (_, { signal }) => {
      signal.addEventListener('abort', () => aborted.open(signal.reason));
      begun.open();
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    },
  });
  await begun.opened;

  await consumer.stop();

  expect(String(await aborted.opened)).toMatch(/the consumer stops/);
  expect(Object.keys(await contents(redis.client))).toEqual([queue.keys.main]);
  expect((await waiting()).sort()).toEqual(texts.slice(0, 2));
});

test('stop() during a blocking wait ends at once and leaves no connection', async () => {
  const consumer = consumers.start({ blockSeconds: 60, handler: () => undefined });
  await blockedInRedis(redis);

  await consumer.stop();
  await redis.client.lpush(queue.keys.main, message('later'));

  expect(Object.keys(await contents(redis.client))).toEqual([queue.keys.main]);
  while ((await connectionsOfOthers(redis)).length > 0) await redis.client.ping();
});

test('a message that arrives during stop() is either processed or waiting: none is lost or left in processing', async () => {
  const done: string[] = [];
  const ids = Array.from({ length: 60 }, (_, index) => `m${index}`);
  for (const id of ids) {
    const consumer = consumers.start({ blockSeconds: 60, handler: ({ message_id: given }) => void done.push(given) });
    if (Number(id.slice(1)) % 3 > 0) await blockedInRedis(redis);
    if (Number(id.slice(1)) % 3 === 1) await redis.client.lpush(queue.keys.main, message(id));
    else void redis.client.lpush(queue.keys.main, message(id));
    await consumer.stop();
    expect(await redis.client.llen(queue.keys.processing)).toBe(0);
  }
  const left = (await waiting()).map((text) => (JSON.parse(text) as { message_id: string }).message_id);
  expect([...done, ...left].sort()).toEqual([...ids].sort());
});

test('stop() can be called twice, before and after run(): the message stays in the queue, and no connection stays open', async () => {
  const handled: string[] = [];
  const handler = ({ message_id: id }: { readonly message_id: string }): void => void handled.push(id);
  const consumer = consumers.start({ handler });
  await Promise.all([consumer.stop(), consumer.stop()]);
  await consumer.stop();
  await redis.client.lpush(queue.keys.main, message('late'));

  const never = new ModelEventConsumer({ redis: endpointOf(redis.server), queue: 'model_events', handler });
  const warnings: unknown[] = [];
  never.on('warning', (error) => warnings.push(error));
  await never.stop();
  await never.run();
  while ((await connectionsOfOthers(redis)).length > 0) await redis.client.ping();
  expect([handled, warnings]).toEqual([[], []]);
  expect(Object.keys(await contents(redis.client))).toEqual([queue.keys.main]);
});

test('stop() ends a consumer that cannot reach Redis, which reported why and is silent afterwards', async () => {
  const consumer = consumers.start({ redis: { ...endpointOf(redis.server), port: 1 }, handler: () => undefined });
  const running = consumer.run();
  const warnings = await reported(consumer, 'warning', 2);
  expect(warnings).toMatchObject([[{ fault: 'connection-refused' }], [{ fault: 'connection-refused' }]]);
  await consumer.stop();
  await expect(running).resolves.toBeUndefined();
  const after: unknown[] = [];
  consumer.on('warning', (error) => after.push(error));
  await redis.client.ping();
  expect(after).toEqual([]);
});
