/** Operations while a queue's key holds a value of another type. */
import type { Answer, Operation } from '../../contract/operations';
import { localSubscriptions } from '../../dev/local/publisher-environment';
import { keysOf, keysOfSlot } from '../../queue/keys';
import { ModelQueue } from '../../queue/model-queue';
import { perform } from '../../queue/operations/perform';
import { RedisSession } from '../../queue/session';
import { oneClaimed } from '../support/claims';
import { addDeadLetter } from '../support/dead-letters';
import { message } from '../support/events';
import { endpointOf, useRedis } from '../support/redis';

const { seen: seenKey, smoke: smokeKey } = keysOfSlot('model_events');

const redis = useRedis();
const keys = keysOf('model_events');
let session: RedisSession;

beforeEach(() => (session = new RedisSession(endpointOf(redis.server))));
afterEach(() => session.close());

const ask = <A extends Operation['action']>(operation: Operation & { readonly action: A }): Promise<Answer<A>> =>
  perform(operation, { session, healthSession: session, subscriptions: localSubscriptions }) as Promise<Answer<A>>;

// Only the console's graph depends on the samples.
test.each((Object.values(keys) as string[]).filter((key) => key !== keys.samples))(
  'a string under %s is reported as WRONGTYPE, and the other queue works',
  async (key) => {
    await redis.client.set(key, 'another type');
    await addDeadLetter(redis.client, new ModelQueue('model_events:site'), message('a'));

    const { queues } = await ask({ action: 'depths' });
    const reason = expect.stringContaining(`WRONGTYPE ${key} holds a string`) as string;
    expect(queues).toEqual([
      { service: 'hokusai-token', queue: 'model_events', error: reason },
      expect.objectContaining({ queue: 'model_events:site', dead_letters: 1 }),
    ]);
    const { status, checks } = await ask({ action: 'health' });
    expect([status, checks['queue:depth']?.[0]?.output]).toEqual(['fail', reason]);
    expect((await ask({ action: 'dead-letters', queue: 'model_events:site', offset: 0, select: {} })).total).toBe(1);
  },
);

const queue = 'model_events';
test.each([
  [keys.main, { action: 'waiting', queue, offset: 0 }],
  [keys.deadLetters, { action: 'dead-letters', queue, offset: 0, select: {} }],
  [keys.deadLetters, { action: 'discard', queue, select: {}, kept: 0, examine: 1 }],
  [keys.processing, { action: 'claims', queue, offset: 0 }],
  [keys.samples, { action: 'samples', queue }],
  [keys.leases, { action: 'claims', queue, offset: 0 }],
  [keys.claims, { action: 'claims', queue, offset: 0 }],
  [keys.delayed, { action: 'message-status', message_id: 'a' }],
  [seenKey('a'), { action: 'message-status', message_id: 'a' }],
  [smokeKey, { action: 'smoke', message_id: 'a' }],
] as const satisfies (readonly [string, Operation])[])(
  'a stream under %s is reported as WRONGTYPE by %j',
  async (key, operation) => {
    await oneClaimed(redis.client, new ModelQueue(queue), message('held'));
    await redis.client.del(key);
    await redis.client.xadd(key, '*', 'field', 'value');
    await expect(ask(operation)).rejects.toThrow(new RegExp(`WRONGTYPE [^(]*${key}`));
  },
);
