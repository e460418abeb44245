import { readDeadLetter } from '../../contract/dead-letter';
import { eventBody, registered, sqsRecord } from '../support/events';
import { usePublisher } from '../support/publisher';
import { useRedis } from '../support/redis';

const redis = useRedis();
const publisher = usePublisher(redis);

async function deadLetters() {
  const letters = await redis.client.lrange('model_events:dlq', 0, -1);
  return letters.map((letter) => {
    const reading = readDeadLetter(letter);
    if (reading.kind === 'foreign') throw new Error(`not a dead letter: ${letter}`);
    return reading;
  });
}

test('an invalid event is dead-lettered with every reason, the other records are published, and none returns to SQS', async () => {
  const body = eventBody(registered({ model_id: '', baseline_value: null }), { id: 'broken-1' });

  const failed = await publisher.publish(
    sqsRecord(eventBody(registered())),
    sqsRecord(body),
    sqsRecord(eventBody(registered())),
  );

  expect(failed).toEqual([]);
  expect(await redis.client.llen('model_events')).toBe(2);
  const [letter] = await deadLetters();
  expect(letter?.messageText).toBe(body);
  expect(letter?.deadLetter).toMatchObject({
    message: { id: 'broken-1' },
    error: {
      code: 'CONTRACT_VIOLATION',
      message:
        'detail.model_id: a string of 1 to 256 characters, got ""; detail.baseline_value: a finite number, got null',
    },
    failed_by: 'publisher',
    queue: 'model_events',
  });
  expect(Math.abs(Date.parse(String(letter?.deadLetter.failed_at)) - Date.now())).toBeLessThan(60_000);
  expect(publisher.logs('record refused and written to the dead letters')).toMatchObject([
    { messageId: 'broken-1', code: 'CONTRACT_VIOLATION' },
  ]);
});

test('one SQS message becomes one dead letter, however often it is delivered', async () => {
  const record = sqsRecord('not json', 'sqs-1');
  await publisher.publish(record);
  await publisher.publish(record);
  await publisher.publish(sqsRecord('not json', 'sqs-2'));
  expect(await deadLetters()).toHaveLength(2);
});

test.each([
  ['not JSON', '{"half', 'NOT_JSON'],
  [
    'too deep',
    eventBody(JSON.stringify(registered()).replace('0.87', '['.repeat(9000) + ']'.repeat(9000))),
    'TOO_DEEP',
  ],
  ['10 MB', eventBody(registered({ notes: 'x'.repeat(10_000_000) })), 'TOO_LARGE'],
  ['a NUL and an unpaired surrogate', '\u0000\ud800"', 'NOT_JSON'],
])('an event that is %s is dead-lettered unchanged, and the other record is published', async (_, body, code) => {
  expect(await publisher.publish(sqsRecord(body), sqsRecord(eventBody(registered())))).toEqual([]);
  const [letter] = await deadLetters();
  expect(letter?.deadLetter.error.code).toBe(code);
  expect(letter?.messageText).toBe(body);
  expect(await redis.client.llen('model_events')).toBe(1);
});

test('an event that reuses the id of another event is dead-lettered, not skipped as a duplicate', async () => {
  await publisher.publish(sqsRecord(eventBody(registered({ event_id: 'taken' }))));
  const reused = sqsRecord(eventBody(registered({ event_id: 'taken', model_id: 'other' })));
  const unused = sqsRecord(eventBody(registered({ event_id: 'free' })));

  expect(await publisher.publish(reused, unused)).toEqual([]);
  expect(await publisher.publish(reused)).toEqual([]);

  expect((await deadLetters()).map(({ deadLetter }) => deadLetter.error.code)).toEqual(['ID_REUSED']);
  expect(await redis.client.llen('model_events')).toBe(2);
  expect(publisher.metric('MessagesDeadLettered')).toEqual([0, 1, 1]);
});

test('a replay whose name contains no service is refused with the expected format', async () => {
  await publisher.publish(sqsRecord(eventBody(registered(), { 'replay-name': 'everything-again' })));
  const [letter] = await deadLetters();
  expect(letter?.deadLetter.error).toEqual({
    code: 'REPLAY_UNADDRESSED',
    message:
      'the replay "everything-again" names no known subscription; a replay\'s name is <service>[.<service>].<label>, ' +
      'services are hokusai-token, hokusai-site',
  });
  expect(await redis.client.exists('model_events', 'model_events:site')).toBe(0);
});

test.each([
  ['the dead letters', 'model_events:dlq', () => sqsRecord('not an event')],
  ['the smoke tests', 'model_events:smoke', () => sqsRecord(eventBody({}, { source: 'hokusai.smoke' }))],
])('a wrong type under the key of %s returns only the records for that key to SQS', async (_, key, record) => {
  await redis.client.set(key, 'foreign value');
  const held = record();
  expect(await publisher.publish(sqsRecord(eventBody(registered())), held)).toEqual([held.messageId]);
  expect(await redis.client.llen('model_events')).toBe(1);
  expect(await publisher.publish(held)).toEqual([held.messageId]);
  expect(JSON.stringify(publisher.logs('an attempt to publish failed'))).toContain(`WRONGTYPE ${key} holds a string`);
  await redis.client.del(key);
  expect(await publisher.publish(held)).toEqual([]);
  expect(await redis.client.llen(key)).toBe(1);
});

test('a wrong type under the seen key of one record returns only this record to SQS', async () => {
  await redis.client.lpush('model_events:seen:poisoned', 'foreign value');
  const poisoned = sqsRecord(eventBody(registered({ event_id: 'poisoned' })));

  expect(await publisher.publish(poisoned, sqsRecord(eventBody(registered())))).toEqual([poisoned.messageId]);

  expect(await redis.client.llen('model_events')).toBe(1);
  expect(publisher.logs('record goes back to SQS')).toMatchObject([
    {
      messageId: 'poisoned',
      reason: expect.stringContaining('its seen key or one of its lists has another type') as string,
    },
  ]);
});
