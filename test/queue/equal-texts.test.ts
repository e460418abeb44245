import { maintain } from '../../queue/maintenance';
import { type Claim, ModelQueue } from '../../queue/model-queue';
import { claimed, expireLeases, holdersOf, oneClaimed, tried } from '../support/claims';
import { message } from '../support/events';
import { contents } from '../support/keyspace';
import { useRedis } from '../support/redis';

const redis = useRedis();
const queue = new ModelQueue('model_events');
const text = message('twin');
const failure = { delayMs: 0, maxRetries: 3, code: 'X', reason: 'x' };
const hold = { consumer: 'c', count: 1, starting: 1, leaseMs: 60_000 };
const none: Claim = { id: '', text: '' };
/** Claims like a plain consumer, without a lease. */
const takePlainly = () => redis.client.rpoplpush(queue.keys.main, queue.keys.processing);

test('equal texts are claimed at once and settled independently of each other', async () => {
  await redis.client.lpush(queue.keys.main, text, text, text);
  const { claims } = await queue.claim(redis.client, { ...hold, nonce: 'n1', count: 2 });
  const { claims: theirs } = await queue.claim(redis.client, { ...hold, nonce: 'n2' });
  const [first = none, second = none, third = none] = [...claims, ...theirs];
  expect(new Set([first, second, third].map(({ id }) => id)).size).toBe(3);

  expect(await queue.acknowledge(redis.client, second)).toBe('acknowledged');
  expect(await queue.acknowledge(redis.client, second)).toBe('not-held');
  expect(await queue.inspect(redis.client)).toMatchObject({ processing: 2 });
  expect(await queue.extend(redis.client, [first, second, third], 60_000)).toEqual([second]);
  expect(await queue.deadLetter(redis.client, first, failure)).toBe('dead-lettered');
  expect(await queue.acknowledge(redis.client, third)).toBe('acknowledged');

  expect(Object.keys(await contents(redis.client))).toEqual([queue.keys.deadLetters]);
});

test('equal texts that fail are both retried', async () => {
  for (const claim of await claimed(redis.client, queue, [text, text])) {
    expect(await queue.retry(redis.client, claim, failure)).toBe('retried');
  }
  expect(await queue.inspect(redis.client)).toMatchObject({ delayed: 2 });
  const { claims } = await queue.claim(redis.client, { ...hold, nonce: 'n2', count: 2 });
  // The zset's members are unique, so one of them has a trailing space.
  expect(claims.map((claim) => String(claim.text).trimEnd())).toEqual([tried(text, 1), tried(text, 1)]);
  for (const claim of claims) expect(await queue.acknowledge(redis.client, claim)).toBe('acknowledged');
  expect(await contents(redis.client)).toEqual({});
});

test('of equal texts only the one with the expired lease comes back, wherever their entries are', async () => {
  const live = await oneClaimed(redis.client, queue, text, { nonce: 'n1' });
  // More entries than one window of the sweep.
  await redis.client.lpush(queue.keys.processing, ...Array.from({ length: 300 }, (_, index) => message(`m${index}`)));
  const dead = await oneClaimed(redis.client, queue, text, { nonce: 'n2' });
  await redis.client.zadd(queue.keys.leases, 0, dead.id);

  expect(await maintain(redis.client, queue)).toMatchObject({ requeued: 1, adopted: 300, vanished: 0 });

  expect(await redis.client.lrange(queue.keys.main, 0, -1)).toEqual([tried(text, 1)]);
  expect(await queue.acknowledge(redis.client, dead)).toBe('not-held');
  expect(await queue.acknowledge(redis.client, live)).toBe('acknowledged');
  expect(await redis.client.lpos(queue.keys.processing, text)).toBeNull();
});

test.each(['gives back', 'revokes'])(
  'a consumer %s its own message, not the equal one of a plain consumer',
  async (how) => {
    await redis.client.lpush(queue.keys.main, text);
    expect(await takePlainly()).toBe(text);
    const claim = await oneClaimed(redis.client, queue, text, { nonce: 'n1' });

    const returned = how === 'revokes' ? queue.revoke(redis.client, 'n1') : queue.giveBack(redis.client, [claim]);
    expect(await returned).toBe(1);

    expect(await redis.client.lrange(queue.keys.processing, 0, -1)).toEqual([text]);
    expect(await redis.client.lrange(queue.keys.main, 0, -1)).toEqual([text]);
    expect(await redis.client.exists(queue.keys.leases, queue.keys.claims)).toBe(0);
  },
);

test('equal texts of plain consumers each get a claim, and each comes back', async () => {
  await redis.client.lpush(queue.keys.processing, text, text);
  expect(await maintain(redis.client, queue)).toMatchObject({ adopted: 2 });
  expect(new Set((await holdersOf(redis.client, queue, text)).map(({ id }) => id)).size).toBe(2);
  await expireLeases(redis.client, queue, text);

  expect(await maintain(redis.client, queue)).toMatchObject({ requeued: 2, adopted: 0, vanished: 0 });

  expect(await redis.client.lrange(queue.keys.main, 0, -1)).toEqual([tried(text, 1), tried(text, 1)]);
});
