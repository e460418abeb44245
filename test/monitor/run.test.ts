import {
  environmentDimension,
  metricNamespace,
  type MonitorMetric,
  monitorMetrics,
  queueDimension,
} from '../../contract/metrics';
import { keysOfSlot } from '../../queue/keys';
import { ModelQueue } from '../../queue/model-queue';
import { readSamples } from '../../queue/samples';
import { claimed, expireLeases, tried } from '../support/claims';
import { addDeadLetter } from '../support/dead-letters';
import { message } from '../support/events';
import { useMonitor, valuesIn } from '../support/monitor';
import { useRedis } from '../support/redis';

const { probe: probeKey } = keysOfSlot('model_events');

const redis = useRedis({ replica: true, config: { maxmemory: '200mb', 'maxmemory-policy': 'noeviction' } });
const monitor = useMonitor(redis);
const token = new ModelQueue('model_events');
const site = new ModelQueue('model_events:site');

test('a run emits exactly the metrics of the contract that are not only above 0, each once with its name, unit and dimensions', async () => {
  const names = (Object.keys(monitorMetrics) as MonitorMetric[]).filter(
    (name) => !('onlyAboveZero' in monitorMetrics[name]),
  );
  const expected = names.flatMap((name) => {
    const { unit, perQueue } = monitorMetrics[name];
    const queues = perQueue ? [{ [queueDimension]: token.name }, { [queueDimension]: site.name }] : [{}];
    return queues.map((queue) => ({
      namespace: metricNamespace,
      name,
      unit,
      dimensions: { [environmentDimension]: 'local', ...queue },
    }));
  });

  const emitted = await monitor.run();

  const identities = emitted.map(({ namespace, name, unit, dimensions }) => ({ namespace, name, unit, dimensions }));
  expect(identities).toHaveLength(expected.length);
  expect(identities).toEqual(expect.arrayContaining(expected));
  // One line for each queue, one for the rest.
  expect(monitor.lines.filter((line) => line.includes('"_aws"') && !line.includes('ColdStart'))).toHaveLength(3);
});

test('depths and ages are measured for each queue', async () => {
  await claimed(redis.client, token, [message('held')]);
  await redis.client.lpush(token.keys.main, message('a'), message('b'), message('c'));
  await redis.client.zadd(site.keys.delayed, Date.now() + 3_600_000, message('later'));
  await addDeadLetter(redis.client, site, message('dead'));
  await addDeadLetter(redis.client, site, message('dead too'));

  const points = await monitor.run();

  expect(valuesIn(points, token.name)).toMatchObject({
    QueueDepth: 3,
    ProcessingDepth: 1,
    DeadLetterDepth: 0,
  });
  // For the console's graph.
  expect((await readSamples(redis.client, token.keys)).at(-1)).toMatchObject({ waiting: 3, processing: 1, claims: 1 });
  expect((await readSamples(redis.client, site.keys)).at(-1)).toMatchObject({ delayed: 1, dead_letters: 2 });
  // CloudWatch bills the hours in which a metric is emitted.
  expect(valuesIn(points, token.name)).not.toHaveProperty('DelayedDepth');
  expect(valuesIn(points, site.name)).toMatchObject({
    QueueDepth: 0,
    ProcessingDepth: 0,
    DelayedDepth: 1,
    DeadLetterDepth: 2,
    OldestMessageAge: 0,
    OldestClaimAge: 0,
  });
  expect(valuesIn(points, token.name)['OldestMessageAge']).toBeGreaterThan(0);
});

test('a run maintains every queue and measures it afterwards', async () => {
  for (const queue of [token, site]) {
    await claimed(redis.client, queue, [message('lost'), tried(message('hopeless'), 3)]);
    await expireLeases(redis.client, queue, message('lost'), tried(message('hopeless'), 3));
    await redis.client.zadd(queue.keys.delayed, 1, message('due'));
    await redis.client.lpush(queue.keys.processing, message('plain'));
  }

  const points = await monitor.run();

  for (const queue of [token, site]) {
    expect(valuesIn(points, queue.name)).toMatchObject({
      MessagesReclaimed: 2,
      QueueDepth: 2,
      ProcessingDepth: 1,
      DeadLetterDepth: 1,
    });
    expect(await redis.client.zcard(queue.keys.leases)).toBe(1);
  }
});

test('concurrent monitors requeue each message once', async () => {
  const texts = Array.from({ length: 100 }, (_, index) => message(String(index)));
  await claimed(redis.client, token, texts);
  await expireLeases(redis.client, token, ...texts);

  await Promise.all([monitor.run(), monitor.run(), monitor.run()]);

  const back = await redis.client.lrange(token.keys.main, 0, -1);
  expect(back.sort()).toEqual(texts.map((text) => tried(text, 1)).sort());
});

test('the write probe expires', async () => {
  const points = await monitor.run();
  expect(await redis.client.ttl(probeKey)).toBeGreaterThan(0);
  expect(valuesIn(points)).toMatchObject({ RedisAvailability: 1 });
  expect(valuesIn(points)['RedisLatency']).toBeGreaterThan(0);
});

test('the memory use and the eviction policy are those of the server', async () => {
  const before = valuesIn(await monitor.run());
  expect(before).toMatchObject({ EvictionPolicySafe: 1 });
  expect(before['MemoryUsedPercent']).toBeGreaterThan(0);
  expect(before['MemoryUsedPercent']).toBeLessThan(10);
  await redis.client.config('SET', 'maxmemory-policy', 'volatile-lru');
  try {
    expect(valuesIn(await monitor.run())).toMatchObject({ EvictionPolicySafe: 0 });
  } finally {
    await redis.client.config('SET', 'maxmemory-policy', 'noeviction');
  }
});

test('a missing replica is logged and has no lag metric', async () => {
  expect(valuesIn(await monitor.run())).toMatchObject({ ReplicaLag: expect.any(Number) as number });
  expect(monitor.logs('replicas are missing')).toEqual([]);
  await redis.server.replica?.kill();
  try {
    expect(valuesIn(await monitor.run())).not.toHaveProperty('ReplicaLag');
    expect(monitor.logs('replicas are missing')).toMatchObject([{ level: 'WARN', wanted: 1, online: 0 }]);
  } finally {
    await redis.server.replica?.restart();
    await redis.server.replicaLinked();
  }
});

test('a run logs one line', async () => {
  await monitor.run();
  expect(monitor.logs('run')).toMatchObject([{ level: 'INFO', RedisAvailability: 1, queues: [{}, {}] }]);
  expect(monitor.lines).toHaveLength(4);
});

test('rates are emitted for a queue with a sample of an earlier minute', async () => {
  const [seconds] = await redis.client.time();
  await redis.client.lpush(token.keys.samples, `${(Number(seconds) - 120) * 1000} 1 0 0 0 10`);
  await redis.client.hset(token.keys.state, 'claimed', 16);
  await redis.client.lpush(token.keys.main, ...['a', 'b', 'c', 'd'].map((id) => message(id)));
  const points = await monitor.run();
  const [first, last] = (await readSamples(redis.client, token.keys)).map(({ at }) => Date.parse(at));
  const minutes = ((last ?? 0) - (first ?? 0)) / 60_000;
  expect(valuesIn(points, token.name)).toMatchObject({ MessagesIncoming: 9 / minutes, MessagesClaimed: 6 / minutes });
  expect(valuesIn(points, site.name)).not.toHaveProperty('MessagesClaimed');
});
