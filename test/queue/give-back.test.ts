import { ModelQueue } from '../../queue/model-queue';
import { claimed, oneClaimed } from '../support/claims';
import { message } from '../support/events';
import { contents, keyspace } from '../support/keyspace';
import { useRedis } from '../support/redis';

const redis = useRedis();
const queue = new ModelQueue('model_events');
const texts = ['a', 'b', 'c'].map((id) => message(id));
const take = async (count: number, nonce = 'next') => {
  const { claims } = await queue.claim(redis.client, {
    nonce,
    consumer: 'next',
    count,
    starting: count,
    leaseMs: 60_000,
  });
  return claims;
};
const textsOf = async (claims: ReturnType<typeof take>) => (await claims).map(({ text }) => text);

test('messages given back are unchanged and delivered next, in their original order', async () => {
  await redis.client.lpush(queue.keys.main, ...texts, message('later'));
  const claims = await take(3, 'n1');
  expect(claims.map(({ text }) => text)).toEqual(texts);

  expect(await queue.giveBack(redis.client, claims)).toBe(3);

  expect(Object.keys(await contents(redis.client))).toEqual([queue.keys.main]);
  expect(await textsOf(take(4))).toEqual([...texts, message('later')]);
});

test('giving a message back twice queues it once', async () => {
  const claims = await claimed(redis.client, queue, texts);
  await queue.giveBack(redis.client, claims);
  const once = await contents(redis.client);

  expect(await queue.giveBack(redis.client, claims)).toBe(0);
  expect(await queue.revoke(redis.client, 'n1')).toBe(0);

  expect(await contents(redis.client)).toEqual(once);
});

test('a consumer that lost the claim gives nothing back', async () => {
  const claims = await claimed(redis.client, queue, texts);
  const before = await contents(redis.client);

  const late = claims.map(({ id, text }) => ({ id: id.replace('n1', 'late'), text }));
  expect(await queue.giveBack(redis.client, late)).toBe(0);
  expect(await queue.revoke(redis.client, 'late')).toBe(0);

  expect(await contents(redis.client)).toEqual(before);
});

test('an acknowledged message is not given back with the others', async () => {
  const claims = await claimed(redis.client, queue, texts);
  for (const done of claims.slice(0, 1)) await queue.acknowledge(redis.client, done);

  expect(await queue.giveBack(redis.client, claims)).toBe(2);

  expect(await textsOf(take(3))).toEqual(texts.slice(1));
});

test('a text that is not a message is given back byte for byte', async () => {
  const odd = ['', 'half a mess', '{"retry_count":'];
  const claims = await claimed(redis.client, queue, odd);
  expect(await queue.giveBack(redis.client, claims)).toBe(3);
  expect(await textsOf(take(3))).toEqual(odd);
});

test('a message that a plain consumer has removed is not given back', async () => {
  const [first, ...rest] = await claimed(redis.client, queue, texts);
  await redis.client.lrem(queue.keys.processing, 1, String(first?.text));

  expect(await queue.giveBack(redis.client, first === undefined ? [] : [first, ...rest])).toBe(2);

  expect(Object.keys(await contents(redis.client))).toEqual([queue.keys.main]);
});

describe('revoking a call whose reply was lost', () => {
  test('returns all its messages in their order, and no other claim', async () => {
    const many = Array.from({ length: 130 }, (_, index) => message(`m${index}`));
    await claimed(redis.client, queue, many, { nonce: 'lost.1', prefetched: 1 });
    const other = await oneClaimed(redis.client, queue, message('other'), { nonce: 'lost.10' });

    expect(await queue.revoke(redis.client, 'lost.1')).toBe(130);

    expect(await queue.inspect(redis.client)).toMatchObject({ depth: 130, processing: 1 });
    expect(await textsOf(take(130))).toEqual(many);
    expect(await queue.acknowledge(redis.client, other)).toBe('acknowledged');
  });

  test('drops the claim of a message that a plain consumer has removed', async () => {
    await claimed(redis.client, queue, texts, { nonce: 'lost' });
    await redis.client.lrem(queue.keys.processing, 1, message('b'));

    expect(await queue.revoke(redis.client, 'lost')).toBe(2);

    expect(Object.keys(await contents(redis.client))).toEqual([queue.keys.main]);
    expect(await textsOf(take(3))).toEqual([message('a'), message('c')]);
  });

  test('refuses the call if it arrives later: nothing is claimed and no attempt counts', async () => {
    await redis.client.lpush(queue.keys.main, ...texts);
    expect(await queue.revoke(redis.client, 'late')).toBe(0);
    const before = await keyspace(redis.client);
    const late = { nonce: 'late', consumer: 'c', count: 3, starting: 3, leaseMs: 60_000 };

    expect(await queue.claim(redis.client, late)).toEqual({ state: 'revoked', claims: [] });

    expect(await keyspace(redis.client)).toEqual(before);
    expect(await textsOf(take(3))).toEqual(texts);
  });
});
