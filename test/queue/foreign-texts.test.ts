/** Foreign texts in the keys of a queue block nothing and lose no message; operators can list and discard them. */
import { isUtf8 } from 'node:buffer';
import { readDeadLetter } from '../../contract/dead-letter';
import type { Answer, Operation } from '../../contract/operations';
import { checkHealth } from '../../queue/health';
import { maintain } from '../../queue/maintenance';
import { ModelQueue } from '../../queue/model-queue';
import { perform } from '../../queue/operations/perform';
import { publish } from '../../queue/publish';
import { RedisSession } from '../../queue/session';
import { localSubscriptions } from '../../dev/local/publisher-environment';
import { gate, reported, useConsumers } from '../support/consumers';
import { message } from '../support/events';
import { foreignPlaces, foreignTexts } from '../support/foreign-things';
import { messageRecord, publishOptions, refusedRecord, smokeRecord } from '../support/publishing';
import { endpointOf, useRedis } from '../support/redis';

const redis = useRedis();
const consumers = useConsumers(redis);
const queue = new ModelQueue('model_events');
let session: RedisSession;

beforeEach(() => (session = new RedisSession(endpointOf(redis.server))));
afterEach(() => session.close());

const ask = <A extends Operation['action']>(operation: Operation & { readonly action: A }): Promise<Answer<A>> =>
  perform(operation, { session, healthSession: session, subscriptions: localSubscriptions }) as Promise<Answer<A>>;

const places = Object.keys(foreignPlaces) as (keyof typeof foreignPlaces)[];
const texts = Object.values(foreignTexts);

test.each(places)('foreign texts in %s block nothing and can be removed', async (place) => {
  for (const text of texts) await foreignPlaces[place](redis.client, queue.keys, text);

  await everyOperationAnswers();
  const records = [messageRecord('good'), messageRecord('taken'), refusedRecord('r'), smokeRecord('s')];
  const { results } = await publish(redis.client, records, publishOptions);
  // A foreign value under the seen key is not a duplicate: the publisher dead-letters the event.
  expect(results).toEqual(['published', place === 'seen' ? 'id-reused' : 'published', 'published', 'published']);
  await redis.client.lpush(queue.keys.main, message('last'));
  await expectTheConsumerToReach('last');
  await leasesRunOut();
  await everyOperationAnswers();

  await expectForeignTextsDeadLettered(place);
  await expectAllToBeDiscarded();
});

/** Every read operation and the maintenance succeed. */
async function everyOperationAnswers(): Promise<void> {
  const { status, checks } = await checkHealth(session, { queues: localSubscriptions.map(({ queue: name }) => name) });
  expect([status, checks['queue:depth']?.length]).toEqual([expect.stringMatching(/pass|warn/), 2]);
  const { queues } = await ask({ action: 'depths' });
  expect(queues).toHaveLength(2);
  for (const action of ['waiting', 'claims'] as const) {
    const page = await ask({ action, queue: queue.name, offset: 0 });
    expect(page.entries).toHaveLength(page.total);
  }
  const { entries } = await ask({ action: 'dead-letters', queue: queue.name, offset: 0, select: {} });
  for (const { id, error_message: reason } of entries) {
    expect((await ask({ action: 'dead-letter', queue: queue.name, id })).text).not.toBeNull();
    expect(reason).toMatch(/^[^\p{Cc}\p{Cs}\u202a-\u202e<>]+$/u);
  }
  await ask({ action: 'message-status', message_id: 'good' });
  await maintain(redis.client, queue);
}

/** The consumer handles the last message after all texts before it. */
async function expectTheConsumerToReach(id: string): Promise<void> {
  const reached = gate();
  const consumer = consumers.start({
    handler: ({ message_id: found }) => (found === id ? reached.open() : undefined),
    maxRetries: 0,
    blockSeconds: 0.1,
  });
  const done = reported(consumer, 'acknowledged');
  await Promise.all([reached.opened, done]);
  await consumer.stop();
}

/** Expires all leases and reclaims them. */
async function leasesRunOut(): Promise<void> {
  await maintain(redis.client, queue, { plainLeaseSeconds: 1 });
  for (const lease of await redis.client.zrangeBuffer(queue.keys.leases, 0, -1)) {
    await redis.client.zadd(queue.keys.leases, 'XX', 0, lease);
  }
  await maintain(redis.client, queue, { maxRetries: 0 });
}

/** Texts that a consumer or the reclaimer processed are dead-lettered; texts under other keys are not. */
async function expectForeignTextsDeadLettered(place: keyof typeof foreignPlaces): Promise<void> {
  const letters = await redis.client.lrangeBuffer(queue.keys.deadLetters, 0, -1);
  const readings = letters.map((letter) => readDeadLetter(String(letter)));
  const foreign = letters.filter((_, index) => readings[index]?.kind === 'foreign');
  expect(hexOf(foreign)).toEqual(['deadLetters', 'examined'].includes(place) ? hexOf(texts) : []);
  expect(letters.filter((letter, index) => readings[index]?.kind === 'dead-letter' && !isUtf8(letter))).toEqual([]);
  const deadLettered = readings.flatMap((reading) =>
    reading.kind === 'dead-letter' && reading.deadLetter.failed_by !== 'publisher' ? [reading.messageText] : [],
  );
  // A dead letter contains bytes that are not UTF-8 as Latin-1 characters.
  const expected = texts.map((text) =>
    isUtf8(Buffer.from(text)) ? String(text) : Buffer.from(text).toString('latin1'),
  );
  expect(hexOf(deadLettered)).toEqual(
    ['main', 'processing', 'delayed', 'a claim'].includes(place) ? hexOf(expected) : [],
  );
}

/** Sorted, since their order does not matter. */
const hexOf = (entries: readonly (string | Buffer)[]): string[] =>
  entries.map((entry) => Buffer.from(entry).toString('hex')).sort();

async function expectAllToBeDiscarded(): Promise<void> {
  for (let kept = 0; ;) {
    const page = await ask({ action: 'discard', queue: queue.name, select: {}, kept, examine: 100 });
    expect(page.outcomes.map(({ result }) => result)).toEqual(page.outcomes.map(() => 'discarded'));
    if (page.examined < 100) break;
    kept = page.kept;
  }
  expect(await redis.client.llen(queue.keys.deadLetters)).toBe(0);
}
