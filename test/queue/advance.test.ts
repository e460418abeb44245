import { ModelQueue } from '../../queue/model-queue';
import { claimed, holdersOf } from '../support/claims';
import { message } from '../support/events';
import { keyspace } from '../support/keyspace';
import { useRedis } from '../support/redis';

const redis = useRedis();
const queue = new ModelQueue('model_events');
const none = { id: '', text: '' };

test('one step acknowledges what is done, and starts what was only prefetched', async () => {
  const [a = none, b = none, c = none] = await claimed(
    redis.client,
    queue,
    ['a', 'b', 'c'].map((id) => message(id)),
    {
      prefetched: 1,
    },
  );

  expect(await queue.advance(redis.client, { done: [a, b], starting: [c] }, 60_000)).toEqual([true, true, true]);

  expect(await redis.client.lrange(queue.keys.processing, 0, -1)).toEqual([c.text]);
  expect(await redis.client.zrange(queue.keys.leases, 0, -1)).toEqual([c.id]);
  expect(await holdersOf(redis.client, queue, message('c'))).toMatchObject([{ started: true }]);
});

test('a claim that is lost changes nothing, and the others of the step are unaffected', async () => {
  const [a = none, b = none] = await claimed(
    redis.client,
    queue,
    ['a', 'b'].map((id) => message(id)),
    { prefetched: 1 },
  );
  const late = [a, b].map((claim) => ({ ...claim, id: `${claim.id}.late` }));
  const before = await keyspace(redis.client);

  expect(await queue.advance(redis.client, { done: late, starting: late }, 60_000)).toEqual(Array(4).fill(false));
  expect(await keyspace(redis.client)).toEqual(before);

  expect(await queue.advance(redis.client, { done: [...late, a], starting: [] }, 60_000)).toEqual([false, false, true]);
  expect(await redis.client.lrange(queue.keys.processing, 0, -1)).toEqual([b.text]);
});

test('a second call changes nothing but the lease of what it starts', async () => {
  const [a = none, b = none] = await claimed(
    redis.client,
    queue,
    ['a', 'b'].map((id) => message(id)),
    { prefetched: 1 },
  );
  const step = { done: [a], starting: [b] };
  await queue.advance(redis.client, step, 60_000);
  await redis.client.del(queue.keys.leases);
  const before = await keyspace(redis.client);

  expect(await queue.advance(redis.client, step, 60_000)).toEqual([false, true]);

  expect(await redis.client.zrange(queue.keys.leases, 0, -1)).toEqual([b.id]);
  await redis.client.del(queue.keys.leases);
  expect(await keyspace(redis.client)).toEqual(before);
});

test.each([
  ['a claim', 'claimed', () => Promise.resolve()],
  ['a claim of a paused queue', 'paused', () => queue.pause(redis.client)],
  ['a claim that its client has given up', 'revoked', () => queue.revoke(redis.client, 'n9')],
])('%s acknowledges and starts too', async (_, state, prepare) => {
  const [a = none, b = none] = await claimed(
    redis.client,
    queue,
    ['a', 'b'].map((id) => message(id)),
    { prefetched: 1 },
  );
  await redis.client.lpush(queue.keys.main, message('c'));
  await prepare();

  const options = { nonce: 'n9', consumer: 'test', count: 1, starting: 1, leaseMs: 60_000 };
  const late = { ...a, id: `${a.id}.late` };
  const result = await queue.claim(redis.client, options, { done: [late, a], starting: [b] });

  const taken = state === 'claimed' ? [message('c')] : [];
  expect(result).toMatchObject({ state, held: [false, true, true], claims: taken.map((text) => ({ text })) });
  expect(await redis.client.lrange(queue.keys.processing, 0, -1)).toEqual([...taken, b.text]);
  expect(await holdersOf(redis.client, queue, message('b'))).toMatchObject([{ started: true }]);
});
