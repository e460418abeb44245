import { publish } from '../../queue/publish';
import { keyspace } from '../support/keyspace';
import { messageRecord, publishOptions } from '../support/publishing';
import { useRedis } from '../support/redis';

const redis = useRedis({ replica: true });
const batch = [messageRecord('a'), messageRecord('b')];
const send = (replicaWaitMs: number) =>
  publish(redis.client, batch, { ...publishOptions, minReplicaAcks: 1, replicaWaitMs });
const replica = () => {
  if (redis.server.replica === undefined) throw new Error('this test needs the replica');
  return redis.server.replica;
};
afterEach(async () => {
  if (redis.server.replica !== undefined) redis.server.replica.resume();
  await redis.server.replicaLinked();
});

test('a batch that the replica has is confirmed', async () => {
  expect(await send(3_000)).toEqual({ results: ['published', 'published'], replicated: true });
});

test('without its replica no batch is confirmed, not even a duplicate; with the replica the same call is confirmed', async () => {
  await send(3_000);
  replica().pause();
  const fresh = [...batch, messageRecord('c')];
  const sendFresh = (replicaWaitMs: number) =>
    publish(redis.client, fresh, { ...publishOptions, minReplicaAcks: 1, replicaWaitMs });

  expect(await sendFresh(50)).toEqual({ results: ['duplicate', 'duplicate', 'published'], replicated: false });
  const written = Object.keys(await keyspace(redis.client));
  // Nothing is pushed now, but WAIT must not confirm: the earlier push is not yet replicated.
  expect(await sendFresh(50)).toEqual({ results: ['duplicate', 'duplicate', 'duplicate'], replicated: false });

  replica().resume();
  expect(await sendFresh(3_000)).toEqual({ results: ['duplicate', 'duplicate', 'duplicate'], replicated: true });
  expect(Object.keys(await keyspace(redis.client))).toEqual(written);
  expect(await redis.client.llen('model_events')).toBe(3);
});

test('after NOSCRIPT both the script and WAIT are sent again, since the first WAIT covers no write', async () => {
  await send(3_000);
  await redis.client.script('FLUSH');
  replica().pause();
  const fresh = { ...publishOptions, minReplicaAcks: 1, replicaWaitMs: 50 };
  expect(await publish(redis.client, [messageRecord('c')], fresh)).toEqual({
    results: ['published'],
    replicated: false,
  });
});

test('WAIT after a duplicate on another connection covers the first write', async () => {
  replica().pause();
  expect((await send(50)).replicated).toBe(false);
  const other = redis.client.duplicate({ lazyConnect: true });
  await other.connect();
  try {
    const again = { ...publishOptions, minReplicaAcks: 1 };
    expect(await publish(other, batch, { ...again, replicaWaitMs: 50 })).toMatchObject({ replicated: false });
    replica().resume();
    expect(await publish(other, batch, { ...again, replicaWaitMs: 3_000 })).toEqual({
      results: ['duplicate', 'duplicate'],
      replicated: true,
    });
  } finally {
    other.disconnect();
  }
});

test('a batch is not confirmed with fewer replicas than required', async () => {
  const options = { ...publishOptions, minReplicaAcks: 2, replicaWaitMs: 50 };
  expect(await publish(redis.client, batch, options)).toMatchObject({ replicated: false });
});
