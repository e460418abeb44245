import { maintain } from '../../queue/maintenance';
import { ModelQueue } from '../../queue/model-queue';
import { expireLeases, holdersOf, oneClaimed, tried } from '../support/claims';
import { message } from '../support/events';
import { contents, keyspace } from '../support/keyspace';
import { useRedis } from '../support/redis';

const redis = useRedis();
const queue = new ModelQueue('model_events');
const adopt = async () => (await maintain(redis.client, queue)).adopted;
/** Claims like a plain consumer, which later removes the text with LREM. */
const takePlainly = () => redis.client.rpoplpush(queue.keys.main, queue.keys.processing);

test('a plain consumer’s claim gets a lease when it is first seen, and keeps it', async () => {
  await redis.client.lpush(queue.keys.main, message('a'));
  await takePlainly();

  expect(await adopt()).toBe(1);

  const [holder] = await holdersOf(redis.client, queue, message('a'));
  expect(holder).toMatchObject({ nonce: expect.stringMatching(/^-/) as string, consumer: 'plain', started: true });
  const [seconds] = await redis.client.time();
  const lease = Number(await redis.client.zscore(queue.keys.leases, holder?.id ?? ''));
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

  expect(await maintain(redis.client, queue)).toMatchObject({ requeued: 1 });

  expect(await takePlainly()).toBe(tried(message('a'), 1));
});

test('a message that a plain consumer removes after its adoption is not requeued', async () => {
  await redis.client.lpush(queue.keys.main, message('a'));
  await takePlainly();
  await adopt();
  expect(await redis.client.lrem(queue.keys.processing, 1, message('a'))).toBe(1);
  await expireLeases(redis.client, queue, message('a'));

  expect(await maintain(redis.client, queue)).toMatchObject({ requeued: 0, deadLettered: 0, vanished: 1 });

  expect(await contents(redis.client)).toEqual({});
});

test('one pass adopts every plain claim of 5,000, including texts that are not messages', async () => {
  const texts = ['', 'half a mess', ...Array.from({ length: 4998 }, (_, index) => `text ${index}`)];
  await redis.client.lpush(queue.keys.processing, ...texts);
  expect(await adopt()).toBe(5000);
  expect(await redis.client.hlen(queue.keys.claims)).toBe(5000);
  expect(await adopt()).toBe(0);
});

test('without claims nothing is written', async () => {
  expect(await adopt()).toBe(0);
  expect(await keyspace(redis.client)).toEqual({});
});
