/** Operators at work while somebody keeps something else under one of a queue's keys. */
import type { Answer, Operation } from '../../contract/operations';
import { localSubscriptions } from '../../dev/local/publisher-environment';
import { keysOf, seenKey, smokeKey } from '../../queue/keys';
import { ModelQueue } from '../../queue/model-queue';
import { perform } from '../../queue/operations/perform';
import { RedisSession } from '../../queue/session';
import { addDeadLetter } from '../support/dead-letters';
import { message } from '../support/events';
import { endpointOf, useRedis } from '../support/redis';

const redis = useRedis();
const keys = keysOf('model_events');
let session: RedisSession;

beforeEach(() => (session = new RedisSession(endpointOf(redis.server))));
afterEach(() => session.close());

const ask = <A extends Operation['action']>(operation: Operation & { readonly action: A }): Promise<Answer<A>> =>
  perform(operation, { session, healthSession: session, subscriptions: localSubscriptions }) as Promise<Answer<A>>;

test.each(Object.values(keys) as string[])('%s is named, and the other queue is operated as ever', async (key) => {
  await redis.client.set(key, 'somebody else');
  await addDeadLetter(redis.client, new ModelQueue('model_events:site'), message('a'));

  const { queues } = await ask({ action: 'depths' });
  const said = expect.stringContaining(`WRONGTYPE ${key} holds a string`) as string;
  expect(queues).toEqual([
    { service: 'hokusai-token', queue: 'model_events', error: said },
    expect.objectContaining({ queue: 'model_events:site', dead_letters: 1 }),
  ]);
  const { status, checks } = await ask({ action: 'health' });
  expect([status, checks['queue:depth']?.[0]?.output]).toEqual(['fail', said]);
  expect((await ask({ action: 'dead-letters', queue: 'model_events:site', offset: 0, select: {} })).total).toBe(1);
});

const queue = 'model_events';
test.each([
  [keys.main, { action: 'waiting', queue, offset: 0 }],
  [keys.deadLetters, { action: 'dead-letters', queue, offset: 0, select: {} }],
  [keys.deadLetters, { action: 'discard', queue, select: {}, kept: 0, examine: 1 }],
  [keys.processing, { action: 'claims', queue, offset: 0 }],
  [keys.leases, { action: 'claims', queue, offset: 0 }],
  [keys.holders, { action: 'claims', queue, offset: 0 }],
  [keys.delayed, { action: 'message-status', message_id: 'a' }],
  [seenKey('a'), { action: 'message-status', message_id: 'a' }],
  [smokeKey, { action: 'smoke', message_id: 'a' }],
] as const satisfies (readonly [string, Operation])[])(
  'that %s is something else is said by %j',
  async (key, operation) => {
    await redis.client.lpush(keys.processing, message('held'));
    await redis.client.del(key);
    await redis.client.xadd(key, '*', 'somebody', 'else');
    await expect(ask(operation)).rejects.toThrow(new RegExp(`WRONGTYPE [^(]*${key}`));
  },
);
