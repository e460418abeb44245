import { RedisProxy } from '../../dev/faults/redis-proxy';
import { ModelQueue } from '../../queue/model-queue';
import { publish } from '../../queue/publish';
import { scripts } from '../../queue/scripts';
import { RedisSession } from '../../queue/session';
import { tried } from '../support/claims';
import { blockedInRedis, gate, reported, type TestConsumerOptions, useConsumers } from '../support/consumers';
import { message } from '../support/events';
import { contents } from '../support/keyspace';
import { messageRecord, publishOptions } from '../support/publishing';
import { endpointOf, useRedis } from '../support/redis';

const redis = useRedis();
const consumers = useConsumers(redis);
const queue = new ModelQueue('model_events');
let proxy: RedisProxy;
beforeEach(async () => {
  // Loaded before, because the first reply of an unknown script is NOSCRIPT.
  for (const { source } of Object.values(scripts)) await redis.client.script('LOAD', source);
  proxy = await RedisProxy.start(() => redis.server.port);
});
afterEach(() => proxy.stop());
const throughProxy = () => ({ ...endpointOf(redis.server), port: proxy.port });
const start = (options: TestConsumerOptions) => consumers.start({ redis: throughProxy(), ...options });
const push = (...ids: string[]) => redis.client.lpush(queue.keys.main, ...ids.map((id) => message(id)));

test('a batch whose reply is lost is queued once after a repeated call', async () => {
  const session = new RedisSession(throughProxy());
  const batch = [messageRecord('a'), messageRecord('b')];
  const send = () => session.use('publish', (client) => publish(client, batch, publishOptions));
  await session.use('prepare', (client) => client.ping());
  const dropped = proxy.dropNextReply();
  await expect(send()).rejects.toMatchObject({ fault: 'connection-lost', reaction: 'retry' });
  await dropped;

  expect(await send()).toEqual({ results: ['duplicate', 'duplicate'], replicated: true });
  expect(await redis.client.llen('model_events')).toBe(2);
  session.close();
});

test('after the lost reply of an acknowledgement the work is done once and nothing is left', async () => {
  await push('a');
  const seen: string[] = [];
  const consumer = start({
    handler: ({ message_id: id }) => {
      seen.push(id);
      if (id === 'a') void proxy.dropNextReply();
    },
  });
  await reported(consumer, 'warning');
  const done = reported(consumer, 'acknowledged');
  await push('b');
  await done;
  expect(seen).toEqual(['a', 'b']);
  expect(await contents(redis.client)).toEqual({});
});

test('a retry whose reply is lost is counted once', async () => {
  await push('a');
  const texts: string[] = [];
  const consumer = start({
    handler: (_, { text }) => {
      texts.push(text);
      if (texts.length > 1) return;
      void proxy.dropNextReply();
      throw new Error('no');
    },
  });
  await reported(consumer, 'acknowledged');
  expect(texts).toEqual([message('a'), tried(message('a'), 1)]);
  expect(await contents(redis.client)).toEqual({});
});

test.each([0, 3])(
  'messages of a claim whose reply is lost are delivered once, unchanged (prefetch %d)',
  async (prefetch) => {
    await push('a');
    const texts: string[] = [];
    const consumer = start({ prefetch, handler: (_, { text }) => void texts.push(text) });
    const pushed = gate();
    let dropped = Promise.resolve();
    consumer.once('acknowledged', () => {
      // The next command is the claim, which must find a message.
      dropped = proxy.dropNextReply();
      void push('b', 'c').then(() => pushed.open());
    });
    await reported(consumer, 'acknowledged', 3);
    await pushed.opened;
    await dropped;
    expect([...texts].sort()).toEqual(['a', 'b', 'c'].map((id) => message(id)));
    expect(await contents(redis.client)).toEqual({});
  },
);

test('after the lost replies of an acknowledgement and the next start the work is done once', async () => {
  await push('a', 'b');
  const seen: string[] = [];
  let dropped = Promise.resolve();
  const consumer = start({
    prefetch: 1,
    handler: ({ message_id: id }) => {
      seen.push(id);
      if (id === 'a') dropped = proxy.dropNextReply();
    },
  });
  expect(await reported(consumer, 'acknowledged')).toMatchObject([[{ message_id: 'b' }]]);
  await dropped;
  expect(seen).toEqual(['a', 'b']);
  expect(await contents(redis.client)).toEqual({});
});

test('a message given back on stop is queued once although the reply is lost', async () => {
  await push('a', 'b', 'c');
  const [begun, go] = [gate(), gate()];
  const consumer = start({ prefetch: 2, handler: () => (begun.open(), go.opened) });
  await begun.opened;
  const dropped = proxy.dropNextReply();
  const stopped = consumer.stop();
  await dropped;
  go.open();
  await stopped;
  const left = await redis.client.lrange(queue.keys.main, 0, -1);
  expect(left.reverse()).toEqual([message('b'), message('c')]);
});

test('a message received by a blocking wait is handled at once, unchanged, although the reply of its lease is lost', async () => {
  const texts: string[] = [];
  const consumer = start({ blockSeconds: 60, handler: (_, { text }) => void texts.push(text) });
  const done = reported(consumer, 'acknowledged');
  await blockedInRedis(redis);
  const dropped = proxy.dropNextReply();
  await push('a');
  await dropped;
  await done;
  expect(texts).toEqual([message('a')]);
  expect(await contents(redis.client)).toEqual({});
});
