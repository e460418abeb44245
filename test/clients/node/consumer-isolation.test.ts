import { ModelQueue } from '../../../queue/model-queue';
import { maintain } from '../../../queue/maintenance';
import { claimed, expireLeases, tried } from '../../support/claims';
import { gate, reported, useConsumers } from '../../support/consumers';
import { message } from '../../support/events';
import { releaseClaims } from '../../../queue/operations/claims';
import { idOf } from '../../../queue/operations/summary';
import { useRedis } from '../../support/redis';

const redis = useRedis();
const consumers = useConsumers(redis);
const queue = new ModelQueue('model_events');
const push = (...texts: string[]) => redis.client.lpush(queue.keys.main, ...texts);
const settled = async (): Promise<void> => {
  const { main, processing, delayed, claims } = queue.keys;
  while ((await redis.client.exists(main, processing, delayed, claims)) > 0) await redis.client.ping();
};

test('messages that come back from an expired lease run alone, one after the other', async () => {
  const texts = Array.from({ length: 10 }, (_, index) => message(`m${index}`));
  // A consumer with ten handlers dies.
  await claimed(redis.client, queue, texts);
  await expireLeases(redis.client, queue, ...texts);
  await maintain(redis.client, queue);
  await push(message('new'));

  let running = 0;
  const beside: Record<string, number> = {};
  const consumer = consumers.start({
    concurrency: 10,
    prefetch: 10,
    handler: async ({ message_id: id }) => {
      running++;
      await redis.client.ping();
      beside[id] = running;
      running--;
    },
  });
  await reported(consumer, 'acknowledged', 11);
  expect(Object.keys(beside).sort()).toEqual(['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7', 'm8', 'm9', 'new']);
  expect(Math.max(...texts.map((_, index) => beside[`m${index}`] ?? 0))).toBe(1);
});

test('a message that runs alone and is given back at a stop runs alone again', async () => {
  const text = message('a');
  await claimed(redis.client, queue, [text]);
  await expireLeases(redis.client, queue, text);
  await maintain(redis.client, queue);
  const begun = gate();
  const consumer = consumers.start({ stopSeconds: 0, handler: () => (begun.open(), new Promise(() => undefined)) });
  await begun.opened;
  await consumer.stop();
  const options = { nonce: 'other.1', consumer: 'other', count: 5, starting: 5, leaseMs: 60_000 };
  expect(await queue.claim(redis.client, { ...options, holding: 1 })).toMatchObject({
    state: 'wait-alone',
    claims: [],
  });
  const { state, claims } = await queue.claim(redis.client, { ...options, nonce: 'other.2' });
  expect([state, claims.map((claim) => claim.text)]).toEqual(['alone', [tried(text, 1)]]);
});

test('a consumer whose handler hangs does not take its released message again', async () => {
  await push(message('a'));
  const begun = gate();
  const hanging = consumers.start({ stopSeconds: 0, handler: () => (begun.open(), new Promise(() => undefined)) });
  await begun.opened;
  await releaseClaims(redis.client, queue, [idOf(message('a'))]);
  const other = consumers.start({ handler: () => undefined });
  await reported(other, 'acknowledged');
  await push(message('b'));
  await settled();
  expect(hanging.status).toMatchObject({ busy: 1, pending: 0 });
});

test('prefetched messages go back to an idle consumer while their holder is busy', async () => {
  const go = gate();
  await push(...Array.from({ length: 15 }, (_, index) => message(`m${index}`)));
  const begun = gate();
  const busy = consumers.start({ prefetch: 20, handler: () => (begun.open(), go.opened) });
  await begun.opened;
  expect(busy.status.pending).toBe(14);
  const idle = consumers.start({ handler: () => undefined });
  await reported(idle, 'acknowledged', 14);
  go.open();
  await settled();
});

test('a text that is not UTF-8 becomes a dead letter, also if it is prefetched', async () => {
  const broken = Buffer.from(message('a').replace('Credit', 'Cr\u0000dit'), 'latin1');
  broken[broken.indexOf('auroc')] = 0xff;
  await redis.client.lpush(queue.keys.main, message('first'), broken, message('last'));
  const consumer = consumers.start({ prefetch: 10, handler: () => undefined });
  const refused = reported(consumer, 'dead-lettered');
  await reported(consumer, 'acknowledged', 2);
  expect((await refused).map(([, error]) => error.message)).toEqual([expect.stringMatching(/not UTF-8/)]);
  await settled();
});
