import { ModelQueue } from '../../queue/model-queue';
import { oneClaimed, tried } from '../support/claims';
import { addDeadLetter } from '../support/dead-letters';
import { message } from '../support/events';
import { contents, keyspace } from '../support/keyspace';
import { useRedis } from '../support/redis';

const redis = useRedis();
const queue = new ModelQueue('model_events');
const text = message('a', '{"note":",\\"retry_count\\":8"}');
const day = 86_400_000;
const snoozedSince = (of: string, ms: number) => of.replace(/(,"retry_count":\d+)/, `$1,"snoozed_since_ms":${ms}`);
const delayed = async () => (await redis.client.zrange(queue.keys.delayed, 0, -1))[0] ?? '';
const sinceOf = (of: string) => Number(/,"snoozed_since_ms":(\d+),"payload"/.exec(of)?.[1]);

test('a snoozed message waits for its pause; the attempt does not count and everything else is unchanged', async () => {
  const claim = await oneClaimed(redis.client, queue, text);
  const serverMs = Number((await redis.client.time())[0]) * 1000;

  expect(await queue.snooze(redis.client, claim, { delayMs: 3_600_000, limitMs: day })).toBe('snoozed');

  expect(Object.keys(await contents(redis.client))).toEqual([queue.keys.delayed]);
  const [waiting = '', due] = await redis.client.zrange(queue.keys.delayed, 0, -1, 'WITHSCORES');
  expect(waiting).toBe(snoozedSince(text, sinceOf(waiting)));
  expect(Math.abs(sinceOf(waiting) - serverMs)).toBeLessThan(5_000);
  expect(Number(due)).toBe(sinceOf(waiting) + 3_600_000);
  expect(await queue.snooze(redis.client, claim, { delayMs: 0, limitMs: day })).toBe('not-held');
});

test('the time of the first snooze survives later snoozes and retries', async () => {
  const first = snoozedSince(text, Date.now() - 3_600_000);
  const claim = await oneClaimed(redis.client, queue, first);
  expect(await queue.snooze(redis.client, claim, { delayMs: 0, limitMs: day })).toBe('snoozed');
  expect(await delayed()).toBe(first);

  const again = await queue.claim(redis.client, { nonce: 'n2', consumer: 'c', count: 1, starting: 1, leaseMs: 60_000 });
  for (const each of again.claims) {
    await queue.retry(redis.client, each, { delayMs: 0, maxRetries: 3, code: 'X', reason: 'x' });
  }
  expect(await delayed()).toBe(tried(first, 1));
});

test('a message that was first snoozed before the limit stays claimed, and can be retried', async () => {
  const claim = await oneClaimed(redis.client, queue, snoozedSince(text, Date.now() - 120_000));
  const before = await contents(redis.client);

  expect(await queue.snooze(redis.client, claim, { delayMs: 0, limitMs: 60_000 })).toBe('too-late');

  expect(await contents(redis.client)).toEqual(before);
  const failure = { delayMs: 0, maxRetries: 3, code: 'X', reason: 'x' };
  expect(await queue.retry(redis.client, claim, failure)).toBe('retried');
});

test.each(['', 'no message', '{"retry_count":1}'])(
  'a text without a counter cannot be snoozed for ever: %j',
  async (foreign) => {
    const claim = await oneClaimed(redis.client, queue, foreign);
    expect(await queue.snooze(redis.client, claim, { delayMs: 0, limitMs: day })).toBe('too-late');
    expect(await queue.acknowledge(redis.client, claim)).toBe('acknowledged');
  },
);

test('a redriven message can be snoozed as long as a new one, and its redrives are counted', async () => {
  const redriven = text.replace(',"retry_count":0', ',"retry_count":3,"redrive_count":1');
  const letter = await addDeadLetter(redis.client, queue, snoozedSince(redriven, 1000));
  expect(await queue.redrive(redis.client, [letter], 'newest')).toEqual(['redriven']);
  expect(await redis.client.lrange(queue.keys.main, 0, -1)).toEqual([
    text.replace(',"retry_count":0', ',"retry_count":0,"redrive_count":2'),
  ]);
});

test('a claim postpones only its own message: with another text nothing changes', async () => {
  const claim = await oneClaimed(redis.client, queue, text);
  const before = await keyspace(redis.client);
  const other = { ...claim, text: message('b') };

  expect(await queue.snooze(redis.client, other, { delayMs: 0, limitMs: day })).toBe('not-held');

  expect(await keyspace(redis.client)).toEqual(before);
});
