import { readDeadLetter } from '../../contract/dead-letter';
import { publish } from '../../queue/publish';
import { message } from '../support/events';
import { keyspace } from '../support/keyspace';
import { messageRecord, publishOptions, queues, refusedRecord, smokeRecord } from '../support/publishing';
import { useRedis } from '../support/redis';

const redis = useRedis();
const results = async (...records: Parameters<typeof publish>[1]) =>
  (await publish(redis.client, records, publishOptions)).results;
const list = (key: string) => redis.client.lrange(key, 0, -1);
/** All lists: what consumers and operators see. */
const lists = async () => {
  const all = Object.entries(await keyspace(redis.client));
  return Object.fromEntries(all.filter(([key]) => !key.includes(':seen:')));
};

test('a message is in every queue at once, and its `seen` key contains the time and the queues', async () => {
  expect(await results(messageRecord('a'))).toEqual(['published']);

  for (const queue of queues) expect(await list(queue)).toEqual([message('a')]);
  expect(await redis.client.get('model_events:seen:a')).toMatch(/^digest-a \d{13} model_events,model_events:site$/);
  expect(await redis.client.ttl('model_events:seen:a')).toBeGreaterThan(86_000);
});

test('a message published twice is queued once, and the second time renews its deduplication time', async () => {
  await results(messageRecord('a'));
  await redis.client.expire('model_events:seen:a', 10);
  const once = await lists();

  expect(await results(messageRecord('a'))).toEqual(['duplicate']);

  expect(await lists()).toEqual(once);
  expect(await redis.client.ttl('model_events:seen:a')).toBeGreaterThan(86_000);
});

test('a batch keeps its order, and a duplicate record in it is queued once', async () => {
  expect(await results(messageRecord('a'), messageRecord('b'), messageRecord('a'), messageRecord('c'))).toEqual([
    'published',
    'published',
    'duplicate',
    'published',
  ]);
  expect((await list('model_events')).reverse()).toEqual([message('a'), message('b'), message('c')]);
});

test('another event with the same id is id-reused, in one batch and later', async () => {
  const other = messageRecord('a', { digest: 'other' });
  expect(await results(messageRecord('a'), other)).toEqual(['published', 'id-reused']);
  const before = await keyspace(redis.client);
  expect(await results(other)).toEqual(['id-reused']);
  expect(await keyspace(redis.client)).toEqual(before);
});

test('a message for one subscription goes to no other', async () => {
  await results(messageRecord('a', { queues: ['model_events:site'] }));
  expect(Object.keys(await lists())).toEqual(['model_events:site']);
  expect(await redis.client.get('model_events:seen:a')).toMatch(/ model_events:site$/);
});

test('a replay is deduplicated within itself only', async () => {
  const replayed = messageRecord('a', { replayName: 'hokusai-site.x' });
  expect(await results(messageRecord('a'), replayed, replayed)).toEqual(['published', 'published', 'duplicate']);
  expect(await redis.client.exists('model_events:seen:a', 'model_events:seen:hokusai-site.x/a')).toBe(2);
});

test('a refused event becomes one dead letter for each SQS message, with the server’s time', async () => {
  expect(await results(refusedRecord('sqs-1'), refusedRecord('sqs-2'))).toEqual(['published', 'published']);
  expect(await results(refusedRecord('sqs-1'))).toEqual(['duplicate']);

  const letters = await list('model_events:dlq');
  expect(letters).toHaveLength(2);
  const reading = readDeadLetter(letters[0] ?? '');
  expect(reading).toMatchObject({ kind: 'dead-letter', deadLetter: { failed_by: 'publisher', message: 'raw' } });
  const [seconds] = await redis.client.time();
  const failedAt = reading.kind === 'dead-letter' ? reading.deadLetter.failed_at : '';
  expect(Math.abs(Date.parse(failedAt) - Number(seconds) * 1000)).toBeLessThan(5_000);
  expect(Object.keys(await lists())).toEqual(['model_events:dlq']);
});

test('smoke events go to a separate list that expires and never exceeds a thousand entries', async () => {
  const batch = Array.from({ length: 600 }, (_, index) => index);
  await results(...batch.map((index) => smokeRecord(`first-${index}`)));
  await results(...batch.map((index) => smokeRecord(`second-${index}`)));

  expect(Object.keys(await lists())).toEqual(['model_events:smoke']);
  expect(await redis.client.llen('model_events:smoke')).toBe(1000);
  expect(await redis.client.lindex('model_events:smoke', 0)).toBe('smoke second-599');
  expect(await redis.client.ttl('model_events:smoke')).toBeGreaterThan(500);
  expect(await results(smokeRecord('second-599'))).toEqual(['duplicate']);
});

test('ids of events, replays, SQS messages and smoke tests have separate keys', async () => {
  const same = [messageRecord('x'), messageRecord('x', { replayName: 'r' }), refusedRecord('x'), smokeRecord('x')];
  expect(await results(...same)).toEqual(['published', 'published', 'published', 'published']);
});

test('a `seen` key of another type is an error of that record only', async () => {
  await redis.client.lpush('model_events:seen:b', 'foreign value');
  expect(await results(messageRecord('a'), messageRecord('b'), messageRecord('c'))).toEqual([
    'published',
    'wrong-type',
    'published',
  ]);
  expect((await list('model_events')).reverse()).toEqual([message('a'), message('c')]);
  expect(await list('model_events:seen:b')).toEqual(['foreign value']);
});

test('the script is sent again to a server that has lost it', async () => {
  await results(messageRecord('a'));
  await redis.client.script('FLUSH');
  expect(await results(messageRecord('a'), messageRecord('b'))).toEqual(['duplicate', 'published']);
});

test('a thousand messages are published in one step, character for character', async () => {
  const text = message('big', '{"n":9007199254740993,"x":-0.0,"y":1e400,"z":"\\u0000 ключ 💡"}');
  const batch = Array.from({ length: 1000 }, (_, index) => messageRecord(`m${index}`, { text }));
  expect(new Set(await results(...batch))).toEqual(new Set(['published']));
  expect(new Set(await list('model_events:site'))).toEqual(new Set([text]));
  expect(await redis.client.llen('model_events:site')).toBe(1000);
});

test('an empty batch sends no command', async () => {
  expect(await publish(redis.client, [], { ...publishOptions, minReplicaAcks: 1 })).toEqual({
    results: [],
    replicated: true,
  });
});

test('a record for a queue that is not among the subscriptions is an error', async () => {
  const record = messageRecord('a', { queues: ['model_events:typo'] });
  await expect(publish(redis.client, [record], publishOptions)).rejects.toThrow('a message is for model_events:typo');
  expect(await redis.client.keys('*')).toEqual([]);
});
