import { ModelQueue } from '../../queue/model-queue';
import { claimed, expireLeases, oneClaimed } from '../support/claims';
import { message } from '../support/events';
import { keyspace } from '../support/keyspace';
import { useRedis } from '../support/redis';

const redis = useRedis();
const queue = new ModelQueue('model_events');
const text = message('a');

describe('start', () => {
  test('marks a prefetched message as started, only for its holder', async () => {
    const claim = await oneClaimed(redis.client, queue, text, { prefetched: 1 });
    const before = await keyspace(redis.client);
    expect(await queue.start(redis.client, { ...claim, nonce: 'late' }, 60_000)).toBe('not-held');
    expect(await keyspace(redis.client)).toEqual(before);

    expect(await queue.start(redis.client, claim, 60_000)).toBe('started');
    expect(await queue.start(redis.client, claim, 60_000)).toBe('started');

    expect(await redis.client.hget(queue.keys.holders, text)).toMatch(/^n1 tester \d+ 1$/);
  });

  test('renews the lease', async () => {
    const claim = await oneClaimed(redis.client, queue, text, { prefetched: 1 });
    await expireLeases(redis.client, queue, text);
    await queue.start(redis.client, claim, 60_000);
    expect(await queue.reclaim(redis.client, { limit: 10, maxRetries: 3 })).toMatchObject({ requeued: 0 });
  });

  test('does not start a message that is gone', async () => {
    expect(await queue.start(redis.client, { text, nonce: 'n1' }, 60_000)).toBe('not-held');
    expect(await keyspace(redis.client)).toEqual({});
  });
});

describe('extend', () => {
  test('renews the leases of all held messages, any number of times', async () => {
    const claims = await claimed(redis.client, queue, [text, message('b')], { prefetched: 1 });
    for (let time = 0; time < 2; time++) {
      await expireLeases(redis.client, queue, text, message('b'));
      expect(await queue.extend(redis.client, claims, 60_000)).toEqual([]);
    }
    expect(await queue.reclaim(redis.client, { limit: 10, maxRetries: 3 })).toEqual({
      requeued: 0,
      deadLettered: 0,
      vanished: 0,
    });
    expect((await redis.client.hget(queue.keys.holders, message('b')))?.at(-1)).toBe('0');
  });

  test('returns a lost claim and changes no other lease', async () => {
    const held = await oneClaimed(redis.client, queue, message('held'), { nonce: 'n1' });
    await oneClaimed(redis.client, queue, message('theirs'), { nonce: 'n2' });
    await expireLeases(redis.client, queue, message('theirs'));
    const lost = { text: message('theirs'), nonce: 'n1' };
    const gone = { text: message('gone'), nonce: 'n1' };

    expect(await queue.extend(redis.client, [lost, held, gone], 60_000)).toEqual([lost, gone]);

    expect(await redis.client.zscore(queue.keys.leases, message('theirs'))).toBe('0');
    expect(await redis.client.zcard(queue.keys.leases)).toBe(2);
  });

  test('returns an empty list without claims', async () => {
    expect(await queue.extend(redis.client, [], 60_000)).toEqual([]);
  });
});
