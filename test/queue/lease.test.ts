import { claimIdOf } from '../../queue/holder';
import { maintain } from '../../queue/maintenance';
import { ModelQueue } from '../../queue/model-queue';
import { claimed, expireLeases, holdersOf, oneClaimed } from '../support/claims';
import { message } from '../support/events';
import { keyspace } from '../support/keyspace';
import { useRedis } from '../support/redis';

const redis = useRedis();
const queue = new ModelQueue('model_events');
const text = message('a');
/** A holder of nothing. */
const holder = { nonce: 'n1.1', consumer: 'tester', claimedAtMs: '0', started: true };

describe('start', () => {
  test('marks a prefetched message as started, only for its holder', async () => {
    const claim = await oneClaimed(redis.client, queue, text, { prefetched: 1 });
    const before = await keyspace(redis.client);
    expect(await queue.start(redis.client, { ...claim, id: `${claim.id}.late` }, 60_000)).toBe('not-held');
    expect(await keyspace(redis.client)).toEqual(before);

    expect(await queue.start(redis.client, claim, 60_000)).toBe('started');
    expect(await queue.start(redis.client, claim, 60_000)).toBe('started');

    expect(await holdersOf(redis.client, queue, text)).toMatchObject([
      { nonce: 'n1.1', consumer: 'tester', started: true },
    ]);
  });

  test('renews the lease', async () => {
    const claim = await oneClaimed(redis.client, queue, text, { prefetched: 1 });
    await expireLeases(redis.client, queue, text);
    await queue.start(redis.client, claim, 60_000);
    expect(await maintain(redis.client, queue)).toMatchObject({ requeued: 0, vanished: 0 });
  });

  test('does not start a message that is gone', async () => {
    expect(await queue.start(redis.client, { id: claimIdOf(text, holder), text }, 60_000)).toBe('not-held');
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
    expect(await maintain(redis.client, queue)).toMatchObject({ requeued: 0, deadLettered: 0, vanished: 0 });
    expect(await holdersOf(redis.client, queue, message('b'))).toMatchObject([{ started: false }]);
  });

  test('returns a lost claim and changes no other lease', async () => {
    const held = await oneClaimed(redis.client, queue, message('held'), { nonce: 'n1' });
    const theirs = await oneClaimed(redis.client, queue, message('theirs'), { nonce: 'n2' });
    await expireLeases(redis.client, queue, message('theirs'));
    const lost = { id: theirs.id.replace('n2', 'n1'), text: message('theirs') };
    const gone = { id: claimIdOf(message('gone'), holder), text: message('gone') };

    expect(await queue.extend(redis.client, [lost, held, gone], 60_000)).toEqual([lost, gone]);

    expect(await redis.client.zscore(queue.keys.leases, theirs.id)).toBe('0');
    expect(await redis.client.zcard(queue.keys.leases)).toBe(2);
  });

  test('returns an empty list without claims', async () => {
    expect(await queue.extend(redis.client, [], 60_000)).toEqual([]);
  });
});

test('times that are no whole number of milliseconds are rounded, as 64.1 s are in floating point', async () => {
  const fraction = 64.1 * 1000;
  expect(Number.isInteger(fraction)).toBe(false);
  await redis.client.lpush(queue.keys.main, message('a'), message('b'));
  const options = { nonce: 'n1', consumer: 'c', count: 2, starting: 0, leaseMs: fraction };
  const { claims } = await queue.claim(redis.client, options);
  const nothing = { id: '', text: '' };
  const [first = nothing, second = nothing] = claims;
  expect(await queue.start(redis.client, first, fraction)).toBe('started');
  expect(await queue.extend(redis.client, claims, fraction)).toEqual([]);
  const failure = { delayMs: fraction, maxRetries: 3, code: 'X', reason: 'x' };
  expect(await queue.retry(redis.client, first, failure)).toBe('retried');
  expect(await queue.snooze(redis.client, second, { delayMs: fraction, limitMs: fraction })).toBe('snoozed');
});
