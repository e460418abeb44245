import { connect } from '../../queue/connection';
import { eventBody, registered, sqsRecord } from '../support/events';
import { usePublisher } from '../support/publisher';
import { endpointOf, useRedis } from '../support/redis';

const redis = useRedis({ replica: true });
const publisher = usePublisher(redis);

test('SQS keeps a batch until the replica has it; consumers receive it at once and only once', async () => {
  const record = sqsRecord(eventBody(registered()));
  await redis.server.replica?.kill();

  expect(await publisher.publish(record)).toEqual([record.messageId]);
  expect(await redis.client.llen('model_events')).toBe(1);
  expect(publisher.metric('UnreplicatedWrites')).toEqual([4]);

  await redis.server.replica?.restart();
  await redis.server.replicaLinked();
  expect(await publisher.publish(record)).toEqual([]);
  expect(await redis.client.llen('model_events')).toBe(1);
  const replica = await connect({ ...endpointOf(redis.server), port: redis.server.replica?.port ?? 0 });
  expect(await replica.llen('model_events:site')).toBe(1);
  replica.disconnect();
});

test('a lagging replica delays the reply, not the message', async () => {
  const record = sqsRecord(eventBody(registered()));
  redis.server.replica?.pause();
  const outcome = publisher.publish(record);
  await redis.client.blmove('model_events', 'taken', 'RIGHT', 'LEFT', 5);
  redis.server.replica?.resume();
  expect(await outcome).toEqual([]);
});
