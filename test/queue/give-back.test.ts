import { ModelQueue } from '../../queue/model-queue';
import { claimed, oneClaimed } from '../support/claims';
import { message } from '../support/events';
import { keyspace } from '../support/keyspace';
import { useRedis } from '../support/redis';

const redis = useRedis();
const queue = new ModelQueue('model_events');
const texts = ['a', 'b', 'c'].map((id) => message(id));
const take = async (count: number) => {
  const options = { nonce: 'next', consumer: 'next', count, starting: count, leaseMs: 60_000 };
  return (await queue.claim(redis.client, options)).texts;
};

test('messages given back are unchanged and delivered next, in their original order', async () => {
  await redis.client.lpush(queue.keys.main, message('later'));
  const options = { nonce: 'n1', consumer: 'x', count: 3, starting: 3, leaseMs: 60_000 };
  await redis.client.rpush(queue.keys.main, ...[...texts].reverse());
  expect((await queue.claim(redis.client, options)).texts).toEqual(texts);

  expect(await queue.giveBack(redis.client, 'n1', texts)).toBe(3);

  expect(Object.keys(await keyspace(redis.client))).toEqual([queue.keys.main]);
  expect(await take(4)).toEqual([...texts, message('later')]);
});

test('giving a message back twice queues it once', async () => {
  await claimed(redis.client, queue, texts);
  await queue.giveBack(redis.client, 'n1', texts);
  const once = await keyspace(redis.client);

  expect(await queue.giveBack(redis.client, 'n1', texts)).toBe(0);
  expect(await queue.giveBack(redis.client, 'n1')).toBe(0);

  expect(await keyspace(redis.client)).toEqual(once);
});

test('a consumer that lost the claim gives nothing back', async () => {
  await claimed(redis.client, queue, texts);
  const before = await keyspace(redis.client);

  expect(await queue.giveBack(redis.client, 'late', texts)).toBe(0);
  expect(await queue.giveBack(redis.client, 'late')).toBe(0);

  expect(await keyspace(redis.client)).toEqual(before);
});

test('a claim whose reply was lost is given back completely by its nonce, and no other claim is', async () => {
  await claimed(redis.client, queue, texts, { nonce: 'lost', prefetched: 1 });
  const other = await oneClaimed(redis.client, queue, message('other'), { nonce: 'n2' });

  expect(await queue.giveBack(redis.client, 'lost')).toBe(3);

  expect(await queue.inspect(redis.client)).toMatchObject({ depth: 3, processing: 1 });
  expect((await take(3)).sort()).toEqual(texts);
  expect(await queue.acknowledge(redis.client, other)).toBe('acknowledged');
});

test('an acknowledged message is not given back with the others', async () => {
  const [done, ...rest] = await claimed(redis.client, queue, texts);
  await queue.acknowledge(redis.client, done ?? { text: '', nonce: '' });

  expect(await queue.giveBack(redis.client, 'n1', texts)).toBe(2);

  expect(await take(3)).toEqual(rest.map(({ text }) => text));
});

test('a text that is not a message is given back byte for byte', async () => {
  const odd = ['', 'half a mess', '{"retry_count":'];
  await claimed(redis.client, queue, odd);
  expect(await queue.giveBack(redis.client, 'n1', odd)).toBe(3);
  expect(await take(3)).toEqual(odd);
});

test('giving back by nonce keeps the order of the messages', async () => {
  const texts = Array.from({ length: 30 }, (_, index) => message(`m${index}`));
  await claimed(redis.client, queue, texts, { nonce: 'lost' });
  expect(await queue.giveBack(redis.client, 'lost')).toBe(30);
  expect((await redis.client.lrange(queue.keys.main, 0, -1)).reverse()).toEqual(texts);
});
