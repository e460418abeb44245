/** The publisher's alarms, fed with the metrics that its bundle writes. */
import { statesAt } from '../support/alarm-evaluation';
import { datapointsOf, repeated } from '../support/emitted-metrics';
import { eventBody, registered, sqsRecord } from '../support/events';
import { usePublisher } from '../support/publisher';
import { useRedis } from '../support/redis';
import { development, synthesized } from './synthesized';

const template = synthesized();
const redis = useRedis({ replica: true });
const publisher = usePublisher(redis, { environment: development.environment });
const nowMs = Date.parse('2026-11-23T12:00:00Z');
const ofThePublisher = ['publish-failures', 'publish-latency', 'unreplicated-writes'] as const;

test('a day with published registrations sets off no alarm', async () => {
  await publisher.publish(sqsRecord(eventBody(registered())));
  publisher.lines.splice(0);
  await publisher.publish(sqsRecord(eventBody(registered())), sqsRecord(eventBody(registered())));
  expect(inAlarm(written(60))).toEqual([]);
});

test('a day without registrations sets off no alarm', () => {
  expect(inAlarm([])).toEqual([]);
});

test('repeated batches that no replica confirms set off unreplicated-writes alone: consumers receive the messages', async () => {
  await redis.server.replica?.kill();
  await publisher.publish(sqsRecord(eventBody(registered())));
  await redis.server.replica?.restart();
  await redis.server.replicaLinked();

  // One record alone: SQS delivers it again every 45 s.
  expect(inAlarm(written(6, 0.75))).toEqual(['unreplicated-writes']);
  // A failover: a minute, twice.
  expect(inAlarm(written(2))).toEqual([]);
});

test('batches that take longer than the requirement set off publish-latency', async () => {
  await publisher.publish(sqsRecord(eventBody(registered())));
  publisher.lines.splice(0);
  await redis.client.client('PAUSE', 300, 'ALL');
  await publisher.publish(sqsRecord(eventBody(registered())));

  expect(publisher.metric('PublishLatency')[0]).toBeGreaterThan(development.alarms.publishLatencyMilliseconds);
  expect(inAlarm(written(15))).toEqual(['publish-latency']);
  expect(inAlarm(written(5))).toEqual([]);
});

/** The publisher's metrics of this test, repeated until now. */
function written(minutes: number, everyMinutes = 1) {
  return repeated(datapointsOf(publisher.lines), minutes, nowMs, everyMinutes);
}

function inAlarm(points: ReturnType<typeof written>): string[] {
  const states = statesAt(template, points, nowMs);
  return ofThePublisher.filter((name) => states.get(`model-events-development-${name}`) === 'ALARM');
}
