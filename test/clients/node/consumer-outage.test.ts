import { SnoozeError } from '../../../queue/errors';
import { ModelQueue } from '../../../queue/model-queue';
import { gate, reported, useConsumers } from '../../support/consumers';
import { message } from '../../support/events';
import { checkHealth } from '../../../queue/health';
import { RedisSession } from '../../../queue/session';
import { endpointOf, useRedis } from '../../support/redis';

const redis = useRedis();
const consumers = useConsumers(redis);
const queue = new ModelQueue('model_events');
const push = (...texts: string[]) => redis.client.lpush(queue.keys.main, ...texts);
const ids = (count: number) => Array.from({ length: count }, (_, index) => `m${index}`);

test('a snoozed message comes back later, its attempt does not count, and its first snooze is recorded', async () => {
  await push(message('a'));
  const attempts: number[] = [];
  const consumer = consumers.start({
    maxRetries: 0,
    handler: (_, { attempt }) => {
      attempts.push(attempt);
      if (attempts.length < 3) throw new SnoozeError(0.01, 'not yet');
    },
  });
  const snoozed = reported(consumer, 'snoozed', 2);
  const [[done] = []] = await reported(consumer, 'acknowledged');
  expect(attempts).toEqual([1, 1, 1]);
  expect(done?.['snoozed_since_ms']).toEqual(expect.any(Number));
  expect((await snoozed).map(([, error]) => error.message)).toEqual(['not yet', 'not yet']);
});

test('a message that is snoozed for longer than maxSnoozeSeconds fails', async () => {
  await push(message('a'));
  const consumer = consumers.start({
    maxRetries: 0,
    maxSnoozeSeconds: 0,
    handler: () => {
      throw new SnoozeError(0.01, 'never');
    },
  });
  await reported(consumer, 'dead-lettered');
  const [letter = ''] = await redis.client.lrange(queue.keys.deadLetters, 0, -1);
  expect(JSON.parse(letter)).toMatchObject({
    error: { code: 'HANDLER_FAILED', message: 'snoozed for longer than 0 s: never' },
  });
});

test('SnoozeError refuses a pause that is not from 0 to 86400 seconds', () => {
  for (const seconds of [-1, NaN, 86_401]) expect(() => new SnoozeError(seconds)).toThrow(/from 0 to 86400/);
});

test('while all attempts fail the consumer pauses itself, and no message is dead-lettered', async () => {
  await push(...ids(40).map((id) => message(id)));
  let isAway = true;
  let attempts = 0;
  const consumer = consumers.start({
    concurrency: 4,
    handler: () => {
      attempts++;
      if (isAway) throw new Error('the RPC is away');
    },
  });
  const opened = reported(consumer, 'breaker-opened', 2);
  const closed = reported(consumer, 'breaker-closed');
  const done = reported(consumer, 'acknowledged', 40);
  expect((await opened).map(([error]) => error.message)).toEqual(['the RPC is away', 'the RPC is away']);
  expect(consumer.status.state).toBe('breaker-open');
  expect(attempts).toBeLessThan(20);
  isAway = false;
  await closed;
  await done;
  expect(consumer.status.state).toBe('running');
  expect(await redis.client.exists(queue.keys.deadLetters)).toBe(0);
});

test('a few messages that always fail do not open the breaker: they are dead-lettered after their retries', async () => {
  await push(message('a'), message('b'));
  const consumer = consumers.start({
    maxRetries: 1,
    handler: () => {
      throw new Error('bad model');
    },
  });
  const opened = openings(consumer);
  await reported(consumer, 'dead-lettered', 2);
  expect(opened()).toBe(0);
});

function openings(consumer: ReturnType<typeof consumers.start>): () => number {
  let count = 0;
  consumer.on('breaker-opened', () => count++);
  return () => count;
}

test('a paused queue delivers nothing until it is resumed', async () => {
  await queue.pause(redis.client, 'maintenance of the token service');
  await push(message('a'));
  const seen: string[] = [];
  const consumer = consumers.start({ blockSeconds: 0.1, handler: ({ message_id: id }) => void seen.push(id) });
  await reported(consumer, 'paused');
  expect(consumer.status.state).toBe('paused');
  const session = new RedisSession(endpointOf(redis.server));
  const health = await checkHealth(session, { queues: ['model_events'], consumer });
  session.close();
  expect(health.checks['consumer:state']).toMatchObject([{ observedValue: 'paused', status: 'warn', busy: 0 }]);
  expect(health.checks['queue:paused']).toMatchObject([{ componentId: 'model_events', fault: 'paused' }]);
  expect((await queue.inspect(redis.client)).paused).toMatch(/^\d{4}-.* maintenance of the token service$/);
  expect(seen).toEqual([]);
  const done = reported(consumer, 'acknowledged');
  expect(await queue.resume(redis.client)).toBe(true);
  await done;
  expect(consumer.status.state).toBe('running');
  expect(await queue.resume(redis.client)).toBe(false);
});

test('a report counts the outcomes of a period and the time from registration to handled', async () => {
  await push(message('a'), message('b'));
  const reports = gate<{
    handled: number;
    failed: number;
    retried: number;
    registrationToHandledMs: readonly number[];
  }>();
  const consumer = consumers.start({
    onReport: (report) => reports.open(report),
    handler: ({ message_id: id, retry_count: count }) => {
      if (id === 'b' && count === 0) throw new Error('once');
    },
  });
  await reported(consumer, 'acknowledged', 2);
  await consumer.stop();
  const report = await reports.opened;
  expect(report).toMatchObject({ handled: 2, failed: 1, retried: 1 });
  expect(report.registrationToHandledMs).toHaveLength(2);
});
