/** The alarms of queues, Redis and the monitor, and the page, fed with the metrics that the monitor's bundle writes. */
import { type MonitorMetric, monitorMetrics, queueDimension } from '../../contract/metrics';
import { rootQueue } from '../../contract/patterns';
import { ModelQueue } from '../../queue/model-queue';
import { metricAlarms, statesAt } from '../support/alarm-evaluation';
import { type Datapoint, repeated } from '../support/emitted-metrics';
import { addDeadLetter } from '../support/dead-letters';
import { eventBody, message, registered } from '../support/events';
import { useMonitor } from '../support/monitor';
import { useRedis } from '../support/redis';
import { oldestMessageAges } from '../support/sqs-age';
import { development, synthesized } from './synthesized';

const template = synthesized();
const prefix = 'model-events-development-';
const nowMs = Date.parse('2026-11-23T12:00:00Z');
const redis = useRedis({ replica: true, config: { maxmemory: '64mb', 'maxmemory-policy': 'noeviction' } });
const monitor = useMonitor(redis, { environment: development.environment });
/** The metrics of a run with an empty, healthy Redis. */
let healthy: Datapoint[];

beforeAll(async () => {
  healthy = await monitor.run();
});

type Values = Partial<Record<MonitorMetric, number>>;

test('on a healthy day the monitor emits each of its metrics that is not only above 0', () => {
  const emitted = [...new Set(healthy.map(({ name }) => name))];
  const always = Object.entries(monitorMetrics).filter(([, metric]) => !('onlyAboveZero' in metric));
  expect(emitted.sort()).toEqual(always.map(([name]) => name).sort());
});

test('three healthy days set off no alarm', () => {
  expect(inAlarm(repeated(minute(), 3 * 24 * 60, nowMs))).toEqual([]);
});

test.each<[string, Values, minutes: number, pages: boolean]>([
  ['queue-depth', { QueueDepth: 1001 }, 5, false],
  ['oldest-message', { OldestMessageAge: 301 }, 3, true],
  ['processing-stuck', { OldestClaimAge: 1801 }, 3, false],
  ['no-consumer', { ConsumerAbsence: 601 }, 3, false],
  ['dead-letters', { DeadLetterDepth: 1 }, 1, false],
])('the alarm %s goes off for its own queue only', (name, bad, minutes, pages) => {
  for (const { service, queue } of development.subscriptions) {
    const points = [
      ...repeated(minute(), 10, nowMs).filter(isElsewhere(queue, minutes)),
      ...spell(bad, minutes, queue),
    ];
    expect(inAlarm(points)).toEqual([`${name}-${service}`, ...(pages ? ['page'] : [])]);
  }
});

test.each<[string, Values, minutes: number]>([
  ['redis-memory', { MemoryUsedPercent: 81 }, 5],
  ['eviction-policy', { EvictionPolicySafe: 0 }, 5],
  ['unsubscribed-messages', { UnsubscribedMessages: 1 }, 5],
])('the alarm %s creates a ticket and does not page', (name, bad, minutes) => {
  expect(inAlarm([...healthyBefore(minutes), ...repeated(minute(bad), minutes, nowMs)])).toEqual([name]);
  expect(inAlarm([...healthyBefore(minutes - 1), ...repeated(minute(bad), minutes - 1, nowMs)])).toEqual([]);
});

test.each(['buffer-dead-letters', 'undeliverable-events'])('one event in the queue of %s creates a ticket', (name) => {
  const point = native('ApproximateNumberOfMessagesVisible', 1, name);
  expect(inAlarm([...healthyBefore(0), ...repeated([point], 5, nowMs)])).toEqual([name]);
  // SQS measures nothing of a queue that has been empty for hours.
  expect(inAlarm(healthyBefore(0), 'ALARM')).not.toContain(name);
});

test('an outage of Redis for three minutes pages on-call; one minute, as in a failover, does not', async () => {
  await redis.server.primary.kill();
  const down = await monitor.run();
  await redis.server.primary.restart();
  expect(inAlarm([...healthyBefore(3), ...repeated(down, 3, nowMs)])).toEqual([
    'availability-burn',
    'availability-fast-burn',
    'page',
    'redis-down',
  ]);
  expect(inAlarm([...healthyBefore(1), ...repeated(down, 1, nowMs)])).toEqual([]);
});

test('old messages, many messages, a dead letter, memory and eviction policy each set off an alarm', async () => {
  // The event is years old.
  const text = message('old').replace('2026-11-23', '2020-01-01');
  await redis.client.lpush('model_events', ...Array.from({ length: 1001 }, () => text));
  await redis.client.lpush('model_events:site:dlq', '{}');
  const used = Number(/used_memory:(\d+)/.exec(await redis.client.info('memory'))?.[1]);
  await redis.client.config('SET', 'maxmemory', Math.round(used / 0.9));
  await redis.client.config('SET', 'maxmemory-policy', 'volatile-lru');
  const bad = await monitor.run();
  await redis.client.config('SET', 'maxmemory', '64mb');
  await redis.client.config('SET', 'maxmemory-policy', 'noeviction');

  expect(inAlarm([...healthyBefore(5), ...repeated(bad, 5, nowMs)])).toEqual(
    expect.arrayContaining([
      'dead-letters-hokusai-site',
      'eviction-policy',
      'oldest-message-hokusai-token',
      'page',
      'queue-depth-hokusai-token',
      'redis-memory',
    ]),
  );
});

test('a refused event sets off an alarm also where no subscription has the queue model_events', async () => {
  const subscriptions = development.subscriptions.filter(({ queue }) => queue !== rootQueue);
  const withoutRoot = synthesized({ subscriptions, services: [] });
  await addDeadLetter(redis.client, new ModelQueue(rootQueue), eventBody(registered()), { failedBy: 'publisher' });
  const points = repeated(await monitor.run(), 3 * 24 * 60, nowMs);

  expect(inAlarm(points, 'OK', withoutRoot)).toEqual(['dead-letters-refused-events']);
  expect(inAlarm(points)).toEqual(['dead-letters-hokusai-token']);
});

test('a silent monitor pages on-call, even if Redis was available before', () => {
  const before = repeated(minute(), 3 * 24 * 60, nowMs - 5 * 60_000);
  expect(inAlarm(before)).toEqual(['monitor-silent', 'page']);
});

test('redis-down stays in alarm if data is missing after an outage', () => {
  expect(inAlarm([], 'ALARM')).toContain('redis-down');
});

test.each<[string, everyMinutes: number, hours: number, expected: string[]]>([
  ['two in an hour', 4, 0.13, ['availability-fast-burn', 'page']],
  ['one in two hours, for six hours', 120, 6, ['availability-burn', 'page']],
  ['one in eleven hours, for three days', 660, 72, ['availability-slow-burn']],
])('failed probes consume the error budget of 0.1 %%: %s', (_, everyMinutes, hours, expected) => {
  const failed = repeated(minute({ RedisAvailability: 0 }), hours * 60, nowMs, everyMinutes);
  const failedAt = new Set(failed.map(({ atMs }) => atMs));
  const rest = repeated(minute(), 3 * 24 * 60, nowMs).filter(({ atMs }) => !failedAt.has(atMs));
  const seen = inAlarm([...rest, ...failed.filter(({ name }) => name === 'RedisAvailability')]);
  expect(seen).toEqual(expect.arrayContaining(expected));
  if (!expected.includes('page')) expect(seen).not.toContain('page');
});

test('a registration that the publisher does not receive pages on-call with buffer-age', () => {
  expect(inAlarm([...healthyBefore(0), ...agesOf({ minutes: 7 })])).toEqual([]);
  expect(inAlarm([...healthyBefore(0), ...agesOf({ minutes: 8 })])).toEqual(['buffer-age', 'page']);
});

test('a registration that the publisher receives and never publishes pages on-call with buffer-backlog: SQS hides its age', () => {
  const returned = (minutes: number) => [
    ...healthyBefore(0),
    ...inRedeliveries(minutes),
    ...agesOf({ minutes, receivedEverySeconds: development.buffer.visibilityTimeoutSeconds }),
  ];
  expect(inAlarm(returned(4))).toEqual([]);
  expect(inAlarm(returned(5))).toEqual(['buffer-backlog', 'page']);
  expect(inAlarm(returned(60))).toEqual(['buffer-backlog', 'page']);
  // Lambda backs off from a function that crashes, so that the message is visible and in flight by turns.
  for (const visible of [[1], [1, 3, 5, 7], [2, 4, 6, 8]]) {
    expect(inAlarm([...healthyBefore(0), ...inRedeliveries(9, visible)])).toEqual(['buffer-backlog', 'page']);
  }
});

test('registrations that Redis has and only replicas have not confirmed do not page', () => {
  const unreplicated = {
    ...native('UnreplicatedWrites', 1, 'unreplicated-writes'),
    dimensions: { Environment: 'development' },
    unit: 'Count',
  };
  const points = [...healthyBefore(0), ...inRedeliveries(20), ...repeated([unreplicated], 20, nowMs, 0.75)];
  expect(inAlarm(points)).toEqual(['unreplicated-writes']);
});

test.each<[metric: string, name: string, pages: boolean]>([
  ['Errors', 'function-errors-publisher', true],
  ['Errors', 'function-errors-health', false],
  ['Throttles', 'function-throttles-publisher', false],
])('repeated %s set off %s, and page (%p); a single one does neither', (metric, name, pages) => {
  const point = native(metric, 1, name);
  expect(inAlarm([...healthyBefore(0), ...repeated([point], 10, nowMs)])).toEqual([name, ...(pages ? ['page'] : [])]);
  expect(inAlarm([...healthyBefore(0), ...repeated([point], 5, nowMs)])).toEqual([]);
});

/** The metrics of a healthy run with `changed` values in all queues, or in `queue` only. */
function minute(changed: Values = {}, queue?: string): Datapoint[] {
  return healthy.map((point) => {
    const value = changed[point.name as MonitorMetric];
    const selected = queue === undefined || point.dimensions[queueDimension] === queue;
    return value !== undefined && selected ? { ...point, value } : point;
  });
}

/** Three healthy days that ended `minutes` ago. */
function healthyBefore(minutes: number): Datapoint[] {
  return repeated(minute(), 3 * 24 * 60, nowMs - minutes * 60_000);
}

/** The last minutes of one queue with bad values. */
function spell(bad: Values, minutes: number, queue: string): Datapoint[] {
  const points = minute(bad, queue).filter(({ dimensions }) => dimensions[queueDimension] === queue);
  return repeated(points, minutes, nowMs);
}

/** Selects all points except the last minutes of one queue. */
const isElsewhere =
  (queue: string, minutes: number) =>
  ({ dimensions, atMs }: Datapoint): boolean =>
    dimensions[queueDimension] !== queue || atMs <= nowMs - minutes * 60_000;

/** A metric of AWS with the dimensions of its alarm, which are references in the template. */
function native(metric: string, value: number, alarmName = ''): Datapoint {
  const alarm = [...metricAlarms(template).values()].find(
    ({ MetricName, AlarmName }) => MetricName === metric && AlarmName.endsWith(alarmName),
  );
  if (alarm === undefined) throw new Error(`no alarm ${alarmName} of ${metric}`);
  const dimensions = Object.fromEntries(alarm.Dimensions.map(({ Name, Value }) => [Name, JSON.stringify(Value)]));
  return { namespace: alarm.Namespace, name: metric, dimensions, unit: 'None', value, atMs: nowMs };
}

/** What SQS reports of a message among the redeliveries: in flight, or visible at the end of these minutes before now. */
function inRedeliveries(minutes: number, visible: readonly number[] = []): Datapoint[] {
  return Array.from({ length: minutes }, (_, index) => {
    const name = `ApproximateNumberOfMessages${visible.includes(index) ? 'Visible' : 'NotVisible'}`;
    const point = native(name, 1, `buffer-backlog-${visible.includes(index) ? 'waiting' : 'in-flight'}`);
    return { ...point, atMs: nowMs - (index + 0.5) * 60_000 };
  });
}

/** What SQS reports of a record that stays in its queues. */
function agesOf(waiting: Parameters<typeof oldestMessageAges>[0]): Datapoint[] {
  const { buffer, redeliveries } = oldestMessageAges(waiting);
  return [
    { ages: buffer, alarm: 'buffer-age' },
    { ages: redeliveries, alarm: 'buffer-age-redeliveries' },
  ].flatMap(({ ages, alarm }) =>
    ages.flatMap((age, index) => {
      const atMs = nowMs - (ages.length - index - 0.5) * 60_000;
      return age === undefined ? [] : [{ ...native('ApproximateAgeOfOldestMessage', age, alarm), atMs }];
    }),
  );
}

/** The alarms in state ALARM, without the parts of composites. */
function inAlarm(points: Datapoint[], before: 'OK' | 'ALARM' = 'OK', of = template): string[] {
  return [...statesAt(of, points, nowMs, before)]
    .filter(
      ([name, state]) =>
        state === 'ALARM' && !/-burn-\d+-(?:hours?|minutes?|days)|backlog-(?:waiting|in-flight)$/.test(name),
    )
    .map(([name]) => name.slice(prefix.length))
    .sort();
}
