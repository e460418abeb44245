/** The deployed monitor and health check on a Redis with foreign values. */
import { keysOf, keysOfSlot, type QueueKeys } from '../../queue/keys';
import { useHealthFunction } from '../health/health-function';
import { message } from '../support/events';
import { fillWithForeignTexts, foreignTexts, unprintable } from '../support/foreign-things';
import { useMonitor, valuesIn } from '../support/monitor';
import { useRedis } from '../support/redis';

const { probe: probeKey, seen: seenKey, smoke: smokeKey } = keysOfSlot('model_events');

const redis = useRedis();
const monitor = useMonitor(redis);
const health = useHealthFunction(redis);
const keys = keysOf('model_events');
const kinds = Object.keys(foreignTexts).length;

afterEach(() => {
  for (const line of [...monitor.lines, ...health.lines]) expect(line).not.toMatch(unprintable);
});

test('foreign texts under every key are counted and cause no error', async () => {
  await fillWithForeignTexts(redis.client, keys);

  const points = await monitor.run();

  expect(monitor.logs('a step of the run failed')).toEqual([]);
  expect(valuesIn(points)).toMatchObject({ RedisAvailability: 1 });
  // The due texts were moved to the queue; the same number is never due.
  expect(valuesIn(points, 'model_events')).toMatchObject({
    DelayedDepth: kinds,
    // Those that an operator's pass has examined count too. Leases of key format 1 do not end claims of this format.
    DeadLetterDepth: 2 * kinds,
    OldestMessageAge: expect.any(Number) as number,
  });
  const { status, body } = await health.request('/health');
  expect([status, body['status']]).toEqual([200, 'warn']);
  expect((await health.request('/messages/good')).status).toBe(404);
});

const listsAndSets = (Object.entries(keys) as [keyof QueueKeys, string][]).filter(([name]) => name !== 'samples');

test.each(listsAndSets)('monitor and health check report a value of a wrong type under %s', async (_, key) => {
  await redis.client.set(key, 'foreign value');
  await redis.client.lpush('model_events:site', message('waiting'));

  const points = await monitor.run();

  const warnings = JSON.stringify(monitor.logs('a step of the run failed'));
  expect(warnings).toContain('"fault":"wrong-type"');
  expect(warnings).toContain(`WRONGTYPE ${key} holds a string`);
  expect(valuesIn(points)).toMatchObject({ RedisAvailability: 1 });
  expect(valuesIn(points, 'model_events:site')).toMatchObject({ QueueDepth: 1 });
  const maintained = (monitor.logs('run')[0]?.['queues'] as { queue: string; maintenance?: object }[]).find(
    ({ queue }) => queue === 'model_events:site',
  );
  expect(maintained?.maintenance).toMatchObject({ requeued: 0, deadLettered: 0 });
  const { status, body } = await health.request('/health');
  expect([status, JSON.stringify(body)]).toEqual([503, expect.stringContaining(`WRONGTYPE ${key} holds a string`)]);
});

test('a value of a wrong type under samples is reported by the monitor; no message is affected, so health passes', async () => {
  await redis.client.set(keys.samples, 'foreign value');
  const points = await monitor.run();
  expect(JSON.stringify(monitor.logs('a step of the run failed'))).toContain(
    `WRONGTYPE ${keys.samples} holds a string`,
  );
  expect(valuesIn(points, 'model_events')).toMatchObject({ QueueDepth: 0 });
  expect((await health.request('/health')).body['status']).toBe('pass');
});

test('monitor and health check report a wrong type under the key of the write probe, and the queues are measured', async () => {
  await redis.client.lpush(probeKey, 'foreign value');
  const points = await monitor.run();
  expect(JSON.stringify(monitor.logs('a step of the run failed'))).toContain(`WRONGTYPE ${probeKey} holds a list`);
  expect(valuesIn(points, 'model_events')).toMatchObject({ QueueDepth: 0 });
  expect(JSON.stringify((await health.request('/health')).body)).toContain(`WRONGTYPE ${probeKey} holds a list`);
});

test('a wrong type under a seen key fails only the status request for that message', async () => {
  await redis.client.lpush(seenKey('a'), 'foreign value');
  await redis.client.hset(smokeKey, 'field', 'foreign value');
  expect(valuesIn(await monitor.run())).toMatchObject({ RedisAvailability: 1 });
  expect((await health.request('/health')).status).toBe(200);
  const { status, body } = await health.request('/messages/a');
  expect([status, JSON.stringify(body)]).toEqual([503, expect.stringContaining(seenKey('a'))]);
});
