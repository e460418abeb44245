import { readDeadLetter } from '../../contract/dead-letter';
import { ModelQueue } from '../../queue/model-queue';
import { claimed, expireLeases, oneClaimed, tried } from '../support/claims';
import { message } from '../support/events';
import { keyspace } from '../support/keyspace';
import { useRedis } from '../support/redis';

const redis = useRedis();
const queue = new ModelQueue('model_events');
const text = message('a', '{"baseline_value":9007199254740993,"performance_data":{}}');
const reclaim = (limit = 100) => queue.reclaim(redis.client, { limit, maxRetries: 3 });
const waiting = async () => (await redis.client.lrange(queue.keys.main, 0, -1)).reverse();

test('a message whose lease ran out returns with one more retry_count, everything else character for character', async () => {
  await oneClaimed(redis.client, queue, text);
  await expireLeases(redis.client, queue, text);

  expect(await reclaim()).toEqual({ requeued: 1, deadLettered: 0, vanished: 0 });

  expect(Object.keys(await keyspace(redis.client))).toEqual([queue.keys.main]);
  expect(await waiting()).toEqual([tried(text, 1)]);
});

test('a prefetched message returns unchanged: three crashes do not dead-letter a message that was never started', async () => {
  for (let crash = 0; crash < 5; crash++) {
    await queue.claim(redis.client, { nonce: 'n', consumer: 'c', count: 1, starting: 0, leaseMs: 60_000 });
    if (crash === 0) await claimed(redis.client, queue, [text], { prefetched: 1 });
    await expireLeases(redis.client, queue, text);
    expect(await reclaim()).toEqual({ requeued: 1, deadLettered: 0, vanished: 0 });
  }
  expect(await waiting()).toEqual([text]);
});

test('reclaiming twice requeues once, and an unexpired lease is unchanged', async () => {
  await claimed(redis.client, queue, [text, message('b')]);
  await expireLeases(redis.client, queue, text);
  await reclaim();
  const once = await keyspace(redis.client);

  expect(await reclaim()).toEqual({ requeued: 0, deadLettered: 0, vanished: 0 });

  expect(await keyspace(redis.client)).toEqual(once);
  expect(await waiting()).toEqual([tried(text, 1)]);
});

test('a message that kills four consumers is dead-lettered with the name of the last one', async () => {
  await redis.client.lpush(queue.keys.main, text);
  for (let crash = 0; crash < 4; crash++) {
    const options = { nonce: `n${crash}`, consumer: `worker-${crash}`, count: 1, starting: 1, leaseMs: 60_000 };
    expect((await queue.claim(redis.client, options)).texts).toEqual([tried(text, crash)]);
    await expireLeases(redis.client, queue, tried(text, crash));
    expect(await reclaim()).toEqual({ requeued: crash < 3 ? 1 : 0, deadLettered: crash < 3 ? 0 : 1, vanished: 0 });
  }

  expect(Object.keys(await keyspace(redis.client))).toEqual([queue.keys.deadLetters]);
  const [letter] = await redis.client.lrange(queue.keys.deadLetters, 0, -1);
  expect(readDeadLetter(letter ?? '')).toMatchObject({
    kind: 'dead-letter',
    messageText: tried(text, 3),
    deadLetter: {
      error: { code: 'LEASE_EXPIRED', message: 'the lease of consumer worker-3 ran out and no retry is left' },
      failed_by: 'reclaimer',
    },
  });
});

test('a consumer that returns after its claim was reclaimed cannot settle it', async () => {
  const late = await oneClaimed(redis.client, queue, text);
  await expireLeases(redis.client, queue, text);
  await reclaim();
  const before = await keyspace(redis.client);
  const error = { code: 'X', reason: 'x' };

  expect(await queue.acknowledge(redis.client, late)).toBe('not-held');
  expect(await queue.retry(redis.client, late, { ...error, delayMs: 0, maxRetries: 3 })).toBe('not-held');
  expect(await queue.deadLetter(redis.client, late, error)).toBe('not-held');
  expect(await queue.start(redis.client, late, 60_000)).toBe('not-held');
  expect(await queue.extend(redis.client, [late], 60_000)).toEqual([late]);
  expect(await queue.giveBack(redis.client, late.nonce, [late.text])).toBe(0);

  expect(await keyspace(redis.client)).toEqual(before);
});

test('one call requeues at most its limit of expired claims before the waiting messages, the earliest expiry first', async () => {
  const texts = ['a', 'b', 'c'].map((id) => message(id));
  await claimed(redis.client, queue, texts);
  await redis.client.lpush(queue.keys.main, message('newer'));
  await expireLeases(redis.client, queue, ...texts);

  expect(await reclaim(2)).toMatchObject({ requeued: 2 });
  expect(await waiting()).toEqual([tried(message('a'), 1), tried(message('b'), 1), message('newer')]);
  expect(await reclaim(2)).toMatchObject({ requeued: 1 });
});

test('a lease whose message a plain consumer has removed is deleted', async () => {
  await redis.client.lpush(queue.keys.processing, text);
  await queue.adopt(redis.client, { limit: 10, leaseMs: 900_000 });
  await redis.client.lrem(queue.keys.processing, 1, text);
  await expireLeases(redis.client, queue, text);

  expect(await reclaim()).toEqual({ requeued: 0, deadLettered: 0, vanished: 1 });

  expect(await keyspace(redis.client)).toEqual({});
});

test.each(['', 'half a mess', '{"retry_count":0}'])(
  'a text without a counter is dead-lettered when its lease runs out: %j',
  async (foreign) => {
    await oneClaimed(redis.client, queue, foreign);
    await expireLeases(redis.client, queue, foreign);

    expect(await reclaim()).toEqual({ requeued: 0, deadLettered: 1, vanished: 0 });

    const [letter] = await redis.client.lrange(queue.keys.deadLetters, 0, -1);
    expect(readDeadLetter(letter ?? '')).toMatchObject({ kind: 'dead-letter', messageText: foreign });
  },
);
