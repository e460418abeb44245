import { maintain } from '../../queue/maintenance';
import { type Claim, ModelQueue } from '../../queue/model-queue';
import { claimed, expireLeases, tried } from '../support/claims';
import { message } from '../support/events';
import { contents } from '../support/keyspace';
import { useRedis } from '../support/redis';

const redis = useRedis();
const queue = new ModelQueue('model_events');
let calls = 0;
const claim = (options: { count?: number; holding?: number } = {}) =>
  queue.claim(redis.client, {
    nonce: `n${++calls}`,
    consumer: 'c',
    count: 10,
    starting: 10,
    leaseMs: 60_000,
    ...options,
  });
const textsOf = (claims: readonly Claim[]) => claims.map(({ text }) => text);

/** A consumer crashes with these messages, and they are back. */
async function crashedWith(...texts: string[]): Promise<void> {
  await claimed(redis.client, queue, texts, { nonce: `crashed${++calls}` });
  await expireLeases(redis.client, queue, ...texts);
  await maintain(redis.client, queue);
}

test('a message whose consumer died is claimed alone, however many are asked for', async () => {
  await crashedWith(message('a'), message('b'));
  expect(await claim()).toMatchObject({ state: 'alone', claims: [{ text: tried(message('a'), 1) }] });
});

test('a consumer that holds messages waits until it holds none, and another consumer may take the message', async () => {
  await crashedWith(message('a'));

  expect(await claim({ holding: 1 })).toEqual({ state: 'wait-alone', claims: [] });

  expect(await claim()).toMatchObject({ state: 'alone', claims: [{ text: tried(message('a'), 1) }] });
});

test('messages in front of it are claimed without it', async () => {
  await crashedWith(message('killer'));
  await redis.client.rpush(queue.keys.main, message('b'), message('a'));

  const { state, claims } = await claim();

  expect([state, textsOf(claims)]).toEqual(['claimed', [message('a'), message('b')]]);
  expect(await claim({ holding: 2 })).toMatchObject({ state: 'wait-alone' });
});

test('once it was worked on without a crash it is a message like any other', async () => {
  await crashedWith(message('a'));
  const [alone = { id: '', text: '' }] = (await claim()).claims;
  await queue.retry(redis.client, alone, { delayMs: 0, maxRetries: 3, code: 'X', reason: 'x' });
  await redis.client.lpush(queue.keys.main, message('b'));

  const { state, claims } = await claim();

  expect([state, textsOf(claims)]).toEqual(['claimed', [tried(message('a'), 2), message('b')]]);
  for (const each of claims) await queue.acknowledge(redis.client, each);
  expect(await contents(redis.client)).toEqual({});
});

test.each(['given back', 'revoked'])(
  'a message that is %s before it was worked on remains to be processed alone',
  async (how) => {
    await crashedWith(message('a'));
    const { claims } = await claim();
    await (how === 'revoked' ? queue.revoke(redis.client, `n${calls}`) : queue.giveBack(redis.client, claims));

    expect(await claim()).toMatchObject({ state: 'alone' });
  },
);

test('a prefetched message of a dead consumer is not processed alone', async () => {
  const texts = [message('a'), message('b')];
  await claimed(redis.client, queue, texts, { prefetched: 2 });
  await expireLeases(redis.client, queue, ...texts);
  await maintain(redis.client, queue);
  expect(await claim()).toMatchObject({ state: 'claimed', claims: texts.map((text) => ({ text })) });
});

test('a message that kills each consumer is dead-lettered; its nine neighbours are acknowledged', async () => {
  const texts = ['killer', ...Array.from({ length: 9 }, (_, index) => `good-${index}`)].map((id) => message(id));
  await crashedWith(...texts);
  const done: string[] = [];
  for (;;) {
    const { claims } = await claim();
    if (claims.length === 0) break;
    const killed = claims.some(({ text }) => text.includes('"killer"'));
    if (killed) await expireLeases(redis.client, queue, ...claims.map(({ text }) => String(text)));
    else for (const each of claims) done.push(`${await queue.acknowledge(redis.client, each)} ${String(each.text)}`);
    await maintain(redis.client, queue);
  }
  expect(done.sort()).toEqual(
    texts
      .slice(1)
      .map((text) => `acknowledged ${tried(text, 1)}`)
      .sort(),
  );
  expect(Object.keys(await contents(redis.client))).toEqual([queue.keys.deadLetters]);
  expect(await redis.client.llen(queue.keys.deadLetters)).toBe(1);
});
