import { ModelQueue } from '../../queue/model-queue';
import { holdersOf, oneClaimed } from '../support/claims';
import { message } from '../support/events';
import { useRedis } from '../support/redis';

const redis = useRedis();
const queue = new ModelQueue('model_events');
const claim = (nonce: string, count = 1, options: { starting?: number; holding?: number } = {}) =>
  queue.claim(redis.client, { nonce, consumer: 'test', count, starting: count, leaseMs: 60_000, ...options });
const textsOf = async (claiming: ReturnType<typeof claim>) => (await claiming).claims.map(({ text }) => text);

test('the oldest message is taken first, with a lease and a record of its holder', async () => {
  const [first, second] = [message('first'), message('second')];
  await redis.client.lpush(queue.keys.main, first, second);

  const { state, claims } = await claim('n1');

  expect([state, claims.map(({ text }) => text)]).toEqual(['claimed', [first]]);
  expect(await redis.client.lrange(queue.keys.processing, 0, -1)).toEqual([first]);
  const [holder] = await holdersOf(redis.client, queue, first);
  expect(holder).toMatchObject({ id: claims[0]?.id, nonce: 'n1.1', consumer: 'test', started: true });
  const [seconds] = await redis.client.time();
  const lease = Number(await redis.client.zscore(queue.keys.leases, holder?.id ?? ''));
  expect(Math.abs(lease - Number(seconds) * 1000 - 60_000)).toBeLessThan(5_000);
});

test('only messages that start at once count as started', async () => {
  const texts = [message('a'), message('b'), message('c')];
  await redis.client.lpush(queue.keys.main, ...texts);

  expect(await textsOf(claim('n1', 5, { starting: 1 }))).toEqual(texts);

  const holders = await Promise.all(texts.map((text) => holdersOf(redis.client, queue, text)));
  expect(holders.flat().map(({ started }) => started)).toEqual([true, false, false]);
});

test('claiming from an empty queue returns when the next delayed message is due', async () => {
  const [seconds] = await redis.client.time();
  await redis.client.zadd(queue.keys.delayed, Number(seconds) * 1000 + 40_000, message('later'));

  const { claims, nextDueMs } = await claim('n1');

  expect(claims).toEqual([]);
  expect(nextDueMs).toBeGreaterThan(35_000);
  expect(nextDueMs).toBeLessThanOrEqual(41_000);
});

test('the claim of a finished plain consumer does not block a claim of an equal text', async () => {
  const text = message('plain');
  await redis.client.lpush(queue.keys.processing, text);
  await queue.sweep(redis.client, { from: 1, count: 1, plainLeaseMs: 900_000, maxRetries: 3 });
  await redis.client.lrem(queue.keys.processing, 1, text);

  const ours = await oneClaimed(redis.client, queue, text);

  expect(await queue.acknowledge(redis.client, ours)).toBe('acknowledged');
});

test('a claim of many large messages ends at half a megabyte', async () => {
  const texts = Array.from({ length: 40 }, (_, index) => message(`m${index}`, { note: 'x'.repeat(20_000) }));
  await redis.client.lpush(queue.keys.main, ...texts);
  const taken = await textsOf(claim('n1', 40));
  expect(taken).toEqual(texts.slice(0, taken.length));
  expect(taken.length).toBeGreaterThan(20);
  expect(taken.length).toBeLessThan(30);
});

test('a wrong type of a key is refused before any write', async () => {
  await redis.client.lpush(queue.keys.main, message('a'));
  await redis.client.set(queue.keys.leases, 'foreign value');

  await expect(claim('n1')).rejects.toThrow(/WRONGTYPE model_events:leases holds a string where a zset belongs/);

  expect(await redis.client.llen(queue.keys.main)).toBe(1);
  expect(await redis.client.llen(queue.keys.processing)).toBe(0);
});

test('a paused queue gives nothing until it is resumed, while its claims can still be settled', async () => {
  const held = await oneClaimed(redis.client, queue, message('held'));
  await redis.client.lpush(queue.keys.main, message('a'));
  await queue.pause(redis.client, 'ada: the chain is down');

  expect(await claim('n2')).toEqual({ state: 'paused', claims: [] });
  expect((await queue.inspect(redis.client)).paused).toMatch(/^\d{4}-\d\d-\d\dT\S+Z ada: the chain is down$/);
  expect(await queue.acknowledge(redis.client, held)).toBe('acknowledged');

  expect(await queue.resume(redis.client)).toBe(true);
  expect(await queue.resume(redis.client)).toBe(false);
  expect(await textsOf(claim('n3'))).toEqual([message('a')]);
  expect((await queue.inspect(redis.client)).paused).toBeUndefined();
});
