import { eventBody, registered, sqsRecord } from '../support/events';
import { usePublisher } from '../support/publisher';
import { useRedis } from '../support/redis';

const redis = useRedis();
const publisher = usePublisher(redis);
const texts = (key: string) => redis.client.lrange(key, 0, -1);

test('a registration is in the queue of every service, and the batch is logged as one line', async () => {
  const failed = await publisher.publish(
    sqsRecord(eventBody(registered({ event_id: 'e-1', correlation_id: 'c-1' }))),
    sqsRecord(eventBody(registered({ event_id: 'e-2', correlation_id: 'c-2' }))),
  );

  expect(failed).toEqual([]);
  const queued = await texts('model_events');
  expect(queued.map((text) => (JSON.parse(text) as { message_id: string }).message_id)).toEqual(['e-2', 'e-1']);
  expect(await texts('model_events:site')).toEqual(queued);
  expect(await redis.client.get('model_events:seen:e-1')).toMatch(/^\S{22} \d{13} model_events,model_events:site$/);
  expect(await redis.client.ttl('model_events:seen:e-1')).toBeGreaterThan(86_000);
  const logs = publisher.lines.filter((line) => !line.includes('"_aws"'));
  expect(logs).toHaveLength(1);
  expect(publisher.logs('batch')).toMatchObject([
    { level: 'INFO', published: 2, failed: 0, correlationIds: ['c-1', 'c-2'] },
  ]);
});

test('a batch with more values than CloudWatch reads from one line emits several lines', async () => {
  await publisher.publish(...Array.from({ length: 205 }, () => sqsRecord(eventBody(registered()))));
  const lines = publisher.entries().filter((entry) => 'EndToEndLatency' in entry);
  expect(lines.map(({ EndToEndLatency: values }) => (values as number[]).length)).toEqual([100, 100, 5]);
  expect(publisher.metric('MessagesPublished')).toEqual([205]);
});

test('the metrics have the namespace, the units and the dimension that the alarms use', async () => {
  await publisher.publish(sqsRecord(eventBody(registered())), sqsRecord('broken'));

  const metrics = publisher.lines.filter((line) => line.includes('"_aws"')).map((line) => JSON.parse(line) as Emf);
  for (const { _aws } of metrics) {
    expect(_aws.CloudWatchMetrics.map(({ Namespace, Dimensions }) => [Namespace, Dimensions])).toEqual([
      ['Hokusai/ModelEvents', [['Environment']]],
    ]);
  }
  expect(metrics[0]).toMatchObject({
    Environment: 'local',
    MessagesPublished: 1,
    MessagesDeadLettered: 1,
    PublishFailures: 0,
  });
  const units = Object.fromEntries(
    metrics[0]?._aws.CloudWatchMetrics[0]?.Metrics.map(({ Name, Unit }) => [Name, Unit]) ?? [],
  );
  expect(units).toMatchObject({
    PublishLatency: 'Milliseconds',
    EndToEndLatency: 'Milliseconds',
    DuplicatesSuppressed: 'Count',
  });
  expect(publisher.metric('PublishLatency')).toHaveLength(1);
});

interface Emf {
  readonly _aws: {
    readonly CloudWatchMetrics: {
      readonly Namespace: string;
      readonly Dimensions: string[][];
      readonly Metrics: { readonly Name: string; readonly Unit: string }[];
    }[];
  };
}

test('an event that is delivered again is queued once', async () => {
  const body = eventBody(registered());
  await publisher.publish(sqsRecord(body), sqsRecord(body));
  await publisher.publish(sqsRecord(body));
  expect(await texts('model_events')).toHaveLength(1);
  expect(publisher.metric('MessagesPublished')).toEqual([1, 0]);
  expect(publisher.metric('DuplicatesSuppressed')).toEqual([1, 1]);
});

test('digits and unknown fields are queued as they are in the SQS body', async () => {
  const detail = JSON.stringify(registered()).replace(
    '0.87',
    '0.87,"n":[9007199254740993,1.10,1e400,-0.0,3.141592653589793238462643383279502884197]',
  );
  await publisher.publish(sqsRecord(eventBody(detail)));
  const [text = ''] = await texts('model_events');
  expect(text).toContain('"n":[9007199254740993,1.10,1e400,-0.0,3.141592653589793238462643383279502884197]');
});

test('a registration without a validated baseline is counted and logged, not queued', async () => {
  const failed = await publisher.publish(
    sqsRecord(eventBody(registered({ event_id: 'draft', baseline_validated: false }))),
  );
  expect(failed).toEqual([]);
  expect(await redis.client.keys('*')).toEqual([]);
  expect(publisher.metric('EventsSkipped')).toEqual([1]);
  expect(publisher.logs('registration without a validated baseline, not queued')).toMatchObject([
    { messageId: 'draft' },
  ]);
});

test('a smoke test is in its own list for ten minutes and in no subscription', async () => {
  const record = sqsRecord(eventBody({ probe: 1 }, { source: 'hokusai.smoke', id: 'smoke-1' }));
  await publisher.publish(record);
  await publisher.publish(record);
  expect(await texts('model_events:smoke')).toHaveLength(1);
  expect(await redis.client.ttl('model_events:smoke')).toBeGreaterThan(590);
  expect(await redis.client.exists('model_events', 'model_events:site', 'model_events:dlq')).toBe(0);
});

test('a replay goes only to the services in its name, once within the replay, though the event was seen before', async () => {
  const id = 'bridge-7';
  const replayed = (name: string) => sqsRecord(eventBody(registered(), { id, 'replay-name': name }));
  await publisher.publish(sqsRecord(eventBody(registered(), { id })));

  await publisher.publish(replayed('hokusai-site.first'), replayed('hokusai-site.first'));
  await publisher.publish(replayed('hokusai-site.second'));

  expect(await texts('model_events')).toHaveLength(1);
  const site = await texts('model_events:site');
  expect(site.map((text) => (JSON.parse(text) as { replay_name?: string }).replay_name)).toEqual([
    'hokusai-site.second',
    'hokusai-site.first',
    undefined,
  ]);
});
