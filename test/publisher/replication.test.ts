import { waitUntil } from '../../dev/local/wait-until';
import { connect } from '../../queue/connection';
import { parseRedisInfo } from '../../queue/redis-info';
import { eventBody, registered, sqsRecord } from '../support/events';
import { usePublisher } from '../support/publisher';
import { endpointOf, useRedis } from '../support/redis';

const redis = useRedis({ replica: true });
const publisher = usePublisher(redis);
const replica = () => {
  if (redis.server.replica === undefined) throw new Error('this test needs the replica');
  return redis.server.replica;
};
const newRecord = (id?: string) => sqsRecord(eventBody(registered(id === undefined ? {} : { event_id: id })));
const waits = async () => Number(/^cmdstat_wait:calls=(\d+)/m.exec(await redis.client.info('commandstats'))?.[1] ?? 0);

test('SQS keeps a batch until the replica has it; consumers receive it at once and only once', async () => {
  const record = newRecord();
  await replica().kill();

  expect(await publisher.publish(record)).toEqual([record.messageId]);
  expect(await redis.client.llen('model_events')).toBe(1);
  expect(publisher.metric('UnreplicatedWrites')).toEqual([1]);

  await replica().restart();
  await redis.server.replicaLinked();
  expect(await publisher.publish(record)).toEqual([]);
  expect(await redis.client.llen('model_events')).toBe(1);
  const reader = await connect({ ...endpointOf(redis.server), port: replica().port });
  expect(await reader.llen('model_events:site')).toBe(1);
  reader.disconnect();
});

test('without its replica each event reaches the queues once, however often SQS delivers it, and counts as published', async () => {
  const record = newRecord('a');
  await replica().kill();
  await publisher.publish(record);
  await publisher.publish(record, newRecord('b'));
  await publisher.publish(record);

  expect(await redis.client.llen('model_events')).toBe(2);
  expect(publisher.metric('MessagesPublished')).toEqual([1, 1, 0]);
  expect(publisher.metric('EndToEndLatency')).toHaveLength(2);
  expect(publisher.metric('DuplicatesSuppressed')).toEqual([0, 0, 0]);
  expect(publisher.metric('PublishFailures')).toEqual([0, 0, 0]);
  expect(publisher.metric('PublishLatency')).toEqual([]);
  expect(publisher.logs('batch')[1]).toMatchObject({ level: 'WARN', unconfirmed: 2, failed: 0, new: 1 });

  await replica().restart();
  await redis.server.replicaLinked();
  expect(await publisher.publish(record)).toEqual([]);
  expect(publisher.metric('DuplicatesSuppressed').at(-1)).toBe(1);
});

test.each(['kill', 'pause'] as const)(
  'a function instance that knows of the missing replica (%s) neither waits for it nor repeats the batch',
  async (how) => {
    await publisher.publish(newRecord());
    await replica()[how]();
    await publisher.publish(newRecord());
    // A replica that hangs is known by its silence of more than two seconds.
    await waitUntil('the replica is silent', async () =>
      parseRedisInfo(await redis.client.info('replication')).replicas.every(({ lagSeconds }) => lagSeconds > 2),
    );
    await redis.client.config('RESETSTAT');

    for (let batch = 0; batch < 20; batch++) expect(await publisher.publish(newRecord())).toHaveLength(1);

    expect(await waits()).toBe(0);
    expect(publisher.metric('PublishRetries').filter((retries) => retries > 0)).toEqual([]);
    if (how === 'kill') await replica().restart();
    else replica().resume();
    await redis.server.replicaLinked();
  },
);

test('a lagging replica delays the reply, not the message', async () => {
  const record = newRecord();
  replica().pause();
  const outcome = publisher.publish(record);
  await redis.client.blmove('model_events', 'taken', 'RIGHT', 'LEFT', 5);
  replica().resume();
  expect(await outcome).toEqual([]);
});
