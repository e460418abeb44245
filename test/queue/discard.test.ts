import { ModelQueue } from '../../queue/model-queue';
import { addDeadLetter } from '../support/dead-letters';
import { message } from '../support/events';
import { keyspace } from '../support/keyspace';
import { useRedis } from '../support/redis';

const redis = useRedis();
const queue = new ModelQueue('model_events');

test('a discard removes only the given dead letter, and a second discard returns not-found', async () => {
  const letter = await addDeadLetter(redis.client, queue, message('a'));
  const other = await addDeadLetter(redis.client, queue, message('b'));

  expect(await queue.discard(redis.client, [letter], 'newest')).toEqual(['discarded']);
  expect(await redis.client.lrange(queue.keys.deadLetters, 0, -1)).toEqual([other]);

  expect(await queue.discard(redis.client, [letter], 'newest')).toEqual(['not-found']);
  expect(await redis.client.lrange(queue.keys.deadLetters, 0, -1)).toEqual([other]);
});

test('of equal dead letters as many are removed as are given, from either end', async () => {
  await redis.client.lpush(queue.keys.deadLetters, 'x', 'y', 'x', 'x');
  expect(await queue.discard(redis.client, ['x', 'x'], 'oldest')).toEqual(['discarded', 'discarded']);
  expect(await redis.client.lrange(queue.keys.deadLetters, 0, -1)).toEqual(['x', 'y']);
  expect(await queue.discard(redis.client, ['x', 'x'], 'newest')).toEqual(['discarded', 'not-found']);
});

test('a text that is not a dead letter can be discarded', async () => {
  await redis.client.lpush(queue.keys.deadLetters, '', 'half a let');
  expect(await queue.discard(redis.client, ['', 'half a let'], 'oldest')).toEqual(['discarded', 'discarded']);
  expect(await keyspace(redis.client)).toEqual({});
});

test('an empty discard removes nothing', async () => {
  await addDeadLetter(redis.client, queue, message('a'));
  const before = await keyspace(redis.client);
  expect(await queue.discard(redis.client, [], 'newest')).toEqual([]);
  expect(await keyspace(redis.client)).toEqual(before);
});
