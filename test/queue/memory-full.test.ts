import { maintain } from '../../queue/maintenance';
import { type Claim, ModelQueue } from '../../queue/model-queue';
import { publish } from '../../queue/publish';
import { claimed, expireLeases } from '../support/claims';
import { addDeadLetter } from '../support/dead-letters';
import { message } from '../support/events';
import { contents, keyspace } from '../support/keyspace';
import { messageRecord, publishOptions, refusedRecord, smokeRecord } from '../support/publishing';
import { useRedis } from '../support/redis';

const redis = useRedis({ config: { 'maxmemory-policy': 'noeviction' } });
const queue = new ModelQueue('model_events');
const fill = () => redis.client.config('SET', 'maxmemory', '1mb');
const none: Claim = { id: '', text: '' };
const failed = { delayMs: 0, maxRetries: 3, code: 'HANDLER_FAILED', reason: 'no' };
const claim = async (nonce: string, count: number) =>
  (await queue.claim(redis.client, { nonce, consumer: 'c', count, starting: count, leaseMs: 60_000 })).claims;

afterEach(async () => {
  await redis.client.config('SET', 'maxmemory', '0');
});

test('a full Redis refuses a whole batch without a write, and the same call succeeds once memory is free', async () => {
  await publish(redis.client, [messageRecord('known')], publishOptions);
  await fill();
  const before = await keyspace(redis.client);
  const batch = [messageRecord('a'), refusedRecord('b'), smokeRecord('c'), messageRecord('known')];

  await expect(publish(redis.client, batch, publishOptions)).rejects.toThrow(/^OOM/);

  expect(await keyspace(redis.client)).toEqual(before);
  await redis.client.config('SET', 'maxmemory', '0');
  expect((await publish(redis.client, batch, publishOptions)).results).toEqual([
    'published',
    'published',
    'published',
    'duplicate',
  ]);
});

test('in a full Redis messages can be claimed, started, renewed and acknowledged', async () => {
  const texts = [message('a'), message('b')];
  await redis.client.lpush(queue.keys.main, ...texts);
  await fill();

  const claims = await claim('n1', 2);
  expect(claims.map(({ text }) => text)).toEqual(texts);
  for (const held of claims) expect(await queue.start(redis.client, held, 60_000)).toBe('started');
  expect(await queue.extend(redis.client, claims, 60_000)).toEqual([]);
  for (const held of claims) expect(await queue.acknowledge(redis.client, held)).toBe('acknowledged');

  expect(await contents(redis.client)).toEqual({});
});

test('failures in a full Redis are retried, snoozed, moved when due, and dead-lettered', async () => {
  await redis.client.lpush(queue.keys.main, message('a'), message('b'), message('c'));
  await fill();
  const claims = await claim('n1', 3);
  const [first = none, second = none, third = none] = claims;

  expect(await queue.retry(redis.client, first, failed)).toBe('retried');
  expect(await queue.snooze(redis.client, third, { delayMs: 0, limitMs: 1000 })).toBe('snoozed');
  expect(await queue.requeueDelayed(redis.client, 100)).toBe(2);
  expect(await queue.deadLetter(redis.client, second, failed)).toBe('dead-lettered');

  expect(await queue.inspect(redis.client)).toMatchObject({ depth: 2, processing: 0, delayed: 0, deadLetters: 1 });
});

test('in a full Redis claims can be given back by their consumer and by maintenance', async () => {
  const claims = await claimed(redis.client, queue, [message('a'), message('b')]);
  await claimed(redis.client, queue, [message('c')], { nonce: 'lost' });
  await expireLeases(redis.client, queue, message('b'));
  await redis.client.lpush(queue.keys.processing, message('plain'));
  await fill();

  expect(await queue.giveBack(redis.client, claims.slice(0, 1))).toBe(1);
  expect(await queue.revoke(redis.client, 'lost')).toBe(1);
  expect(await maintain(redis.client, queue)).toMatchObject({ adopted: 1, requeued: 1 });

  expect(await queue.inspect(redis.client)).toMatchObject({ depth: 3, processing: 1 });
});

test('in a full Redis an operator can list entries and discard dead letters', async () => {
  const letters = [
    await addDeadLetter(redis.client, queue, message('a')),
    await addDeadLetter(redis.client, queue, message('b')),
  ];
  await fill();

  expect(await queue.inspect(redis.client)).toMatchObject({ deadLetters: 2 });
  expect(await queue.page(redis.client, 'deadLetters', { from: 'oldest', offset: 0, count: 2 })).toEqual(letters);
  expect(await queue.discard(redis.client, letters.slice(0, 1), 'newest')).toEqual(['discarded']);
  expect(await queue.redrive(redis.client, letters.slice(1), 'newest')).toEqual(['redriven']);
});
