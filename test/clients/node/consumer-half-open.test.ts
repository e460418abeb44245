import { ModelQueue } from '../../../queue/model-queue';
import { blockedInRedis, reported, useConsumers } from '../../support/consumers';
import { message } from '../../support/events';
import { contents } from '../../support/keyspace';
import { endpointOf, useRedis } from '../../support/redis';

const redis = useRedis();
const consumers = useConsumers(redis);
const queue = new ModelQueue('model_events');
const impatient = () => ({ ...endpointOf(redis.server), commandTimeoutMs: 200, connectTimeoutMs: 200 });
afterEach(() => redis.server.primary.resume());

test('a consumer detects a server that freezes during its blocking wait, and continues once the server is back', async () => {
  const consumer = consumers.start({ redis: impatient(), blockSeconds: 0.1, handler: () => undefined });
  await blockedInRedis(redis);
  redis.server.primary.pause();
  expect(await reported(consumer, 'warning')).toMatchObject([[{ fault: 'command-timeout', reaction: 'retry' }]]);
  const done = reported(consumer, 'acknowledged');
  redis.server.primary.resume();
  await redis.client.lpush(queue.keys.main, message('a'));
  expect(await done).toMatchObject([[{ message_id: 'a' }]]);
});

test('a claim that the server runs after the consumer timed out loses no message', async () => {
  await redis.client.lpush(queue.keys.main, message('a'), message('b'));
  const texts: string[] = [];
  const consumer = consumers.start({
    redis: impatient(),
    handler: (_, { text }) => {
      // Its next command acknowledges and claims.
      if (texts.push(text) === 1) redis.server.primary.pause();
    },
  });
  const acknowledged = reported(consumer, 'acknowledged');
  const lost = reported(consumer, 'lost');
  // The script that acknowledges and claims fails for both.
  expect(await reported(consumer, 'warning', 2)).toMatchObject(Array(2).fill([{ fault: 'command-timeout' }]));
  redis.server.primary.resume();
  expect(await acknowledged).toMatchObject([[{ message_id: 'b' }]]);
  // The server has acknowledged the first message, but its reply was lost.
  expect(await lost).toEqual([[message('a')]]);
  expect(texts).toEqual([message('a'), message('b')]);
  expect(await contents(redis.client)).toEqual({});
});
