import { ModelQueue } from '../../../queue/model-queue';
import { blockedInRedis, connectionsOfOthers, gate, reported, useConsumers } from '../../support/consumers';
import { message } from '../../support/events';
import { contents } from '../../support/keyspace';
import { endpointOf, useRedis } from '../../support/redis';
import { connect } from '../../../queue/connection';
import { recordQueues } from '../../../queue/covered-queues';

const redis = useRedis();
const consumers = useConsumers(redis);
const queue = new ModelQueue('model_events');
const push = (...texts: string[]) => redis.client.lpush(queue.keys.main, ...texts);
const killOthers = async () => {
  for (const id of await connectionsOfOthers(redis)) await redis.client.client('KILL', 'ID', id);
};

test('a consumer continues after its connections are killed during a wait', async () => {
  const consumer = consumers.start({ blockSeconds: 60, handler: () => undefined });
  const warning = reported(consumer, 'warning');
  const done = reported(consumer, 'acknowledged');
  await blockedInRedis(redis);
  await killOthers();
  expect(await warning).toMatchObject([[{ fault: 'connection-lost' }]]);
  await push(message('a'));
  expect(await done).toMatchObject([[{ message_id: 'a' }]]);
  expect(await contents(redis.client)).toEqual({});
});

test('a message is processed once and settled although connections are killed meanwhile', async () => {
  await push(message('a'), message('b'));
  const [begun, go] = [gate(), gate()];
  const seen: string[] = [];
  const consumer = consumers.start({
    prefetch: 1,
    handler: async ({ message_id: id }) => {
      seen.push(id);
      begun.open();
      await go.opened;
    },
  });
  const done = reported(consumer, 'acknowledged', 2);
  await begun.opened;
  await killOthers();
  go.open();
  await done;
  expect(seen).toEqual(['a', 'b']);
  expect(await contents(redis.client)).toEqual({});
});

test('every message is processed although connections are killed repeatedly', async () => {
  const ids = Array.from({ length: 300 }, (_, index) => `m${index}`);
  await push(...ids.map((id) => message(id)));
  const seen = new Set<string>();
  const all = gate();
  const consumer = consumers.start({
    concurrency: 4,
    prefetch: 8,
    leaseSeconds: 5,
    handler: ({ message_id: id }) => {
      seen.add(id);
      if (seen.size % 40 === 0) void killOthers();
      if (seen.size === ids.length) all.open();
    },
  });
  await all.opened;
  await consumer.stop();
  expect([...seen].sort()).toEqual([...ids].sort());
  expect(await queue.inspect(redis.client)).toMatchObject({ depth: 0, processing: 0, delayed: 0, deadLetters: 0 });
});

test('a consumer reconnects to a Redis that restarts during its wait', async () => {
  const consumer = consumers.start({ blockSeconds: 60, handler: () => undefined });
  const done = reported(consumer, 'acknowledged');
  await blockedInRedis(redis);
  await redis.server.primary.restart();
  const client = await connect(endpointOf(redis.server));
  await client.lpush(queue.keys.main, message('a'));
  expect(await done).toMatchObject([[{ message_id: 'a' }]]);
  client.disconnect();
});

test('if Redis returns empty, the claim is lost and the consumer continues with the next message', async () => {
  await push(message('a'));
  const [begun, go] = [gate(), gate()];
  const consumer = consumers.start({ handler: () => (begun.open(), go.opened) });
  const lost = reported(consumer, 'lost');
  const done = reported(consumer, 'acknowledged');
  await begun.opened;
  await redis.server.primary.restart();
  go.open();
  expect(await lost).toEqual([[message('a')]]);
  const client = await connect(endpointOf(redis.server));
  await client.lpush(queue.keys.main, message('b'));
  expect(await done).toMatchObject([[{ message_id: 'b' }]]);
  client.disconnect();
});

test('a consumer continues with the new token after a rotation', async () => {
  const { token } = redis.server;
  const reads: boolean[] = [];
  const consumer = consumers.start({
    redis: {
      ...endpointOf(redis.server),
      token: (fresh) => {
        reads.push(fresh);
        return Promise.resolve(fresh ? token : 'the-token-before-the-rotation');
      },
    },
    handler: () => undefined,
  });
  const warning = reported(consumer, 'warning');
  await push(message('a'));
  expect(await reported(consumer, 'acknowledged')).toMatchObject([[{ message_id: 'a' }]]);
  expect(await warning).toMatchObject([[{ fault: 'token-refused' }]]);
  expect(reads.slice(0, 2)).toEqual([false, true]);
});

test('a consumer drains a full Redis', async () => {
  await push(...Array.from({ length: 50 }, (_, index) => message(`m${index}`)));
  await redis.client.config('SET', 'maxmemory', '1');
  try {
    const consumer = consumers.start({ handler: () => undefined, prefetch: 5 });
    await reported(consumer, 'acknowledged', 50);
    await consumer.stop();
    expect(await contents(redis.client)).toEqual({});
  } finally {
    await redis.client.config('SET', 'maxmemory', '0');
  }
});

test('a message that arrives while Redis refuses claims is processed once the cause is fixed', async () => {
  const consumer = consumers.start({ blockSeconds: 60, handler: () => undefined });
  const warning = reported(consumer, 'warning');
  const done = reported(consumer, 'acknowledged');
  await blockedInRedis(redis);
  await redis.client.set(queue.keys.leases, 'a string');
  await push(message('a'));
  expect(await warning).toMatchObject([[{ fault: 'wrong-type' }]]);
  await redis.client.del(queue.keys.leases);
  expect(await done).toMatchObject([[{ message_id: 'a', retry_count: 0 }]]);
  expect(await contents(redis.client)).toEqual({});
});

test('a blocking wait whose client is gone loses no message', async () => {
  const gone = await connect(endpointOf(redis.server));
  const wait = queue.awaitMessage(gone, 60).catch(() => undefined);
  await blockedInRedis(redis);
  redis.server.primary.pause();
  gone.disconnect();
  await wait;
  const pushed = redis.client.lpush(queue.keys.main, message('a'));
  redis.server.primary.resume();
  await pushed;
  const claim = { nonce: 'n1', consumer: 'test', count: 1, starting: 1, leaseMs: 60_000 };
  expect((await queue.claim(redis.client, claim)).claims).toMatchObject([{ text: message('a') }]);
});

test('one message is delivered to exactly one of several waiting consumers', async () => {
  const done: string[] = [];
  for (const name of ['one', 'two', 'three']) {
    consumers.start({ blockSeconds: 60, name, handler: () => void done.push(name) });
  }
  while ([...String(await redis.client.client('LIST')).matchAll(/ flags=b /g)].length < 3) await redis.client.ping();
  await push(message('a'));
  const { main, processing, claims, leases } = queue.keys;
  while ((await redis.client.exists(main, processing, claims, leases)) > 0) await redis.client.ping();
  expect(done).toHaveLength(1);
});

test('a consumer of a queue that no subscription uses warns once, with the known queues', async () => {
  const subscription = (name: string) => ({ service: name, queue: `model_events:${name}` });
  await recordQueues(redis.client, [subscription('site'), subscription('hub')]);
  const consumer = consumers.start({ queue: 'model_events:sit', handler: () => undefined });
  expect(await reported(consumer, 'warning')).toMatchObject([
    [
      {
        message:
          'no subscription uses the queue model_events:sit, so no message arrives: did you mean model_events:site? ' +
          'The known queues are model_events:hub, model_events:site; that of a new subscription is known a minute after its deployment',
      },
    ],
  ]);
});

test('a consumer of a recorded queue, or before any is recorded, has no warning', async () => {
  const done = [];
  const warned = jest.fn();
  for (const name of ['site', 'hub']) {
    const consumer = consumers.start({ queue: `model_events:${name}`, handler: () => undefined });
    consumer.on('warning', warned);
    done.push(reported(consumer, 'acknowledged'));
    await redis.client.lpush(`model_events:${name}`, message('a'));
    await done.at(-1);
    await consumer.stop();
    await recordQueues(redis.client, [{ service: 'hub', queue: 'model_events:hub' }]);
  }
  expect(warned).not.toHaveBeenCalled();
});
