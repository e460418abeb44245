/** A monitor whose configuration has one subscription, beside refused events and the queue of a removed subscription. */
import { recordQueues } from '../../queue/covered-queues';
import { keysOfSlot } from '../../queue/keys';
import { ModelQueue } from '../../queue/model-queue';
import { claimed, expireLeases, tried } from '../support/claims';
import { addDeadLetter } from '../support/dead-letters';
import { eventBody, message, registered } from '../support/events';
import { useMonitor, valuesIn } from '../support/monitor';
import { useRedis } from '../support/redis';

const { queues: queuesKey } = keysOfSlot('model_events');

const redis = useRedis();
const root = new ModelQueue('model_events');
const site = new ModelQueue('model_events:site');
const old = new ModelQueue('model_events:old');
const monitor = useMonitor(redis, { subscriptions: [{ service: 'hokusai-site', queue: site.name }] });

/** The configuration had this subscription when a monitor ran. */
const wasSubscribed = () => recordQueues(redis.client, [{ service: 'hokusai-old', queue: old.name }]);

test('refused events are measured, and do not count as unsubscribed messages', async () => {
  await addDeadLetter(redis.client, root, eventBody(registered()), { failedBy: 'publisher' });
  const points = await monitor.run();
  expect(valuesIn(points, root.name)).toMatchObject({ DeadLetterDepth: 1, QueueDepth: 0 });
  expect(valuesIn(points)).toMatchObject({ UnsubscribedMessages: 0 });
});

test('messages that wait in model_events count as unsubscribed', async () => {
  await redis.client.lpush(root.keys.main, message('a'));
  expect(valuesIn(await monitor.run())).toMatchObject({ UnsubscribedMessages: 1 });
});

test('the queue of a removed subscription is maintained and measured', async () => {
  await wasSubscribed();
  await claimed(redis.client, old, [message('lost')]);
  await expireLeases(redis.client, old, message('lost'));
  await redis.client.zadd(old.keys.delayed, 1, message('due'));
  await addDeadLetter(redis.client, old, message('dead'));

  const points = await monitor.run();

  expect(valuesIn(points, old.name)).toMatchObject({ QueueDepth: 2, ProcessingDepth: 0 });
  expect(valuesIn(points, old.name)).not.toHaveProperty('DelayedDepth');
  expect(valuesIn(points)).toMatchObject({ UnsubscribedMessages: 3 });
  const back = await redis.client.lrange(old.keys.main, 0, -1);
  expect(back.sort()).toEqual([tried(message('lost'), 1), message('due')].sort());
});

test('a monitor records the queues of its subscriptions, so that they are found after their subscription is removed', async () => {
  await monitor.run();
  expect(await redis.client.smembers(queuesKey)).toEqual([site.name]);
});

test('an empty queue without a subscription is forgotten; one with a message is not', async () => {
  await wasSubscribed();
  await redis.client.lpush(old.keys.main, message('a'));
  await monitor.run();
  expect(await redis.client.sismember(queuesKey, old.name)).toBe(1);

  await redis.client.del(old.keys.main);
  await monitor.run();
  expect(await redis.client.smembers(queuesKey)).toEqual([site.name]);
  expect(valuesIn(await monitor.run(), old.name)).toEqual({});
});

test('a foreign name in the record of the queues is ignored', async () => {
  await redis.client.sadd(queuesKey, 'sessions', 'model_events:site:dlq');
  await redis.client.lpush('sessions', 'foreign');
  expect(valuesIn(await monitor.run())).toMatchObject({ UnsubscribedMessages: 0 });
  expect(await redis.client.lrange('sessions', 0, -1)).toEqual(['foreign']);
});

test('UnsubscribedMessages has no value while such a queue cannot be read, so that its alarm keeps its state', async () => {
  await wasSubscribed();
  await redis.client.set(old.keys.main, 'foreign');
  expect(valuesIn(await monitor.run())).not.toHaveProperty('UnsubscribedMessages');
});
