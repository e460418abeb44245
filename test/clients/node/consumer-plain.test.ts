import { connect } from '../../../queue/connection';
import { maintain } from '../../../queue/maintenance';
import { ModelQueue } from '../../../queue/model-queue';
import { gate, useConsumers } from '../../support/consumers';
import { message } from '../../support/events';
import { contents } from '../../support/keyspace';
import { endpointOf, useRedis } from '../../support/redis';

const redis = useRedis();
const consumers = useConsumers(redis);
const queue = new ModelQueue('model_events');

test('plain consumers and ours share a queue: every message is processed exactly once by one of them', async () => {
  const ids = Array.from({ length: 400 }, (_, index) => `m${index}`);
  const seen: { id: string; by: string }[] = [];
  const all = gate();
  const note = (id: string, by: string): void => {
    seen.push({ id, by });
    if (seen.length === ids.length) all.open();
  };
  const ours = consumers.start({
    concurrency: 2,
    prefetch: 3,
    handler: async ({ message_id: id }) => {
      await redis.client.ping();
      note(id, 'ours');
    },
  });
  const plain = await connect(endpointOf(redis.server));
  const { main, processing } = queue.keys;
  const plainly = (async () => {
    for (;;) {
      const text = await plain.blmove(main, processing, 'RIGHT', 'LEFT', 0.2);
      if (text === null) {
        if (seen.length >= ids.length) return;
        continue;
      }
      note((JSON.parse(text) as { message_id: string }).message_id, 'plain');
      expect(await plain.lrem(processing, 1, text)).toBe(1);
    }
  })();

  for (let from = 0; from < ids.length; from += 20) {
    await redis.client.lpush(main, ...ids.slice(from, from + 20).map((id) => message(id)));
    await maintain(redis.client, queue);
  }
  await Promise.all([all.opened, plainly]);
  await ours.stop();
  plain.disconnect();

  expect(seen.map(({ id }) => id).sort()).toEqual([...ids].sort());
  expect(new Set(seen.map(({ by }) => by))).toEqual(new Set(['ours', 'plain']));
  // Maintenance may create a lease for a message that is already gone; it expires.
  const { leases, claims } = queue.keys;
  for (const text of await redis.client.zrange(leases, 0, -1)) await redis.client.zadd(leases, 0, text);
  expect(await maintain(redis.client, queue)).toMatchObject({ requeued: 0, deadLettered: 0 });
  expect(await contents(redis.client)).toEqual({});
  expect(await redis.client.exists(claims)).toBe(0);
});
