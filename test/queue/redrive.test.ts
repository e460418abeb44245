import { ModelQueue } from '../../queue/model-queue';
import { oneClaimed, tried } from '../support/claims';
import { addDeadLetter } from '../support/dead-letters';
import { message } from '../support/events';
import { keyspace } from '../support/keyspace';
import { useRedis } from '../support/redis';

const redis = useRedis();
const queue = new ModelQueue('model_events');
const text = message('a', '{"baseline_value":9007199254740993,"performance_data":{"x":1.10,"y":1e400}}');
const redriven = (of: string, times: number) =>
  of.replace(/,"retry_count":\d+/, `,"retry_count":0,"redrive_count":${times}`);

test('a dead letter is requeued with retry_count 0 and one more redrive_count, everything else character for character', async () => {
  const letter = await addDeadLetter(redis.client, queue, tried(text, 3));

  expect(await queue.redrive(redis.client, [letter], 'newest')).toEqual(['redriven']);

  expect(Object.keys(await keyspace(redis.client))).toEqual([queue.keys.main]);
  expect(await redis.client.lrange(queue.keys.main, 0, -1)).toEqual([redriven(text, 1)]);
});

test('redriving a dead letter twice queues it once', async () => {
  const letter = await addDeadLetter(redis.client, queue, text);
  await queue.redrive(redis.client, [letter], 'oldest');
  const once = await keyspace(redis.client);

  expect(await queue.redrive(redis.client, [letter], 'oldest')).toEqual(['not-found']);

  expect(await keyspace(redis.client)).toEqual(once);
});

test('the redrives of one message are counted through retries and dead-letterings', async () => {
  const failed = { delayMs: 0, maxRetries: 0, code: 'HANDLER_FAILED', reason: 'no' };
  let current = text;
  for (let times = 1; times <= 3; times++) {
    await queue.retry(redis.client, await oneClaimed(redis.client, queue, current), failed);
    const letters = await queue.page(redis.client, 'deadLetters', { from: 'newest', offset: 0, count: 1 });
    expect(await queue.redrive(redis.client, letters, 'newest')).toEqual(['redriven']);
    current = (await redis.client.lpop(queue.keys.main)) ?? '';
    expect(current).toBe(redriven(text, times));
  }
});

test('a large redrive is queued after the waiting messages', async () => {
  await redis.client.lpush(queue.keys.main, message('today'));
  const letters = [
    await addDeadLetter(redis.client, queue, message('a')),
    await addDeadLetter(redis.client, queue, message('b')),
  ];
  await queue.redrive(redis.client, letters, 'oldest');
  const options = { nonce: 'n', consumer: 'c', count: 3, starting: 3, leaseMs: 60_000 };
  const { claims } = await queue.claim(redis.client, options);
  expect(claims.map(({ text }) => text)).toEqual([
    message('today'),
    redriven(message('a'), 1),
    redriven(message('b'), 1),
  ]);
});

test('the results are returned for each dead letter, in order', async () => {
  const ours = await addDeadLetter(redis.client, queue, text);
  const refused = await addDeadLetter(redis.client, queue, '{"detail":{"model_id":7}}', { failedBy: 'publisher' });
  const unreadable = await addDeadLetter(redis.client, queue, 'half a mess', { failedBy: 'reclaimer' });
  await redis.client.lpush(queue.keys.deadLetters, 'foreign', '{"message":1}');
  const gone = ours.replace('11:00', '12:00');

  const results = await queue.redrive(
    redis.client,
    [refused, ours, 'foreign', unreadable, gone, '{"message":1}'],
    'newest',
  );

  expect(results).toEqual(['needs-buffer', 'redriven', 'foreign', 'redriven', 'not-found', 'foreign']);
  expect(await redis.client.lrange(queue.keys.deadLetters, 0, -1)).toEqual(['{"message":1}', 'foreign', refused]);
  expect(await redis.client.lrange(queue.keys.main, 0, -1)).toEqual(['half a mess', redriven(text, 1)]);
});

test('of equal dead letters each call moves as many as are given', async () => {
  const letter = await addDeadLetter(redis.client, queue, text);
  await addDeadLetter(redis.client, queue, text);
  await addDeadLetter(redis.client, queue, text);
  expect(await queue.redrive(redis.client, [letter, letter], 'newest')).toEqual(['redriven', 'redriven']);
  expect(await queue.inspect(redis.client)).toMatchObject({ depth: 2, deadLetters: 1 });
});

test('for texts that are not dead letters nothing is written', async () => {
  await redis.client.lpush(queue.keys.deadLetters, 'foreign');
  const before = await keyspace(redis.client);
  expect(await queue.redrive(redis.client, ['foreign'], 'newest')).toEqual(['foreign']);
  expect(await queue.redrive(redis.client, [], 'newest')).toEqual([]);
  expect(await keyspace(redis.client)).toEqual(before);
});
