/** Somebody else's texts in the queue's keys: nothing stops, nothing of ours is lost, and operators see them and get rid of them. */
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
  // An id that somebody else has taken is no duplicate: the publisher makes a dead letter of its event.
  expect(results).toEqual(['published', place === 'seen' ? 'id-reused' : 'published', 'published', 'published']);
  await redis.client.lpush(queue.keys.main, message('last'));
  await expectTheConsumerToReach('last');
  await leasesRunOut();
  await everyOperationAnswers();

  await expectLettersOfWhatStoodInTheWay(place);
  await expectAllToBeDiscarded();
});

/** Operators look at everything, and the maintenance runs. */
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
  for (const { id, error_message: says } of entries) {
    expect((await ask({ action: 'dead-letter', queue: queue.name, id })).text).not.toBeNull();
    expect(says).toMatch(/^[^\p{Cc}\p{Cs}\u202a-\u202e<>]+$/u);
  }
  await ask({ action: 'message-status', message_id: 'good' });
  await maintain(redis.client, queue);
}

/** A message that was pushed last arrives; what stands before it is out of its way. */
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

/** What a consumer could not settle, and what lay in processing, goes where it belongs. */
async function leasesRunOut(): Promise<void> {
  await maintain(redis.client, queue, { plainLeaseSeconds: 0 });
  for (const lease of await redis.client.zrangeBuffer(queue.keys.leases, 0, -1)) {
    await redis.client.zadd(queue.keys.leases, 'XX', 0, lease);
  }
  await maintain(redis.client, queue, { maxRetries: 0 });
}

/** What a consumer could meet is a dead letter that holds it; what it could not, is none. */
async function expectLettersOfWhatStoodInTheWay(place: keyof typeof foreignPlaces): Promise<void> {
  const letters = await redis.client.lrangeBuffer(queue.keys.deadLetters, 0, -1);
  const readings = letters.map((letter) => readDeadLetter(String(letter)));
  const foreign = letters.filter((_, index) => readings[index]?.kind === 'foreign');
  expect(hexOf(foreign)).toEqual(place === 'deadLetters' ? hexOf(texts) : []);
  expect(letters.filter((letter, index) => readings[index]?.kind === 'dead-letter' && !isUtf8(letter))).toEqual([]);
  const deadLettered = readings.flatMap((reading) =>
    reading.kind === 'dead-letter' && reading.deadLetter.failed_by !== 'publisher' ? [reading.messageText] : [],
  );
  // Bytes that are no text are told by the characters of their numbers.
  const told = texts.map((text) => (isUtf8(Buffer.from(text)) ? String(text) : Buffer.from(text).toString('latin1')));
  expect(hexOf(deadLettered)).toEqual(['main', 'processing', 'delayed', 'a claim'].includes(place) ? hexOf(told) : []);
}

/** In an order of their own. */
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
