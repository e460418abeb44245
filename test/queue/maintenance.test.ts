import { maintain } from '../../queue/maintenance';
import { ModelQueue } from '../../queue/model-queue';
import { claimed, expireLeases, holdersOf, tried } from '../support/claims';
import { message } from '../support/events';
import { keyspace } from '../support/keyspace';
import { useRedis } from '../support/redis';

const redis = useRedis();
const queue = new ModelQueue('model_events');
const nothing = { moved: 0, requeued: 0, deadLettered: 0, vanished: 0, adopted: 0, returned: 0 };

test('one pass moves due retries, requeues expired claims, dead-letters those without retries left and adopts plain claims', async () => {
  await claimed(redis.client, queue, [message('lost'), tried(message('hopeless'), 3), message('fine')]);
  await redis.client.lpush(queue.keys.processing, message('plain'));
  await expireLeases(redis.client, queue, message('lost'), tried(message('hopeless'), 3));
  await redis.client.zadd(queue.keys.delayed, 1, message('due'));

  expect(await maintain(redis.client, queue)).toEqual({
    moved: 1,
    requeued: 1,
    deadLettered: 1,
    vanished: 0,
    adopted: 1,
    returned: 0,
  });

  expect(await queue.inspect(redis.client)).toMatchObject({ depth: 2, processing: 2, delayed: 0, deadLetters: 1 });
});

test('a second pass finds nothing to do and writes nothing', async () => {
  await claimed(redis.client, queue, [message('lost')]);
  await redis.client.lpush(queue.keys.processing, message('plain'));
  await expireLeases(redis.client, queue, message('lost'));
  await maintain(redis.client, queue);
  const once = await keyspace(redis.client);

  expect(await maintain(redis.client, queue)).toEqual(nothing);

  expect(await keyspace(redis.client)).toEqual(once);
});

test('two concurrent monitors requeue each message once', async () => {
  const texts = Array.from({ length: 50 }, (_, index) => message(String(index)));
  await claimed(redis.client, queue, texts);
  await expireLeases(redis.client, queue, ...texts);

  const reports = await Promise.all([1, 2, 3].map(() => maintain(redis.client, queue)));

  expect(reports.reduce((sum, { requeued }) => sum + requeued, 0)).toBe(50);
  const back = await redis.client.lrange(queue.keys.main, 0, -1);
  expect(new Set(back)).toEqual(new Set(texts.map((text) => tried(text, 1))));
  expect(back).toHaveLength(50);
});

test('the lease of plain claims and the number of retries are set by the subscription', async () => {
  await redis.client.lpush(queue.keys.processing, message('plain'));
  await claimed(redis.client, queue, [message('lost')]);
  await expireLeases(redis.client, queue, message('lost'));

  expect(await maintain(redis.client, queue, { plainLeaseSeconds: 30, maxRetries: 0 })).toMatchObject({
    adopted: 1,
    deadLettered: 1,
  });

  const [holder] = await holdersOf(redis.client, queue, message('plain'));
  const lease = Number(await redis.client.zscore(queue.keys.leases, holder?.id ?? ''));
  const [seconds] = await redis.client.time();
  expect(Math.abs(lease - Number(seconds) * 1000 - 30_000)).toBeLessThan(5_000);
});

test('an empty Redis stays empty', async () => {
  expect(await maintain(redis.client, queue)).toEqual(nothing);
  expect(await keyspace(redis.client)).toEqual({});
});
