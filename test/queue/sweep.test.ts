import { readDeadLetter } from '../../contract/dead-letter';
import { maintain } from '../../queue/maintenance';
import { ModelQueue } from '../../queue/model-queue';
import { claimed, expireLeases, oneClaimed, tried } from '../support/claims';
import { message } from '../support/events';
import { contents, keyspace } from '../support/keyspace';
import { useRedis } from '../support/redis';

const redis = useRedis();
const queue = new ModelQueue('model_events');
const text = message('a', '{"baseline_value":9007199254740993,"performance_data":{}}');
const reclaim = async (maxRetries = 3) => {
  const { requeued, deadLettered, vanished } = await maintain(redis.client, queue, { maxRetries });
  return { requeued, deadLettered, vanished };
};
const waiting = async () => (await redis.client.lrange(queue.keys.main, 0, -1)).reverse();

test('a message whose lease ran out returns with one more retry_count, everything else character for character', async () => {
  await oneClaimed(redis.client, queue, text);
  await expireLeases(redis.client, queue, text);

  expect(await reclaim()).toEqual({ requeued: 1, deadLettered: 0, vanished: 0 });

  expect(Object.keys(await contents(redis.client))).toEqual([queue.keys.main, queue.keys.isolated].sort());
  expect(await waiting()).toEqual([tried(text, 1)]);
});

test('a prefetched message returns unchanged: three crashes do not dead-letter a message that was never started', async () => {
  for (let crash = 0; crash < 5; crash++) {
    await queue.claim(redis.client, { nonce: `n${crash}`, consumer: 'c', count: 1, starting: 0, leaseMs: 60_000 });
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
    expect((await queue.claim(redis.client, options)).claims).toMatchObject([{ text: tried(text, crash) }]);
    await expireLeases(redis.client, queue, tried(text, crash));
    expect(await reclaim()).toEqual({ requeued: crash < 3 ? 1 : 0, deadLettered: crash < 3 ? 0 : 1, vanished: 0 });
  }

  expect(Object.keys(await contents(redis.client))).toEqual([queue.keys.deadLetters]);
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
  expect(await queue.giveBack(redis.client, [late])).toBe(0);
  expect(await queue.snooze(redis.client, late, { delayMs: 0, limitMs: 1000 })).toBe('not-held');

  expect(await keyspace(redis.client)).toEqual(before);
});

test('2,000 expired claims are back after one pass, before the waiting messages, the oldest first', async () => {
  const texts = Array.from({ length: 2000 }, (_, index) => message(`m${index}`));
  for (let from = 0; from < texts.length; from += 500) {
    await claimed(redis.client, queue, texts.slice(from, from + 500), { nonce: `n${from}` });
  }
  await redis.client.lpush(queue.keys.main, message('newer'));
  const ids = await redis.client.zrange(queue.keys.leases, 0, -1);
  await redis.client.zadd(queue.keys.leases, ...ids.flatMap((id) => [1, id]));

  expect(await reclaim()).toEqual({ requeued: 2000, deadLettered: 0, vanished: 0 });

  expect(await waiting()).toEqual([...texts.map((each) => tried(each, 1)), message('newer')]);
  expect(await redis.client.exists(queue.keys.processing, queue.keys.claims, queue.keys.leases)).toBe(0);
});

test('every expired claim of large messages is found, although a window of the sweep ends at a megabyte', async () => {
  const texts = Array.from({ length: 120 }, (_, index) => message(`m${index}`, { note: 'x'.repeat(20_000) }));
  for (let from = 0; from < texts.length; from += 20) {
    await claimed(redis.client, queue, texts.slice(from, from + 20), { nonce: `n${from}` });
  }
  const ids = await redis.client.zrange(queue.keys.leases, 0, -1);
  await redis.client.zadd(queue.keys.leases, ...ids.flatMap((id) => [1, id]));
  expect(await reclaim()).toEqual({ requeued: 120, deadLettered: 0, vanished: 0 });
});

test('without retries a message is attempted once, also after a crash', async () => {
  await oneClaimed(redis.client, queue, text);
  await expireLeases(redis.client, queue, text);

  expect(await reclaim(0)).toEqual({ requeued: 0, deadLettered: 1, vanished: 0 });

  expect(Object.keys(await contents(redis.client))).toEqual([queue.keys.deadLetters]);
});

test('a claim brings a few expired claims back itself, the oldest first, without the monitor', async () => {
  const texts = ['a', 'b', 'c'].map((id) => message(id));
  await claimed(redis.client, queue, texts, { prefetched: 3 });
  await redis.client.lpush(queue.keys.main, message('newer'));
  await expireLeases(redis.client, queue, ...texts);
  const options = { nonce: 'n2', consumer: 'c', count: 9, starting: 9, leaseMs: 60_000, maxRetries: 0 };

  const { claims } = await queue.claim(redis.client, options);

  expect(claims.map((claim) => claim.text)).toEqual([...texts, message('newer')]);
  // The monitor's metric has them.
  expect(await reclaim()).toEqual({ requeued: 3, deadLettered: 0, vanished: 0 });
  expect(await reclaim()).toEqual({ requeued: 0, deadLettered: 0, vanished: 0 });
});

test('a claim dead-letters an expired claim that has no retry left', async () => {
  await oneClaimed(redis.client, queue, text);
  await expireLeases(redis.client, queue, text);
  const options = { nonce: 'n2', consumer: 'c', count: 1, starting: 1, leaseMs: 60_000, maxRetries: 0 };

  expect(await queue.claim(redis.client, options)).toMatchObject({ claims: [] });

  expect(await reclaim()).toEqual({ requeued: 0, deadLettered: 1, vanished: 0 });
  expect(Object.keys(await contents(redis.client))).toEqual([queue.keys.deadLetters]);
});

test('the claim of a message that a plain consumer has removed is dropped', async () => {
  await redis.client.lpush(queue.keys.processing, text);
  await maintain(redis.client, queue);
  await redis.client.lrem(queue.keys.processing, 1, text);
  await expireLeases(redis.client, queue, text);

  expect(await reclaim()).toEqual({ requeued: 0, deadLettered: 0, vanished: 1 });

  expect(await contents(redis.client)).toEqual({});
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
