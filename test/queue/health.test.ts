import { checkHealth, type Health } from '../../queue/health';
import { claimDigestOf } from '../../queue/holder';
import { ModelQueue } from '../../queue/model-queue';
import { claimed } from '../support/claims';
import { addDeadLetter } from '../support/dead-letters';
import { message } from '../support/events';
import { useHealthSessions } from '../support/health-sessions';
import { useRedis } from '../support/redis';

const redis = useRedis();
const queues = ['model_events', 'model_events:site'];
const queue = new ModelQueue('model_events');
const sessionOf = useHealthSessions(redis);
const check = (thresholds = {}) => checkHealth(sessionOf(), { queues, thresholds });

/** Checks that do not pass, as name, queue, status and fault. */
function complaints({ checks }: Health): unknown[] {
  return Object.entries(checks).flatMap(([name, found]) =>
    found.flatMap(({ componentId, status, fault }) => (status === 'pass' ? [] : [[name, componentId, status, fault]])),
  );
}

test('every check of every queue passes in a health+json response', async () => {
  await redis.client.lpush('model_events', message('a'));
  const health = await check({ oldestMessageSeconds: 1e9 });

  expect(health.status).toBe('pass');
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string;
  const passed = { componentType: 'datastore', status: 'pass', time };
  expect(health.checks).toMatchObject({
    'redis:write': [{ ...passed, componentId: `localhost:${redis.server.port}`, observedUnit: 'ms' }],
    'queue:depth': [
      { ...passed, componentId: 'model_events', observedValue: 1, observedUnit: 'messages' },
      { ...passed, componentId: 'model_events:site', observedValue: 0, observedUnit: 'messages' },
    ],
    'queue:oldest-message': [
      { ...passed, observedUnit: 's' },
      { ...passed, observedValue: 0 },
    ],
    'queue:processing': [passed, passed],
    'queue:delayed': [passed, passed],
    'queue:dead-letters': [passed, passed],
  });
  expect(JSON.stringify(health)).not.toMatch(/"output"|"fault"/);
});

test('a backlog is a warning for its queue, by number and by age', async () => {
  await redis.client.lpush('model_events:site', message('a'), message('b'), message('c'));
  const health = await check({ queueDepth: 2, oldestMessageSeconds: 60 });
  expect(health.status).toBe('warn');
  expect(complaints(health)).toEqual([
    ['queue:depth', 'model_events:site', 'warn', 'backlog'],
    ['queue:oldest-message', 'model_events:site', 'warn', 'backlog-old'],
  ]);
  expect(health.checks['queue:depth']?.[1]?.output).toContain('3 messages wait in model_events:site, more than 2');
  expect(complaints(await check({ queueDepth: 3, oldestMessageSeconds: 1e9 }))).toEqual([]);
});

test('a claim that is far too old is reported as stuck processing', async () => {
  await claimed(redis.client, queue, [message('a')]);
  expect(complaints(await check())).toEqual([]);
  const now = Number((await redis.client.time())[0]) * 1000;
  await redis.client.hset(queue.keys.claims, claimDigestOf(message('a')), `n1.1 tester ${now - 1_900_000} 1`);
  expect(complaints(await check())).toEqual([['queue:processing', 'model_events', 'warn', 'processing-stuck']]);
});

test('a queue whose consumer was not seen for too long is a finding; not while it is paused, or messages are claimed', async () => {
  expect((await check()).checks['queue:consumer']).toMatchObject([{ status: 'pass' }, { status: 'pass' }]);
  const options = { nonce: 'n1.1', consumer: 'tester', count: 1, starting: 1, leaseMs: 60_000 };
  await queue.claim(redis.client, options);
  expect(complaints(await check())).toEqual([]);
  const now = Number((await redis.client.time())[0]) * 1000;
  await redis.client.hset(queue.keys.state, 'consumer-seen', now - 700_000);

  const health = await check();
  expect(complaints(health)).toEqual([['queue:consumer', 'model_events', 'warn', 'no-consumer']]);
  expect(health.checks['queue:consumer']?.[0]?.output).toMatch(
    /no consumer has read model_events for 70\d s, longer than 600 s/,
  );
  expect(complaints(await check({ consumerSeenSeconds: 800 }))).toEqual([]);
  await redis.client.hset(queue.keys.state, 'paused', '2026-11-24T09:30:00.000Z');
  expect(complaints(await check())).toEqual([['queue:paused', 'model_events', 'warn', 'paused']]);
  expect(await queue.claim(redis.client, { ...options, nonce: 'n1.2' })).toMatchObject({ state: 'paused' });
  await redis.client.hdel(queue.keys.state, 'paused');
  expect(complaints(await check())).toEqual([]);
  await claimed(redis.client, queue, [message('a')]);
  await redis.client.hset(queue.keys.state, 'consumer-seen', now - 700_000);
  expect(complaints(await check())).toEqual([]);
});

test('one dead letter is a warning that names its queue', async () => {
  await addDeadLetter(redis.client, queue, message('a'));
  const health = await check();
  expect(complaints(health)).toEqual([['queue:dead-letters', 'model_events', 'warn', 'dead-letters']]);
  expect(health.checks['queue:dead-letters']?.[0]?.output).toContain('1 dead letters in model_events:dlq');
});

test('the write probe expires', async () => {
  await check();
  expect(await redis.client.keys('*')).toEqual(['model_events:probe']);
  expect(await redis.client.ttl('model_events:probe')).toBeGreaterThan(0);
});

describe('a Redis that refuses writes fails, and the queues are still reported', () => {
  const failure = async (fault: string) => {
    const health = await check();
    expect(health.status).toBe('fail');
    expect(complaints(health)).toEqual([['redis:write', `localhost:${redis.server.port}`, 'fail', fault]]);
    expect(health.checks['queue:depth']).toHaveLength(2);
    return health.checks['redis:write']?.[0]?.output;
  };

  test('a full Redis is reported as a failed write', async () => {
    await redis.client.config('SET', 'maxmemory', '1');
    try {
      expect(await failure('out-of-memory')).toContain('Redis is full: let the consumers drain the queues');
    } finally {
      await redis.client.config('SET', 'maxmemory', '0');
    }
  });

  test('a demoted primary is reported as read-only', async () => {
    await redis.client.replicaof('127.0.0.1', '1');
    try {
      expect(await failure('read-only')).toContain('REDIS_HOST is not the primary endpoint');
    } finally {
      await redis.client.replicaof('NO', 'ONE');
    }
  });

  test('a node without enough replicas is reported', async () => {
    await redis.client.config('SET', 'min-replicas-to-write', '1');
    try {
      await failure('writes-refused');
    } finally {
      await redis.client.config('SET', 'min-replicas-to-write', '0');
    }
  });
});

test('a key of another type fails that queue’s check, and the other queues are reported', async () => {
  await redis.client.set('model_events:site', 'foreign value');
  const health = await check();
  expect(health.status).toBe('fail');
  expect(complaints(health)).toEqual([['queue:depth', 'model_events:site', 'fail', 'wrong-type']]);
  expect(health.checks['queue:depth']?.[0]).toMatchObject({ componentId: 'model_events', status: 'pass' });
});

test('a wrong type under the probe’s key fails the write and is not overwritten', async () => {
  await redis.client.lpush('model_events:probe', 'foreign value');
  expect(complaints(await check())).toEqual([['redis:write', `localhost:${redis.server.port}`, 'fail', 'wrong-type']]);
  expect(await redis.client.lrange('model_events:probe', 0, -1)).toEqual(['foreign value']);
});
