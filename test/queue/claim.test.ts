import { ModelQueue } from '../../queue/model-queue';
import { message } from '../support/events';
import { useRedis } from '../support/redis';

const redis = useRedis();
const queue = new ModelQueue('model_events');
const claim = (nonce: string, count = 1, starting = count) =>
  queue.claim(redis.client, { nonce, consumer: 'test', count, starting, leaseMs: 60_000 });

test('the oldest message is taken first, with a lease and a record of its holder', async () => {
  const [first, second] = [message('first'), message('second')];
  await redis.client.lpush(queue.keys.main, first, second);

  expect((await claim('n1')).texts).toEqual([first]);

  expect(await redis.client.lrange(queue.keys.processing, 0, -1)).toEqual([first]);
  expect(await redis.client.hget(queue.keys.holders, first)).toMatch(/^n1 test \d+ 1$/);
  const [seconds] = await redis.client.time();
  const lease = Number(await redis.client.zscore(queue.keys.leases, first));
  expect(Math.abs(lease - Number(seconds) * 1000 - 60_000)).toBeLessThan(5_000);
});

test('only messages that start at once count as started', async () => {
  const texts = [message('a'), message('b'), message('c')];
  await redis.client.lpush(queue.keys.main, ...texts);

  expect((await claim('n1', 5, 1)).texts).toEqual(texts);

  const records = await redis.client.hmget(queue.keys.holders, ...texts);
  expect(records.map((record) => record?.at(-1))).toEqual(['1', '0', '0']);
});

test('an equal text that another consumer holds is claimed only after that one is finished', async () => {
  const text = message('twin');
  await redis.client.lpush(queue.keys.main, text, text);
  expect((await claim('n1', 2)).texts).toEqual([text]);
  expect((await queue.inspect(redis.client)).delayed).toBe(1);

  await queue.acknowledge(redis.client, { text, nonce: 'n1' });
  await redis.client.zadd(queue.keys.delayed, 0, text);

  expect((await claim('n2')).texts).toEqual([text]);
  expect(await queue.acknowledge(redis.client, { text, nonce: 'n2' })).toBe('acknowledged');
  expect(await redis.client.keys('*')).toEqual([]);
});

test('claiming from an empty queue returns when the next delayed message is due', async () => {
  const [seconds] = await redis.client.time();
  await redis.client.zadd(queue.keys.delayed, Number(seconds) * 1000 + 40_000, message('later'));

  const { texts, nextDueMs } = await claim('n1');

  expect(texts).toEqual([]);
  expect(nextDueMs).toBeGreaterThan(35_000);
  expect(nextDueMs).toBeLessThanOrEqual(41_000);
});

test('a holder record left by a finished plain consumer does not block a claim', async () => {
  const text = message('plain');
  await redis.client.lpush(queue.keys.processing, text);
  await queue.adopt(redis.client, { limit: 1000, leaseMs: 900_000 });
  await redis.client.lrem(queue.keys.processing, 1, text);
  await redis.client.lpush(queue.keys.main, text);

  expect((await claim('n1')).texts).toEqual([text]);
  expect(await queue.acknowledge(redis.client, { text, nonce: 'n1' })).toBe('acknowledged');
});

test('a wrong type of a key is refused before any write', async () => {
  await redis.client.lpush(queue.keys.main, message('a'));
  await redis.client.set(queue.keys.leases, 'foreign value');

  await expect(claim('n1')).rejects.toThrow(
    /WRONGTYPE model_events:processing:leases holds a string where a zset belongs/,
  );

  expect(await redis.client.llen(queue.keys.main)).toBe(1);
  expect(await redis.client.llen(queue.keys.processing)).toBe(0);
});
