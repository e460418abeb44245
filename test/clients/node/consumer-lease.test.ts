import { claimDigestOf } from '../../../queue/holder';
import { ModelQueue } from '../../../queue/model-queue';
import { maintain } from '../../../queue/maintenance';
import { releaseClaims } from '../../../queue/operations/claims';
import { idOf } from '../../../queue/operations/summary';
import { expireLeases, tried } from '../../support/claims';
import { gate, reported, useConsumers } from '../../support/consumers';
import { message } from '../../support/events';
import { contents } from '../../support/keyspace';
import { useRedis } from '../../support/redis';

// Each change of a sorted set is announced, so that a test can wait for the renewal of a lease.
const redis = useRedis({ config: { 'notify-keyspace-events': 'Ez' } });
const consumers = useConsumers(redis);
const queue = new ModelQueue('model_events');
const text = message('a');
const nothing = { id: '', text: '' };

/** Resolves at the next ZADD of any lease. */
async function leaseWritten(): Promise<void> {
  const listener = redis.client.duplicate({ lazyConnect: true });
  await listener.connect();
  await listener.subscribe('__keyevent@0__:zadd');
  await new Promise<void>((resolve) => {
    listener.on('message', (_channel, key) => {
      if (key === queue.keys.leases) resolve();
    });
  });
  listener.disconnect();
}

test('the leases of started and prefetched messages are renewed while the handler runs', async () => {
  await redis.client.lpush(queue.keys.main, text, message('b'));
  const [begun, go] = [gate(), gate()];
  const consumer = consumers.start({ leaseSeconds: 5, prefetch: 1, handler: () => (begun.open(), go.opened) });
  const done = reported(consumer, 'acknowledged', 2);
  await begun.opened;
  await expireLeases(redis.client, queue, text, message('b'));

  await leaseWritten();

  expect(await maintain(redis.client, queue)).toMatchObject({ requeued: 0, deadLettered: 0 });
  go.open();
  await done;
  expect(await contents(redis.client)).toEqual({});
});

test('a handler whose claim is lost gets an abort signal, and its late result changes nothing for the next holder', async () => {
  await redis.client.lpush(queue.keys.main, text);
  const [begun, go, aborted] = [gate(), gate(), gate<unknown>()];
  const first = consumers.start({
    name: 'first',
    leaseSeconds: 5,
    handler: async (_, { signal }) => {
      signal.addEventListener('abort', () => aborted.open(signal.reason));
      begun.open();
      await go.opened;
    },
  });
  const lost = reported(first, 'lost');
  const acknowledged = jest.fn();
  first.on('acknowledged', acknowledged);
  await begun.opened;

  await expireLeases(redis.client, queue, text);
  expect(await maintain(redis.client, queue)).toMatchObject({ requeued: 1 });
  const options = { nonce: 'second', consumer: 'second', count: 1, starting: 1, leaseMs: 60_000 };
  const [claim = nothing] = (await queue.claim(redis.client, options)).claims;
  expect(claim.text).toBe(tried(text, 1));

  expect(await lost).toEqual([[text]]);
  expect(String(await aborted.opened)).toMatch(/claim on this message was lost/);
  const before = await contents(redis.client);
  go.open();
  await first.stop();

  expect(acknowledged).not.toHaveBeenCalled();
  expect(await contents(redis.client)).toEqual(before);
  expect(await queue.acknowledge(redis.client, claim)).toBe('acknowledged');
});

test('a released message is not started again while its handler runs in the same consumer', async () => {
  await redis.client.lpush(queue.keys.main, text);
  const [begun, go] = [gate(), gate()];
  let calls = 0;
  const consumer = consumers.start({
    concurrency: 2,
    handler: async () => {
      calls++;
      begun.open();
      await go.opened;
    },
  });
  const snoozed = reported(consumer, 'snoozed');
  await begun.opened;
  const released = await releaseClaims(redis.client, queue, [idOf(text)]);
  expect(released).toMatchObject({ outcomes: [{ result: 'released' }] });

  expect(await snoozed).toMatchObject([
    [expect.any(String), { message: expect.stringMatching(/still runs/) as string }],
  ]);

  expect(calls).toBe(1);
  expect(await queue.inspect(redis.client)).toMatchObject({ depth: 0, processing: 0, delayed: 1 });
  go.open();
});

test.each([
  ['succeeds', () => Promise.resolve()],
  ['fails', () => Promise.reject(new Error('too late'))],
])('a handler that %s after another consumer took its claim settles nothing', async (_, end) => {
  await redis.client.lpush(queue.keys.main, text);
  const [begun, go] = [gate(), gate()];
  const consumer = consumers.start({
    leaseSeconds: 3600,
    handler: async () => {
      begun.open();
      await go.opened;
      await end();
    },
  });
  const lost = reported(consumer, 'lost');
  await begun.opened;
  await redis.client.hset(queue.keys.claims, claimDigestOf(text), 'another.1 x 1 1');
  const before = await contents(redis.client);

  go.open();

  expect(await lost).toEqual([[text]]);
  await consumer.stop();
  expect(await contents(redis.client)).toEqual(before);
});

afterEach(() => jest.restoreAllMocks());

/** A consumer that works on `a` and has prefetched `b`; then another one holds `b`. */
async function losesPrefetched() {
  await redis.client.lpush(queue.keys.main, text, message('b'));
  const [begun, go, aborted] = [gate(), gate(), gate<unknown>()];
  const seen: string[] = [];
  const consumer = consumers.start({
    leaseSeconds: 3600,
    prefetch: 1,
    handler: async ({ message_id: id }, { signal }) => {
      seen.push(id);
      begun.open();
      await go.opened;
      if (id !== 'b') return;
      signal.addEventListener('abort', () => aborted.open(signal.reason));
      if (signal.aborted) aborted.open(signal.reason);
      await aborted.opened;
    },
  });
  const lost = reported(consumer, 'lost');
  await begun.opened;
  await redis.client.hset(queue.keys.claims, claimDigestOf(message('b')), 'another.1 x 1 0');
  return { lost, go, aborted, seen };
}

test('a prefetched message whose lease may have ended is not processed before Redis confirms the claim', async () => {
  const { lost, go, seen } = await losesPrefetched();
  const now = performance.now.bind(performance);
  jest.spyOn(performance, 'now').mockImplementation(() => now() + 1_800_000);
  go.open();
  expect(await lost).toEqual([[message('b')]]);
  expect(seen).toEqual(['a']);
});

test('a prefetched message that was taken away within its lease may reach the handler, whose signal is aborted', async () => {
  const { lost, go, aborted, seen } = await losesPrefetched();
  const before = await redis.client.hget(queue.keys.claims, claimDigestOf(message('b')));
  go.open();
  expect(await lost).toEqual([[message('b')]]);
  if (seen.includes('b')) expect(String(await aborted.opened)).toMatch(/claim on this message was lost/);
  expect(await redis.client.hget(queue.keys.claims, claimDigestOf(message('b')))).toBe(before);
});
