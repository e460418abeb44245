/** Recognizing a repeated event: by the values of the contract's fields, and by the digests of earlier publishers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDeadLetter } from '../../contract/dead-letter';
import { eventBody, registered, sqsRecord } from '../support/events';
import { usePublisher } from '../support/publisher';
import { useRedis } from '../support/redis';

const redis = useRedis();
const publisher = usePublisher(redis);

/** A send of one event, with a new id of EventBridge as for each PutEvents. */
const send = (change: Record<string, unknown>) => sqsRecord(eventBody(registered({ event_id: 'e-1', ...change })));

async function deadLetterCodes(): Promise<string[]> {
  const letters = (await redis.client.lrange('model_events:dlq', 0, -1)).map(readDeadLetter);
  return letters.map((letter) => (letter.kind === 'foreign' ? letter.reason : letter.deadLetter.error.code));
}

test("a repeat with another tracing agent's context is a duplicate; the first context is carried", async () => {
  // As dd-trace for Python and Node writes it, with new ids at each send.
  const traced = (id: string) => send({ _datadog: { 'x-datadog-trace-id': id, 'x-datadog-start-time': `${id}0` } });

  await publisher.publish(traced('1'), traced('2'));
  await publisher.publish(traced('3'), send({}));

  const [text, ...others] = await redis.client.lrange('model_events', 0, -1);
  expect(others).toEqual([]);
  expect(text).toContain('"_datadog":{"x-datadog-trace-id":"1","x-datadog-start-time":"10"}');
  expect(await deadLetterCodes()).toEqual([]);
  expect(publisher.metric('DuplicatesSuppressed')).toEqual([1, 2]);
});

test('a repeat that an agent has serialized again is a duplicate', async () => {
  const first =
    '{"event_id":"e-1","model_id":"m-1","token_symbol":"CRSK","metric_name":"précision","baseline_value":0.820,' +
    '"performance_data":{"current_value":1e-1,"runs":[1.0,2]},"baseline_validated":true}';
  const again =
    '{"baseline_validated": true, "performance_data": {"runs": [1, 2], "current_value": 0.1}, "baseline_value": 0.82, ' +
    '"metric_name": "pr\\u00e9cision", "token_symbol": "CRSK", "model_id": "m-1", "event_id": "e-1", "_datadog": {}}';
  await publisher.publish(sqsRecord(eventBody(first)), sqsRecord(eventBody(again)));
  expect(await redis.client.llen('model_events')).toBe(1);
  expect(await deadLetterCodes()).toEqual([]);
});

test.each([
  ['an array inside performance_data', '"current_value":0.87,"runs":[1,2]', '"current_value":0.87,"runs":[2,1]'],
  ['a number beyond the precision of a double', '"current_value":9007199254740992', '"current_value":9007199254740993'],
  ['an optional field', '"current_value":0.87},"tags":{"team":"risk"', '"current_value":0.87},"tags":{"team":"credit"'],
  ['a field that only one of them has', '"current_value":0.87', '"current_value":0.87},"tags":{"team":"risk"'],
])('an event with the same id and another value in %s is dead-lettered as ID_REUSED', async (_, first, second) => {
  const detail = JSON.stringify(registered({ event_id: 'e-1' }));
  for (const values of [first, second])
    await publisher.publish(sqsRecord(eventBody(detail.replace('"current_value":0.87', values))));
  expect(await deadLetterCodes()).toEqual(['ID_REUSED']);
  expect(await redis.client.llen('model_events')).toBe(1);
});

describe('after an upgrade from the previous version', () => {
  interface Published {
    readonly title: string;
    readonly body: string;
    readonly text: string;
    readonly digest: string;
  }
  const file = join(__dirname, '../fixtures/previous-version/published.jsonl');
  const published = readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Published)
    // Each id once: some cases are events with equal ids.
    .map((each) => ({ ...each, id: (JSON.parse(each.text) as { message_id: string }).message_id }))
    .filter(({ id }, index, all) => all.findIndex((other) => other.id === id) === index);

  beforeEach(async () => {
    for (const { id, digest } of published)
      await redis.client.set(
        `model_events:seen:${id}`,
        `${digest} 1764230400000 model_events,model_events:site`,
        'EX',
        60,
      );
  });

  test('an event that it published is a duplicate, however often it is repeated', async () => {
    expect(published.length).toBeGreaterThan(30);
    for (let repeat = 1; repeat <= 2; repeat++) {
      expect(await publisher.publish(...published.map(({ body }) => sqsRecord(body)))).toEqual([]);
    }
    expect(await redis.client.exists('model_events', 'model_events:site', 'model_events:dlq')).toBe(0);
    expect(publisher.metric('DuplicatesSuppressed')).toEqual([published.length, published.length]);
  });

  test('another event with the id of an event that it published is dead-lettered, and the rest of the batch is published', async () => {
    const [taken, repeated] = published;
    const reused = eventBody(registered({ event_id: taken?.id, model_id: 'other' }));
    await publisher.publish(sqsRecord(reused), sqsRecord(repeated?.body ?? ''), send({}));
    expect(await deadLetterCodes()).toEqual(['ID_REUSED']);
    expect(await redis.client.llen('model_events')).toBe(1);
    expect(publisher.metric('DuplicatesSuppressed')).toEqual([1]);
  });
});
