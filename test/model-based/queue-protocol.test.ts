/** A short search in each `make test`; `make test-model` is the long one. */
import { randomInt } from 'node:crypto';
import type { Redis } from 'ioredis';
import { connect } from '../../queue/connection';
import { message } from '../support/events';
import { endpointOf, useRedis } from '../support/redis';
import { search } from './search';
import { type Step, Scenario } from './scenario';

const redis = useRedis();
let monitor: Redis;
beforeAll(async () => {
  monitor = await connect(endpointOf(redis.server));
});
afterAll(() => monitor.disconnect());

test('no message is lost, doubled or stuck, whatever publishers, consumers, monitors and operators do and suffer', async () => {
  const { failure } = await search(redis.client, monitor, { seed: randomInt(2 ** 31), runs: 150, seconds: 8 });
  if (failure !== undefined) throw new Error(failure);
});

const text = message('a');
const key = 'model_events';
const leased: Step = async ({ queues: [queue] }) => {
  await queue.claim('consumer-1', 'n1', 1, 1);
  return undefined;
};
test.each<{ what: string; before: Step[]; meddle: (client: Redis) => Promise<unknown>; says: string }>([
  { what: 'that is lost', before: [], meddle: (client) => client.rpop(key), says: 'is lost' },
  { what: 'that stands twice', before: [], meddle: (client) => client.lpush(key, text), says: 'in 2 places' },
  {
    what: 'whose lease is gone',
    before: [leased],
    meddle: (client) => client.del(`${key}:processing:leases`),
    says: 'each lease has a holder',
  },
])('the search notices a message $what', async ({ before, meddle, says }) => {
  const scenario = new Scenario(redis.client, monitor);
  const published: Step = async ({ queues: [queue] }) => {
    scenario.tell('a message comes');
    await redis.client.lpush(key, text);
    queue.model.main.unshift(text);
    queue.ledger.accept(text);
    return undefined;
  };
  const meddling: Step = async () => {
    scenario.tell('somebody meddles');
    await meddle(redis.client);
    return undefined;
  };
  await expect(scenario.run([published, ...before, meddling])).rejects.toThrow(says);
});
