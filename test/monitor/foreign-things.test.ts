/** Monitor and health check, as deployed, on a Redis in which somebody else has put things. */
import { keysOf, probeKey, type QueueKeys, seenKey, smokeKey } from '../../queue/keys';
import { useHealthFunction } from '../health/health-function';
import { message } from '../support/events';
import { fillWithForeignTexts, foreignTexts, unprintable } from '../support/foreign-things';
import { useMonitor, valuesIn } from '../support/monitor';
import { useRedis } from '../support/redis';

const redis = useRedis();
const monitor = useMonitor(redis);
const health = useHealthFunction(redis);
const keys = keysOf('model_events');
const kinds = Object.keys(foreignTexts).length;

afterEach(() => {
  for (const line of [...monitor.lines, ...health.lines]) expect(line).not.toMatch(unprintable);
});

test("somebody else's texts under every key are counted, and are no error", async () => {
  await fillWithForeignTexts(redis.client, keys);

  const points = await monitor.run();

  expect(monitor.logs('a step of the run failed')).toEqual([]);
  expect(valuesIn(points)).toMatchObject({ RedisAvailability: 1 });
  // Those that were due are in the queue now; as many will never be due.
  expect(valuesIn(points, 'model_events')).toMatchObject({
    DelayedDepth: kinds,
    DeadLetterDepth: kinds,
    OldestMessageAge: expect.any(Number) as number,
  });
  const { status, body } = await health.request('/health');
  expect([status, body['status']]).toEqual([200, 'warn']);
  expect((await health.request('/messages/good')).status).toBe(404);
});

const listsAndSets = Object.entries(keys) as [keyof QueueKeys, string][];

test.each(listsAndSets)('something else than a queue keeps under %s is named by both', async (_, key) => {
  await redis.client.set(key, 'somebody else');
  await redis.client.lpush('model_events:site', message('waiting'));

  const points = await monitor.run();

  const said = JSON.stringify(monitor.logs('a step of the run failed'));
  expect(said).toContain('"fault":"wrong-type"');
  expect(said).toContain(`WRONGTYPE ${key} holds a string`);
  expect(valuesIn(points)).toMatchObject({ RedisAvailability: 1 });
  expect(valuesIn(points, 'model_events:site')).toMatchObject({ QueueDepth: 1, MessagesReclaimed: 0 });
  const { status, body } = await health.request('/health');
  expect([status, JSON.stringify(body)]).toEqual([503, expect.stringContaining(`WRONGTYPE ${key} holds a string`)]);
});

test('something else under the key of the write probe is named, and the queues are measured', async () => {
  await redis.client.lpush(probeKey, 'somebody else');
  const points = await monitor.run();
  expect(JSON.stringify(monitor.logs('a step of the run failed'))).toContain(`WRONGTYPE ${probeKey} holds a list`);
  expect(valuesIn(points, 'model_events')).toMatchObject({ QueueDepth: 0 });
  expect(JSON.stringify((await health.request('/health')).body)).toContain(`WRONGTYPE ${probeKey} holds a list`);
});

test('something else under a seen key is named to whoever asks for that message, and nobody else notices', async () => {
  await redis.client.lpush(seenKey('a'), 'somebody else');
  await redis.client.hset(smokeKey, 'somebody', 'else');
  expect(valuesIn(await monitor.run())).toMatchObject({ RedisAvailability: 1 });
  expect((await health.request('/health')).status).toBe(200);
  const { status, body } = await health.request('/messages/a');
  expect([status, JSON.stringify(body)]).toEqual([503, expect.stringContaining(seenKey('a'))]);
});
