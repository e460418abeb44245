import { ModelQueue } from '../../queue/model-queue';
import { message } from '../support/events';
import { keyspace } from '../support/keyspace';
import { useRedis } from '../support/redis';

const redis = useRedis();
const queue = new ModelQueue('model_events');
const delay = (dueMs: number, ...texts: string[]) =>
  redis.client.zadd(queue.keys.delayed, ...texts.flatMap((text, index) => [dueMs + index, text]));
const later = async () => Number((await redis.client.time())[0]) * 1000 + 3_600_000;
const waiting = async () => (await redis.client.lrange(queue.keys.main, 0, -1)).reverse();

test('due retries are delivered before waiting messages, in the order of their due times; later ones stay delayed', async () => {
  await redis.client.lpush(queue.keys.main, message('waits'));
  await delay(1, message('first'), message('second'));
  await delay(await later(), message('later'));

  expect(await queue.requeueDelayed(redis.client, 100)).toBe(2);

  expect(await waiting()).toEqual([message('first'), message('second'), message('waits')]);
  expect(await redis.client.zrange(queue.keys.delayed, 0, -1)).toEqual([message('later')]);
});

test('due snoozed messages are delivered after waiting messages, in the order of their due times', async () => {
  const snoozed = (id: string) => message(id).replace('{', '{"snoozed_since_ms":1,');
  await redis.client.lpush(queue.keys.main, message('waits'));
  await delay(1, snoozed('first'), message('retry'), snoozed('second'));

  expect(await queue.requeueDelayed(redis.client, 100)).toBe(3);

  expect(await waiting()).toEqual([message('retry'), message('waits'), snoozed('first'), snoozed('second')]);
});

test('moving a due retry twice queues it once', async () => {
  await delay(1, message('a'));
  await queue.requeueDelayed(redis.client, 100);
  const once = await keyspace(redis.client);

  expect(await queue.requeueDelayed(redis.client, 100)).toBe(0);

  expect(await keyspace(redis.client)).toEqual(once);
});

test('one call moves at most its limit, the earliest due time first', async () => {
  await delay(1, message('a'), message('b'), message('c'));
  expect(await queue.requeueDelayed(redis.client, 2)).toBe(2);
  expect(await waiting()).toEqual([message('a'), message('b')]);
  expect(await queue.requeueDelayed(redis.client, 2)).toBe(1);
});

test('a claim also moves due retries, without waiting for the monitor', async () => {
  await redis.client.lpush(queue.keys.main, message('waits'));
  await delay(1, message('due'));
  const options = { nonce: 'n1', consumer: 'c', count: 2, starting: 2, leaseMs: 60_000 };

  const { claims } = await queue.claim(redis.client, options);
  expect(claims.map(({ text }) => text)).toEqual([message('due'), message('waits')]);
});

test('a text that is not a message is moved byte for byte', async () => {
  const odd = ['', 'half a mess'];
  await delay(1, ...odd);
  expect(await queue.requeueDelayed(redis.client, 100)).toBe(2);
  expect(await waiting()).toEqual(odd);
});

test('in an empty queue nothing is moved', async () => {
  expect(await queue.requeueDelayed(redis.client, 100)).toBe(0);
  expect(await keyspace(redis.client)).toEqual({});
});
