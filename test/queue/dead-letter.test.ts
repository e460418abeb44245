import fc from 'fast-check';
import { readDeadLetter } from '../../contract/dead-letter';
import { maintain } from '../../queue/maintenance';
import { ModelQueue } from '../../queue/model-queue';
import { oneClaimed } from '../support/claims';
import { message } from '../support/events';
import { contents, keyspace } from '../support/keyspace';
import { useRedis } from '../support/redis';

const redis = useRedis();
const queue = new ModelQueue('model_events');
const error = { code: 'NO_SUCH_TOKEN', reason: 'no token CRSK: "gone"\n' };

const letters = () => redis.client.lrange(queue.keys.deadLetters, 0, -1);

test('a refused message becomes a dead letter at once, with the reason, the time and the unchanged message', async () => {
  const text = message('a', '{"baseline_value":9007199254740993,"performance_data":{"x":1e400,"y":-0.0}}');
  const claim = await oneClaimed(redis.client, queue, text);

  expect(await queue.deadLetter(redis.client, claim, error)).toBe('dead-lettered');

  expect(Object.keys(await contents(redis.client))).toEqual([queue.keys.deadLetters]);
  const [letter] = await letters();
  const reading = readDeadLetter(letter ?? '');
  expect(reading).toMatchObject({
    kind: 'dead-letter',
    messageText: text,
    deadLetter: { error: { code: error.code, message: error.reason }, failed_by: 'consumer', queue: 'model_events' },
  });
  const [seconds] = await redis.client.time();
  const failedAt = reading.kind === 'dead-letter' ? reading.deadLetter.failed_at : '';
  expect(new Date(failedAt).toISOString()).toBe(failedAt);
  expect(Math.abs(Date.parse(failedAt) - Number(seconds) * 1000)).toBeLessThan(5_000);
});

test('refusing a message twice writes one dead letter', async () => {
  const claim = await oneClaimed(redis.client, queue, message('a'));
  await queue.deadLetter(redis.client, claim, error);
  const once = await keyspace(redis.client);

  expect(await queue.deadLetter(redis.client, claim, error)).toBe('not-held');

  expect(await keyspace(redis.client)).toEqual(once);
});

test('a consumer that lost the claim cannot dead-letter the message of another holder', async () => {
  const claim = await oneClaimed(redis.client, queue, message('a'));
  const before = await keyspace(redis.client);

  expect(await queue.deadLetter(redis.client, { ...claim, id: `${claim.id}.late` }, error)).toBe('not-held');

  expect(await keyspace(redis.client)).toEqual(before);
});

test('the newest dead letter is at the left end', async () => {
  for (const id of ['a', 'b']) {
    await queue.deadLetter(redis.client, await oneClaimed(redis.client, queue, message(id)), error);
  }
  const texts = (await letters())
    .map(readDeadLetter)
    .map((reading) => reading.kind === 'dead-letter' && reading.messageText);
  expect(texts).toEqual([message('b'), message('a')]);
});

test('the dead letter of a random text can be read and contains the text unchanged', async () => {
  const foreign = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.json(),
    fc.json().map((text) => text.slice(0, -1)),
    fc.json().map((text) => `{"a":${text}`),
    fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value, null, 2)),
  );
  await fc.assert(
    fc.asyncProperty(foreign, async (text) => {
      await redis.client.flushall();
      await queue.deadLetter(redis.client, await oneClaimed(redis.client, queue, text), error);
      const [letter] = await letters();
      expect(readDeadLetter(letter ?? '')).toMatchObject({ kind: 'dead-letter', messageText: text });
    }),
    { numRuns: 150 },
  );
});

test.each([
  '{"a":NaN}',
  '{"a":-Infinity}',
  '{"a":0x10}',
  '{"a":"line\nbreak"}',
  '{"a":01}',
  '{"a":1.}',
  '{"a":"\\ud800"}',
  '{"a":tru}',
  '{"a":.5}',
  '{"a":"\u0001"}',
  '{"a":1}x',
  '{"a":1}\u0000',
  '{"a":inf}',
  '{"a":+1}',
  '{"a":"\\x"}',
  `${'{"a":'.repeat(1200)}1${'}'.repeat(1200)}`,
  ...['NaN', '-Infinity', '0x10', '01', '1.', '-01.5', '.5', '1e', '"line\nbreak"', '"\t"', '"\u0000"'].map((value) =>
    message('a', `{"baseline_value":${value}}`),
  ),
])('text that only looks like JSON is kept as a string: %j', async (text) => {
  await queue.deadLetter(redis.client, await oneClaimed(redis.client, queue, text), error);
  const [letter] = await letters();
  expect(readDeadLetter(letter ?? '')).toMatchObject({ kind: 'dead-letter', messageText: text });
});

test('bytes that are not UTF-8 become a dead letter that every tool can read and discard', async () => {
  await redis.client.lpush(queue.keys.main, Buffer.from([0x7b, 0xff, 0xfe, 0x7d]));
  await queue.claim(redis.client, { nonce: 'n1', consumer: 'test', count: 1, starting: 1, leaseMs: 60_000 });
  const [id = ''] = await redis.client.zrange(queue.keys.leases, 0, 0);
  await redis.client.zadd(queue.keys.leases, 0, id);

  await maintain(redis.client, queue);

  const [letter = ''] = await letters();
  expect(readDeadLetter(letter)).toMatchObject({ kind: 'dead-letter', messageText: '{\u00ff\u00fe}' });
  expect(await queue.discard(redis.client, [letter], 'newest')).toEqual(['discarded']);
});
