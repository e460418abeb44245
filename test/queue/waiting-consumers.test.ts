import { maintain } from '../../queue/maintenance';
import { ModelQueue } from '../../queue/model-queue';
import { claimed, expireLeases } from '../support/claims';
import { message } from '../support/events';
import { useRedis } from '../support/redis';

const redis = useRedis();
const queue = new ModelQueue('model_events');
const names = Array.from({ length: 50 }, (_, index) => `worker${index}`);
let calls = 0;
const claim = (instance: string, holding = 0) =>
  queue.claim(redis.client, {
    nonce: `${instance}.${++calls}`,
    consumer: 'c',
    count: 1,
    starting: 1,
    leaseMs: 60_000,
    waitMs: 60_000,
    holding,
  });
const statesOf = async (instances: readonly string[]) => {
  const states: string[] = [];
  for (const instance of instances) states.push((await claim(instance)).state);
  return states;
};
const woken = () => redis.client.llen(queue.keys.wake);

test('of many idle consumers two wait on the main list, the others to be woken, also when they ask again', async () => {
  const expected = names.map((_, index) => (index < 2 ? 'wait-main' : 'wait-wake'));
  expect(await statesOf(names)).toEqual(expected);
  expect(await statesOf(names)).toEqual(expected);
});

test('a consumer that gets a message leaves its place and wakes one other, which takes the place', async () => {
  await statesOf(names);
  await redis.client.lpush(queue.keys.main, message('a'));

  expect(await claim('worker0')).toMatchObject({ state: 'claimed' });

  expect(await woken()).toBe(1);
  await queue.awaitMessage(redis.client, 60, 'wait-wake');
  expect(await statesOf(['worker7', 'worker8', 'worker1'])).toEqual(['wait-main', 'wait-wake', 'wait-main']);
});

test('each claim wakes the next consumer while messages are left, and no more than one at a time', async () => {
  await statesOf(names);
  await redis.client.lpush(queue.keys.main, ...names.map((name) => message(name)));
  for (const name of names) {
    expect(await claim(name)).toMatchObject({ state: 'claimed' });
    expect(await woken()).toBe(name === names.at(-1) ? 0 : 1);
    if (name !== names.at(-1)) await queue.awaitMessage(redis.client, 60, 'wait-wake');
  }
});

test('a consumer that may not take a message, since it holds others, wakes one that may', async () => {
  await claimed(redis.client, queue, [message('killer')]);
  await expireLeases(redis.client, queue, message('killer'));
  await maintain(redis.client, queue);

  expect(await claim('worker0', 1)).toMatchObject({ state: 'wait-alone' });

  expect(await woken()).toBe(1);
  expect(await claim('worker1')).toMatchObject({ state: 'alone' });
});

test('the place of a consumer that died is free once its wait is over', async () => {
  await statesOf(names);
  await redis.client.zadd(queue.keys.idle, 1, 'worker0');
  expect(await statesOf(['worker9'])).toEqual(['wait-main']);
});

test('a message that arrives reaches the two consumers that wait on the main list', async () => {
  const other = redis.client.duplicate({ lazyConnect: true });
  await other.connect();
  try {
    const arrived = queue.awaitMessage(other, 60);
    await redis.client.lpush(queue.keys.main, message('a'));
    await arrived;
    expect(await redis.client.llen(queue.keys.main)).toBe(1);
  } finally {
    other.disconnect();
  }
});

test('a consumer that stops leaves its place to another; one that waits elsewhere changes nothing', async () => {
  await statesOf(names);
  expect(await queue.leave(redis.client, 'worker9')).toBe('absent');
  expect(await woken()).toBe(0);

  expect(await queue.leave(redis.client, 'worker0')).toBe('left');

  expect(await woken()).toBe(1);
  expect(await statesOf(['worker5', 'worker6'])).toEqual(['wait-main', 'wait-wake']);
});
