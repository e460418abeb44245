import { composeDeadLetter } from '../../contract/dead-letter';
import { maintain } from '../../queue/maintenance';
import { ModelQueue } from '../../queue/model-queue';
import { publish } from '../../queue/publish';
import { messageStatus } from '../../queue/message-status';
import { expireLeases, oneClaimed } from '../support/claims';
import { addDeadLetter } from '../support/dead-letters';
import { eventBody, message, registered } from '../support/events';
import { keyspace } from '../support/keyspace';
import { messageRecord, publishOptions } from '../support/publishing';
import { useRedis } from '../support/redis';

const redis = useRedis();
const token = { service: 'hokusai-token', queue: 'model_events' };
const site = { service: 'hokusai-site', queue: 'model_events:site' };
const tokenQueue = new ModelQueue(token.queue);
const siteQueue = new ModelQueue(site.queue);
const find = (id: string, options = {}) => messageStatus(redis.client, id, [token, site], options);
const published = (id: string, change = {}) => publish(redis.client, [messageRecord(id, change)], publishOptions);
const recorded = { registered_at: '2026-11-23T10:00:00.000Z', retry_count: 0 };
const id16 = expect.stringMatching(/^[0-9a-f]{16}$/) as string;
const isoTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string;
const serverMs = async () => Number((await redis.client.time())[0]) * 1000;

test('a waiting message is found for each service, with the time at which it was queued', async () => {
  const before = await serverMs();
  await published('other');
  await published('m1');

  const { queued_at: queuedAt = '', subscriptions } = await find('m1');

  expect(subscriptions).toEqual([
    { ...token, place: 'waiting', ...recorded },
    { ...site, place: 'waiting', ...recorded },
  ]);
  expect(Date.parse(queuedAt)).toBeGreaterThanOrEqual(before);
  expect(Date.parse(queuedAt)).toBeLessThan(before + 60_000);
});

test('the status is reported for each service, a claim with its holder, start and lease', async () => {
  await published('m1');
  const hold = { consumer: 'site-1', nonce: 'n1', count: 1, leaseMs: 60_000 };
  const { claims } = await tokenQueue.claim(redis.client, { ...hold, starting: 1 });
  for (const claim of claims) await tokenQueue.acknowledge(redis.client, claim);
  await siteQueue.claim(redis.client, { ...hold, starting: 0 });

  const { subscriptions } = await find('m1');

  expect(subscriptions).toEqual([
    { ...token, place: 'acknowledged' },
    {
      ...site,
      place: 'claimed',
      consumer: 'site-1',
      started: false,
      claimed_at: isoTime,
      lease_ends_at: isoTime,
      ...recorded,
    },
  ]);
});

test('a claim of a plain consumer is reported before and after its adoption', async () => {
  await published('m1', { queues: [token.queue] });
  await redis.client.lmove('model_events', 'model_events:processing', 'RIGHT', 'LEFT');
  const place = async () => (await find('m1')).subscriptions[0];

  expect(await place()).toEqual({ ...token, place: 'claimed', consumer: 'plain', started: true, ...recorded });
  await maintain(redis.client, tokenQueue);
  expect(await place()).toEqual({
    ...token,
    place: 'claimed',
    consumer: 'plain',
    started: true,
    claimed_at: isoTime,
    lease_ends_at: isoTime,
    ...recorded,
  });
});

test('a delayed retry is reported, with the time at which it is due', async () => {
  const claim = await oneClaimed(redis.client, tokenQueue, message('m1'));
  await tokenQueue.retry(redis.client, claim, { delayMs: 3_600_000, maxRetries: 3, code: 'X', reason: 'no' });
  const [place] = (await find('m1')).subscriptions;
  expect(place).toEqual({ ...token, place: 'delayed', due_at: isoTime, ...recorded, retry_count: 1 });
  const due = place?.place === 'delayed' ? Date.parse(place.due_at) : 0;
  expect(due - (await serverMs())).toBeGreaterThan(3_500_000);
});

test('a dead letter is reported with its error code and message, including one of the reclaimer', async () => {
  const claim = await oneClaimed(redis.client, tokenQueue, message('m1'));
  await tokenQueue.deadLetter(redis.client, claim, { code: 'NO_TOKEN', reason: 'symbol "X" taken' });
  await oneClaimed(redis.client, siteQueue, message('m1'));
  await expireLeases(redis.client, siteQueue, message('m1'));
  await maintain(redis.client, siteQueue, { maxRetries: 0 });

  expect((await find('m1')).subscriptions).toEqual([
    {
      ...{ ...token, place: 'dead-letter', id: id16, failed_by: 'consumer', ...recorded },
      ...{ error_code: 'NO_TOKEN', error_message: 'symbol "X" taken', failed_at: isoTime },
    },
    {
      ...{ ...site, place: 'dead-letter', id: id16, failed_by: 'reclaimer', ...recorded },
      error_code: 'LEASE_EXPIRED',
      error_message: expect.any(String) as string,
      failed_at: isoTime,
    },
  ]);
});

test.each([
  ['its event_id', 'e-1', eventBody(registered({ event_id: 'e-1', baseline_value: 'high' }))],
  ['its event_id, written with spaces', 'e-1', eventBody('{"model_id": 7, "event_id": "e-1"}')],
  ['the id that EventBridge gave it', 'bridge-1', eventBody({}, { id: 'bridge-1' })],
])('an event that the publisher refused is found by %s, with the reason', async (_, id, body) => {
  const error = { code: 'CONTRACT_VIOLATION', message: 'baseline_value must be a number' };
  const { head, tail } = composeDeadLetter(body, true, error, 'publisher', 'model_events');
  const letter = { kind: 'dead-letter' as const, sqsMessageId: 'sqs-1', head, tail };
  await publish(redis.client, [letter], publishOptions);

  expect(await find(id)).toEqual({
    message_id: id,
    subscriptions: [
      { ...token, place: 'not-found' },
      { ...site, place: 'not-found' },
    ],
    refused: {
      ...{ id: id16, failed_by: 'publisher', registered_at: '2026-11-23T10:00:00Z' },
      ...{ error_code: 'CONTRACT_VIOLATION', error_message: 'baseline_value must be a number', failed_at: isoTime },
    },
  });
});

test('a message for one service only is not reported as missing for the other', async () => {
  await published('m1', { queues: [site.queue] });
  expect((await find('m1')).subscriptions).toEqual([
    { ...token, place: 'not-for-it' },
    { ...site, place: 'waiting', ...recorded },
  ]);
});

test('an unknown id is not found, even if another message contains it in its payload, correlation id or longer id', async () => {
  await redis.client.lpush(
    'model_events',
    message('a', { note: 'm1', message_id: 'm1', nested: { message_id: 'm1' } }),
    message('m1-and-more'),
    message('correlated').replace('correlation-correlated', 'm1'),
    'half a mess',
    '',
  );
  await addDeadLetter(redis.client, tokenQueue, message('b', { message_id: 'm1', event_id: 'm1', id: 'm1' }));
  await addDeadLetter(redis.client, tokenQueue, 'no JSON "message_id":"m1"');
  await redis.client.lpush('model_events:dlq', '{"message_id":"m1"}');

  const { queued_at: queuedAt, subscriptions, refused } = await find('m1');

  expect(subscriptions.map(({ place }) => place)).toEqual(['not-found', 'not-found']);
  expect([queuedAt, refused]).toEqual([undefined, undefined]);
});

test('a message is found at every position of a long queue, and the newest of several dead letters is reported', async () => {
  const filler = Array.from({ length: 1200 }, (_, index) => message(`filler-${index}`));
  await redis.client.lpush('model_events', ...filler);
  for (const id of ['filler-0', 'filler-599', 'filler-949', 'filler-950', 'filler-1199']) {
    expect((await find(id)).subscriptions[0]).toEqual({ ...token, place: 'waiting', ...recorded });
  }
  await addDeadLetter(redis.client, siteQueue, message('m1'), { failedAt: 'before' });
  await addDeadLetter(redis.client, siteQueue, message('m1'), { failedAt: 'later' });
  expect((await find('m1')).subscriptions[1]).toMatchObject({ place: 'dead-letter', failed_at: 'later' });
});

test('in a queue longer than the limit the status is given-up with the number of examined entries, not not-found', async () => {
  await published('m1', { queues: [token.queue] });
  await redis.client.lpush('model_events', ...Array.from({ length: 600 }, (_, index) => message(`later-${index}`)));
  expect((await find('m1', { maxEntries: 500 })).subscriptions[0]).toEqual({
    ...token,
    place: 'given-up',
    examined: 500,
  });
  expect((await find('m1', { maxEntries: 750 })).subscriptions[0]).toEqual({ ...token, place: 'waiting', ...recorded });
});

test('messageStatus writes nothing, even for missing keys', async () => {
  await find('m1');
  await published('m1');
  const before = await keyspace(redis.client);
  await find('m1');
  await find('m2');
  expect(await keyspace(redis.client)).toEqual(before);
});

test.each(['', 'a b', 'm1"', 'm*', 'ä', 'x'.repeat(129)])(
  '%j cannot be an id, and nothing is looked for',
  async (id) => {
    await expect(find(id)).rejects.toThrow('a message id has 1 to 128 characters of A-Z, a-z, 0-9, . _ : and -');
  },
);

test('a key of another type is an error, not an empty queue', async () => {
  await redis.client.set('model_events:processing', 'foreign value');
  await expect(find('m1')).rejects.toThrow('WRONGTYPE model_events:processing holds a string');
});
