import { readDeadLetter } from '../../contract/dead-letter';
import { type Claim, ModelQueue } from '../../queue/model-queue';
import { oneClaimed, tried } from '../support/claims';
import { message } from '../support/events';
import { contents, keyspace } from '../support/keyspace';
import { useRedis } from '../support/redis';

const redis = useRedis();
const queue = new ModelQueue('model_events');
const retry = (claim: Claim, delayMs = 10_000, maxRetries = 3) =>
  queue.retry(redis.client, claim, {
    delayMs,
    maxRetries,
    code: 'HANDLER_FAILED',
    reason: 'token service returned "no"',
  });

test('a failed message waits for its backoff with one more retry_count, everything else character for character', async () => {
  const text = message('a', '{"model_id":"m","baseline_value":9007199254740993,"performance_data":{"x":1.10}}');
  const claim = await oneClaimed(redis.client, queue, text);

  expect(await retry(claim)).toBe('retried');

  expect(Object.keys(await contents(redis.client))).toEqual([queue.keys.delayed]);
  const [waiting, due] = await redis.client.zrange(queue.keys.delayed, 0, -1, 'WITHSCORES');
  expect(waiting).toBe(tried(text, 1));
  const [seconds] = await redis.client.time();
  expect(Math.abs(Number(due) - Number(seconds) * 1000 - 10_000)).toBeLessThan(5_000);
});

test('a failure reported twice counts once', async () => {
  const claim = await oneClaimed(redis.client, queue, message('a'));
  await retry(claim);
  const once = await keyspace(redis.client);

  expect(await retry(claim)).toBe('not-held');

  expect(await keyspace(redis.client)).toEqual(once);
});

test('a consumer that lost the claim cannot retry the message of another holder', async () => {
  const claim = await oneClaimed(redis.client, queue, message('a'));
  const before = await keyspace(redis.client);

  expect(await retry({ ...claim, id: `${claim.id}.late` })).toBe('not-held');
  expect(await retry({ ...claim, id: `${claim.id}.late` }, 0, 0)).toBe('not-held');

  expect(await keyspace(redis.client)).toEqual(before);
});

test('a message is tried once and three times more, then becomes a dead letter with the last reason', async () => {
  const text = message('a');
  await redis.client.lpush(queue.keys.main, text);
  const outcomes: string[] = [];
  for (let attempt = 0; attempt < 4; attempt++) {
    const hold = { nonce: `attempt${attempt}`, consumer: 'c', count: 1, starting: 1, leaseMs: 60_000 };
    const [claim = { id: '', text: '' }] = (await queue.claim(redis.client, hold)).claims;
    expect(claim.text).toBe(tried(text, attempt));
    outcomes.push(await retry(claim, 0));
  }

  expect(outcomes).toEqual(['retried', 'retried', 'retried', 'dead-lettered']);
  expect(Object.keys(await contents(redis.client))).toEqual([queue.keys.deadLetters]);
  const [letter] = await redis.client.lrange(queue.keys.deadLetters, 0, -1);
  const reading = readDeadLetter(letter ?? '');
  expect(reading).toMatchObject({
    kind: 'dead-letter',
    messageText: tried(text, 3),
    deadLetter: {
      error: { code: 'HANDLER_FAILED', message: 'token service returned "no"' },
      failed_by: 'consumer',
      queue: 'model_events',
    },
  });
});

test('a consumer that allows no retries dead-letters at the first failure', async () => {
  expect(await retry(await oneClaimed(redis.client, queue, message('a')), 0, 0)).toBe('dead-lettered');
});

test('only the envelope counts: a retry_count in a name or in the payload is left alone', async () => {
  const text = message('x","retry_count":7,"', '{"note":",\\"retry_count\\":8","retry_count":9}');
  const claim = await oneClaimed(redis.client, queue, text);

  await retry(claim);

  const [waiting] = await redis.client.zrange(queue.keys.delayed, 0, -1);
  expect(waiting).toBe(text.replace('"retry_count":0,"payload"', '"retry_count":1,"payload"'));
});

test.each(['no message at all', '', '{"retry_count":1}', '{"a":1,"retry_count":-1}', '{"a":1,"retry_count":"2"}'])(
  'a text without a counter cannot be tried for ever: %j becomes a dead letter at once',
  async (text) => {
    const claim = await oneClaimed(redis.client, queue, text);

    expect(await retry(claim)).toBe('dead-lettered');

    const [letter] = await redis.client.lrange(queue.keys.deadLetters, 0, -1);
    expect(readDeadLetter(letter ?? '')).toMatchObject({ kind: 'dead-letter', messageText: text });
  },
);

test('half a message that still has its counter is retried and dead-lettered like any other', async () => {
  const half = message('a').slice(0, -40);
  expect(await retry(await oneClaimed(redis.client, queue, half))).toBe('retried');
  const claim = await oneClaimed(redis.client, queue, tried(half, 3));
  expect(await retry(claim)).toBe('dead-lettered');
  const [letter] = await redis.client.lrange(queue.keys.deadLetters, 0, -1);
  expect(readDeadLetter(letter ?? '')).toMatchObject({ kind: 'dead-letter', messageText: tried(half, 3) });
});
