import { ModelQueue } from '../../queue/model-queue';
import { addDeadLetter } from '../support/dead-letters';
import { message } from '../support/events';
import { keyspace } from '../support/keyspace';
import { useRedis } from '../support/redis';

const redis = useRedis();
const queue = new ModelQueue('model_events');

test('a discarded letter is gone, the others stay, and a second call finds nothing', async () => {
  const letter = await addDeadLetter(redis.client, queue, message('a'));
  const other = await addDeadLetter(redis.client, queue, message('b'));

  expect(await queue.discard(redis.client, [letter], 'newest')).toEqual(['discarded']);
  expect(await redis.client.lrange(queue.keys.deadLetters, 0, -1)).toEqual([other]);

  expect(await queue.discard(redis.client, [letter], 'newest')).toEqual(['not-found']);
  expect(await redis.client.lrange(queue.keys.deadLetters, 0, -1)).toEqual([other]);
});

test('of equal letters one goes for each that was named, from either end', async () => {
  await redis.client.lpush(queue.keys.deadLetters, 'x', 'y', 'x', 'x');
  expect(await queue.discard(redis.client, ['x', 'x'], 'oldest')).toEqual(['discarded', 'discarded']);
  expect(await redis.client.lrange(queue.keys.deadLetters, 0, -1)).toEqual(['x', 'y']);
  expect(await queue.discard(redis.client, ['x', 'x'], 'newest')).toEqual(['discarded', 'not-found']);
});

test('a text that is no dead letter can be discarded too', async () => {
  await redis.client.lpush(queue.keys.deadLetters, '', 'half a let');
  expect(await queue.discard(redis.client, ['', 'half a let'], 'oldest')).toEqual(['discarded', 'discarded']);
  expect(await keyspace(redis.client)).toEqual({});
});

test('naming nothing deletes nothing', async () => {
  await addDeadLetter(redis.client, queue, message('a'));
  const before = await keyspace(redis.client);
  expect(await queue.discard(redis.client, [], 'newest')).toEqual([]);
  expect(await keyspace(redis.client)).toEqual(before);
});
