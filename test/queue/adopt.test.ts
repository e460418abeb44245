import { ModelQueue } from '../../queue/model-queue';
import { expireLeases, oneClaimed, tried } from '../support/claims';
import { message } from '../support/events';
import { keyspace } from '../support/keyspace';
import { useRedis } from '../support/redis';

const redis = useRedis();
const queue = new ModelQueue('model_events');
const adopt = (limit = 1000) => queue.adopt(redis.client, { limit, leaseMs: 900_000 });
/** Claims like a plain consumer, which later removes the text with LREM. */
const takePlainly = () => redis.client.rpoplpush(queue.keys.main, queue.keys.processing);

test('a plain consumer’s claim gets a lease when it is first seen, and keeps it', async () => {
  await redis.client.lpush(queue.keys.main, message('a'));
  await takePlainly();

  expect(await adopt()).toBe(1);

  expect(await redis.client.hget(queue.keys.holders, message('a'))).toMatch(/^- plain \d+ 1$/);
  const [seconds] = await redis.client.time();
  const lease = Number(await redis.client.zscore(queue.keys.leases, message('a')));
  expect(Math.abs(lease - Number(seconds) * 1000 - 900_000)).toBeLessThan(5_000);
  const once = await keyspace(redis.client);
  expect(await adopt()).toBe(0);
  expect(await keyspace(redis.client)).toEqual(once);
});

test('claims with a lease are not adopted', async () => {
  await oneClaimed(redis.client, queue, message('ours'));
  const before = await keyspace(redis.client);
  expect(await adopt()).toBe(0);
  expect(await keyspace(redis.client)).toEqual(before);
});

test('the message of a crashed plain consumer is requeued with one more retry_count', async () => {
  await redis.client.lpush(queue.keys.main, message('a'));
  await takePlainly();
  await adopt();
  await expireLeases(redis.client, queue, message('a'));

  expect(await queue.reclaim(redis.client, { limit: 10, maxRetries: 3 })).toMatchObject({ requeued: 1 });

  expect(await takePlainly()).toBe(tried(message('a'), 1));
});

test('a message that a plain consumer removes after its adoption is not requeued', async () => {
  await redis.client.lpush(queue.keys.main, message('a'));
  await takePlainly();
  await adopt();
  expect(await redis.client.lrem(queue.keys.processing, 1, message('a'))).toBe(1);
  await expireLeases(redis.client, queue, message('a'));

  expect(await queue.reclaim(redis.client, { limit: 10, maxRetries: 3 })).toEqual({
    requeued: 0,
    deadLettered: 0,
    vanished: 1,
  });

  expect(await keyspace(redis.client)).toEqual({});
});

test('one run examines at most its limit of entries', async () => {
  const texts = Array.from({ length: 30 }, (_, index) => message(String(index)));
  await redis.client.lpush(queue.keys.processing, ...texts);

  const adopted = await adopt(10);

  expect(adopted).toBeGreaterThan(0);
  expect(adopted).toBeLessThanOrEqual(10);
  expect(await redis.client.zcard(queue.keys.leases)).toBe(adopted);
});

test('a thousand plain claims, including texts that are not messages, are adopted in one run', async () => {
  const texts = ['', 'half a mess', ...Array.from({ length: 998 }, (_, index) => `text ${index}`)];
  await redis.client.lpush(queue.keys.processing, ...texts);
  expect(await adopt()).toBe(1000);
  expect(await redis.client.hlen(queue.keys.holders)).toBe(1000);
});

test('without claims nothing is written', async () => {
  expect(await adopt()).toBe(0);
  expect(await keyspace(redis.client)).toEqual({});
});
