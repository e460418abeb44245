/** Harmful bodies between valid ones, with the deployed bundle and a real Redis. */
import fc from 'fast-check';
import { readDeadLetter } from '../../contract/dead-letter';
import { payloadTextOf, readMessage } from '../../contract/message';
import { type BodyCase, bodyWith, madeBodyCases, readBodyCases } from '../contract/body-cases';
import { mutilated } from '../contract/hostile-texts';
import { eventBody, registered, sqsRecord } from '../support/events';
import { usePublisher } from '../support/publisher';
import { useRedis } from '../support/redis';

const redis = useRedis();
const publisher = usePublisher(redis);
const goodPayload = payloadTextOf(`{"payload":${bodyWith('x').split('"detail":')[1] ?? ''}`).replace(
  ',"baseline_validated":true',
  '',
);

afterEach(() => {
  for (const line of publisher.lines) {
    expect(line).toMatch(/^\{[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]*\}$/u);
    expect(JSON.parse(line)).toBeInstanceOf(Object);
  }
});

test.each([
  { key1: 'value1' },
  {},
  null,
  'text',
  { Records: 1 },
  { Records: [null] },
  { Records: [{ eventSource: 'aws:s3', s3: { object: { key: 'model.pkl' } } }] },
  { Records: [{ EventSource: 'aws:sns', Sns: { Message: 'text' } }] },
])(
  'the event %j, as from the Test button of Lambda, is answered with a sentence, is no error and writes nothing',
  async (event) => {
    expect(await publisher.function.invoke(event)).toMatch(/^Nothing was published: .* run `npx model-events smoke`/);
    expect(publisher.logs('invocation failed')).toEqual([]);
    expect(await redis.client.keys('*')).toEqual([]);
  },
);

/** Publishes the body between two valid ones. Expects that no record returns to SQS and both valid ones are delivered. */
async function publishedBetween(body: string): Promise<{ delivered: string[]; letters: string[] }> {
  const records = [bodyWith('good-1'), body, bodyWith('good-2')].map((each) => sqsRecord(each));
  expect(await publisher.publish(...records)).toEqual([]);
  const [token = [], site = []] = await Promise.all(
    ['model_events', 'model_events:site'].map(async (queue) => (await redis.client.lrange(queue, 0, -1)).reverse()),
  );
  expect(site).toEqual(token);
  const good = token.filter((text) => /^good-[12]$/.test(readMessage(text).message_id));
  expect(good.map((text) => [readMessage(text).message_id, payloadTextOf(text)])).toEqual([
    ['good-1', goodPayload],
    ['good-2', goodPayload],
  ]);
  return {
    delivered: token.filter((text) => !good.includes(text)),
    letters: await redis.client.lrange('model_events:dlq', 0, -1),
  };
}

async function expectResult({ body, payload, code }: BodyCase): Promise<void> {
  const { delivered, letters } = await publishedBetween(body);
  expect(delivered.map(payloadTextOf)).toEqual(payload === undefined ? [] : [payload]);
  const read = letters.map(readDeadLetter);
  expect(read.map((each) => each.kind === 'dead-letter' && each.deadLetter.error.code)).toEqual(
    code === undefined ? [] : [code],
  );
  for (const each of read) {
    // A dead letter that embeds its event as JSON omits the white space around it. Not `toBe`: a diff could have 10 MB.
    expect(each.kind === 'dead-letter' && [body, body.trim()].includes(each.messageText)).toBe(true);
  }
}

test.each(madeBodyCases().map((each) => [each.title, each] as const))(
  'one batch delivers its valid records with %s between them',
  (_, each) => expectResult(each),
);

test('each body of the shared cases is delivered unchanged to every service, or becomes one dead letter that contains it', async () => {
  for (const each of readBodyCases()) {
    await redis.client.flushall();
    await expectResult(each).catch((error: unknown) => {
      throw new Error(`${each.title}: ${(error as Error).message}`, { cause: error });
    });
  }
});

test('a truncated, duplicated or corrupted event is delivered, skipped or dead-lettered, and the valid records are delivered', async () => {
  await fc.assert(
    fc.asyncProperty(mutilated(bodyWith('bad', { adds: '"x":[{"y":"\\"}{"},1.10]' })), async (body) => {
      await redis.client.flushall();
      const { delivered, letters } = await publishedBetween(body);
      // A corrupted baseline_validated can skip the event.
      const skipped = publisher.logs('registration without a validated baseline, not queued').length;
      publisher.lines.length = 0;
      expect(delivered.length + letters.length + skipped).toBe(1);
      for (const text of delivered) readMessage(text);
      for (const letter of letters) expect(readDeadLetter(letter)).toMatchObject({ kind: 'dead-letter' });
    }),
    { numRuns: 100 },
  );
});

test('text from an event is logged as one line of JSON without control characters', async () => {
  const correlation = '\u009b31m\u2028{"level":"ERROR"}\u202e\u007f\ud800';
  await publisher.publish(
    sqsRecord(eventBody(registered({ correlation_id: correlation }))),
    sqsRecord(eventBody(registered({ correlation_id: correlation, baseline_validated: false }))),
    sqsRecord(eventBody(registered({ correlation_id: 7 }), { id: `\u009b2J\u2029` })),
  );
  expect(publisher.logs('batch')).toMatchObject([{ published: 1, skipped: 1, 'dead-lettered': 1 }]);
  expect(publisher.logs('batch')[0]?.['correlationIds']).toEqual([correlation, correlation]);
});
