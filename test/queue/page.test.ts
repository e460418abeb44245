import { ModelQueue } from '../../queue/model-queue';
import { useRedis } from '../support/redis';

const redis = useRedis();
const queue = new ModelQueue('model_events');

beforeEach(async () => {
  // LPUSH in: "1" is the oldest.
  await redis.client.lpush(queue.keys.deadLetters, '1', '2', '3', '4', '5');
});
const page = (from: 'newest' | 'oldest', offset: number, count: number) =>
  queue.page(redis.client, 'deadLetters', { from, offset, count });

test('pages from the newest and from the oldest end cover the list without gaps or duplicates', async () => {
  expect(await page('newest', 0, 2)).toEqual(['5', '4']);
  expect(await page('newest', 2, 2)).toEqual(['3', '2']);
  expect(await page('newest', 4, 2)).toEqual(['1']);
  expect(await page('oldest', 0, 2)).toEqual(['1', '2']);
  expect(await page('oldest', 2, 2)).toEqual(['3', '4']);
  expect(await page('oldest', 4, 2)).toEqual(['5']);
});

test('the page after the last one is empty', async () => {
  expect(await page('newest', 5, 2)).toEqual([]);
  expect(await page('oldest', 5, 2)).toEqual([]);
  expect(await page('oldest', 50, 2)).toEqual([]);
});

test('every list can be paged', async () => {
  await redis.client.lpush(queue.keys.main, 'm');
  await redis.client.lpush(queue.keys.processing, 'p');
  const options = { from: 'oldest', offset: 0, count: 10 } as const;
  expect(await queue.page(redis.client, 'main', options)).toEqual(['m']);
  expect(await queue.page(redis.client, 'processing', options)).toEqual(['p']);
});

test('a page of an empty list is empty', async () => {
  await redis.client.lpush(queue.keys.main, 'a', 'b');
  expect(await queue.page(redis.client, 'main', { from: 'newest', offset: 0, count: 0 })).toEqual([]);
});
