import { claimDigestOf } from '../../queue/holder';
import { ModelQueue } from '../../queue/model-queue';
import { claimed } from '../support/claims';
import { message } from '../support/events';
import { keyspace } from '../support/keyspace';
import { useRedis } from '../support/redis';

const redis = useRedis();
const queue = new ModelQueue('model_events');
const aged = async (id: string, seconds: number, replayName?: string) => {
  const now = Number((await redis.client.time())[0]) * 1000;
  const replay = replayName === undefined ? '' : `,"replay_name":"${replayName}"`;
  return message(id)
    .replace('2026-11-23T10:00:00.000Z', new Date(now - seconds * 1000).toISOString())
    .replace(',"payload"', `${replay},"payload"`);
};

test('an empty queue has no depths and no ages', async () => {
  expect(await queue.inspect(redis.client)).toEqual({
    depth: 0,
    processing: 0,
    delayed: 0,
    deadLetters: 0,
    oldestMessageSeconds: 0,
    oldestClaimSeconds: 0,
  });
});

test('inspect returns the depth of each list and writes nothing', async () => {
  await claimed(redis.client, queue, [message('a'), message('b')]);
  await redis.client.lpush(queue.keys.main, ...['c', 'd', 'e'].map((id) => message(id)));
  await redis.client.zadd(queue.keys.delayed, 1, 'r');
  await redis.client.lpush(queue.keys.deadLetters, 'x', 'y', 'z', 'z');
  const before = await keyspace(redis.client);

  const state = await queue.inspect(redis.client);

  expect(state).toMatchObject({ depth: 3, processing: 2, delayed: 1, deadLetters: 4 });
  expect(await keyspace(redis.client)).toEqual(before);
});

test('the age is that of the oldest waiting event, even if a younger one is delivered before it', async () => {
  await redis.client.lpush(queue.keys.main, await aged('young', 10), await aged('old', 100), await aged('new', 1));
  const { oldestMessageSeconds } = await queue.inspect(redis.client);
  expect(oldestMessageSeconds).toBeGreaterThanOrEqual(99);
  expect(oldestMessageSeconds).toBeLessThan(110);
});

test('replayed messages and names in the payload do not increase the age of the queue', async () => {
  const note = '{"note":",\\"replay_name\\":","replay_name":"x"}';
  const now = message('now', note).replace('2026-11-23T10:00:00.000Z', new Date(Date.now() - 50_000).toISOString());
  await redis.client.lpush(queue.keys.main, await aged('replayed', 86_400, 'hokusai-site.x'), now);
  const { oldestMessageSeconds } = await queue.inspect(redis.client);
  expect(oldestMessageSeconds).toBeGreaterThanOrEqual(49);
  expect(oldestMessageSeconds).toBeLessThan(60);
});

test.each([20, 1000])('%d replayed messages in front of a fresh one do not hide its age', async (count) => {
  const replayed = await Promise.all(
    Array.from({ length: count }, (_, index) => aged(`replayed-${index}`, 10_000_000, 'hokusai-site.x')),
  );
  await redis.client.lpush(queue.keys.main, ...replayed, await aged('fresh', 3600), await aged('newer', 60));
  const { oldestMessageSeconds } = await queue.inspect(redis.client);
  expect(oldestMessageSeconds).toBeGreaterThanOrEqual(3599);
  expect(oldestMessageSeconds).toBeLessThan(3610);
});

test('with replayed messages only there is no age', async () => {
  const replayed = Array.from({ length: 50 }, (_, index) => aged(`replayed-${index}`, 3600, 'hokusai-site.x'));
  await redis.client.lpush(queue.keys.main, ...(await Promise.all(replayed)));
  expect(await queue.inspect(redis.client)).toMatchObject({ depth: 50, oldestMessageSeconds: 0 });
});

test('an event from the future has no negative age', async () => {
  await redis.client.lpush(queue.keys.main, await aged('future', -3600));
  expect(await queue.inspect(redis.client)).toMatchObject({ oldestMessageSeconds: 0 });
});

test('the age of the oldest claim is that of the record, not of the renewed lease', async () => {
  await claimed(redis.client, queue, [message('a'), message('b')]);
  const now = Number((await redis.client.time())[0]) * 1000;
  await redis.client.hset(queue.keys.claims, claimDigestOf(message('a')), `n1.1 tester ${now - 500_000} 1`);
  const { oldestClaimSeconds } = await queue.inspect(redis.client);
  expect(oldestClaimSeconds).toBeGreaterThanOrEqual(499);
  expect(oldestClaimSeconds).toBeLessThan(510);
});

test('texts that are not messages are counted and have no age', async () => {
  await redis.client.lpush(
    queue.keys.main,
    '',
    'half a mess',
    '{"event_type":"model_ready_to_deploy","timestamp":"2020',
  );
  await redis.client.lpush(queue.keys.processing, 'taken plainly');
  expect(await queue.inspect(redis.client)).toMatchObject({
    depth: 3,
    processing: 1,
    oldestMessageSeconds: 0,
    oldestClaimSeconds: 0,
  });
});

test('a foreign timestamp gives no age', async () => {
  await redis.client.lpush(queue.keys.main, message('a').replace('2026-11-23T10:00:00.000Z', 'yesterday'));
  expect((await queue.inspect(redis.client)).oldestMessageSeconds).toBe(0);
});
