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

test('no message is lost, duplicated or stuck in random scenarios of publishers, consumers, monitors, operators and faults', async () => {
  const { failure } = await search(redis.client, monitor, { seed: randomInt(2 ** 31), runs: 150, seconds: 8 });
  if (failure !== undefined) throw new Error(failure);
});

const text = message('a');
const key = 'model_events';
const leased: Step = async ({ queues: [queue] }) => {
  await queue.claim('consumer-1', { nonce: 'n1', count: 1, starting: 1, holding: 0 });
  return undefined;
};
test.each<{ what: string; before: Step[]; corrupt: (client: Redis) => Promise<unknown>; error: string }>([
  { what: 'that is lost', before: [], corrupt: (client) => client.rpop(key), error: 'is lost' },
  {
    what: 'that is in the queue twice',
    before: [],
    corrupt: (client) => client.lpush(key, text),
    error: 'in 2 places',
  },
  {
    what: 'without its lease',
    before: [leased],
    corrupt: (client) => client.del(`${key}:leases`),
    error: 'each lease has a claim',
  },
])('the search reports a message $what', async ({ before, corrupt, error }) => {
  const scenario = new Scenario(redis.client, monitor);
  const published: Step = async ({ queues: [queue] }) => {
    scenario.log('a message is published');
    await redis.client.lpush(key, text);
    queue.model.main.unshift(text);
    queue.ledger.accept(text);
    return undefined;
  };
  const corruption: Step = async () => {
    scenario.log('another client changes Redis');
    await corrupt(redis.client);
    return undefined;
  };
  await expect(scenario.run([published, ...before, corruption])).rejects.toThrow(error);
});
