import { takeTurn } from '../../queue/dead-letters';
import type { QueueKeys } from '../../queue/keys';
import { type Claim, ModelQueue } from '../../queue/model-queue';
import { publish } from '../../queue/publish';
import { recordSample } from '../../queue/samples';
import { claimed, expireLeases } from '../support/claims';
import { addDeadLetter } from '../support/dead-letters';
import { message } from '../support/events';
import { keyspace } from '../support/keyspace';
import { messageRecord, publishOptions, refusedRecord, smokeRecord } from '../support/publishing';
import { useRedis } from '../support/redis';

const redis = useRedis();
const queue = new ModelQueue('model_events');
let held: Claim;
const failure = { delayMs: 0, maxRetries: 3, code: 'X', reason: 'x' };
const hold = { consumer: 'c', leaseMs: 60_000 };
let letter = '';

interface Step {
  readonly name: string;
  readonly keys: readonly (keyof QueueKeys)[];
  readonly run: () => Promise<unknown>;
}

const claim = { ...hold, nonce: 'n2', count: 2, starting: 1 };
const steps: Step[] = [
  {
    name: 'claim',
    keys: [
      ...([
        'state',
        'main',
        'processing',
        'claims',
        'leases',
        'delayed',
        'isolated',
        'revoked',
        'deadLetters',
      ] as const),
      ...(['idle', 'wake'] as const),
    ],
    run: () => queue.claim(redis.client, claim),
  },
  { name: 'start', keys: ['state', 'claims', 'leases'], run: () => queue.start(redis.client, held, 60_000) },
  {
    name: 'advance',
    keys: ['state', 'processing', 'claims', 'leases'],
    run: () => queue.advance(redis.client, { done: [held], starting: [] }, 60_000),
  },
  { name: 'extend', keys: ['state', 'claims', 'leases'], run: () => queue.extend(redis.client, [held], 60_000) },
  {
    name: 'acknowledge',
    keys: ['state', 'processing', 'claims', 'leases'],
    run: () => queue.acknowledge(redis.client, held),
  },
  {
    name: 'retry',
    keys: ['state', 'processing', 'claims', 'leases', 'delayed', 'deadLetters'],
    run: () => queue.retry(redis.client, held, failure),
  },
  {
    name: 'dead-letter',
    keys: ['state', 'processing', 'claims', 'leases', 'deadLetters'],
    run: () => queue.deadLetter(redis.client, held, failure),
  },
  {
    name: 'snooze',
    keys: ['state', 'processing', 'claims', 'leases', 'delayed'],
    run: () => queue.snooze(redis.client, held, { delayMs: 0, limitMs: 1000 }),
  },
  {
    name: 'give-back',
    keys: ['state', 'main', 'processing', 'claims', 'leases', 'isolated'],
    run: () => queue.giveBack(redis.client, [held]),
  },
  {
    name: 'revoke',
    keys: ['state', 'main', 'processing', 'claims', 'leases', 'isolated', 'revoked'],
    run: () => queue.revoke(redis.client, 'n1'),
  },
  {
    name: 'sweep',
    keys: ['state', 'main', 'processing', 'claims', 'leases', 'isolated', 'deadLetters', 'formerLeases'],
    run: () => queue.sweep(redis.client, { from: 10, count: 10, plainLeaseMs: 60_000, maxRetries: 3 }),
  },
  { name: 'forget', keys: ['state', 'claims', 'leases'], run: () => queue.forget(redis.client, 1000, 10) },
  {
    name: 'reclaim-format-1',
    keys: ['state', 'main', 'processing', 'formerLeases', 'formerHolders', 'isolated', 'deadLetters'],
    run: () => queue.reclaimFormat1(redis.client, { limit: 10, maxRetries: 3 }),
  },
  { name: 'requeue-delayed', keys: ['state', 'main', 'delayed'], run: () => queue.requeueDelayed(redis.client, 10) },
  {
    name: 'inspect',
    // Only the console's graph depends on the samples.
    keys: (Object.keys(queue.keys) as (keyof QueueKeys)[]).filter((key) => key !== 'samples'),
    run: () => queue.inspect(redis.client),
  },
  {
    name: 'sample',
    keys: ['samples', 'state', 'main', 'processing', 'delayed', 'deadLetters', 'examined'],
    run: () => recordSample(redis.client, queue.keys),
  },
  {
    name: 'settle',
    keys: ['operator', 'deadLetters', 'examined', 'main'],
    run: () => queue.redrive(redis.client, [letter], 'newest'),
  },
  {
    name: 'operate',
    keys: ['operator', 'deadLetters', 'examined'],
    run: () => takeTurn(redis.client, queue.keys, { pass: 'p', caller: 'c' }, 1),
  },
  {
    name: 'page',
    keys: ['deadLetters', 'examined'],
    run: () => queue.page(redis.client, 'deadLetters', { from: 'oldest', offset: 0, count: 1 }),
  },
];
const cases = steps.flatMap(({ name, keys, run }) => keys.map((key) => ({ name, key, run })));

/** Every list, set and hash has an entry that the steps would move. */
beforeEach(async () => {
  held = (await claimed(redis.client, queue, [message('held'), message('other')]))[0] ?? held;
  await expireLeases(redis.client, queue, message('other'));
  await redis.client.lpush(queue.keys.processing, message('plain'));
  await redis.client.lpush(queue.keys.main, message('waiting'));
  await redis.client.zadd(queue.keys.delayed, 1, message('due'));
  letter = await addDeadLetter(redis.client, queue, message('dead'));
});

test.each(cases)('$name reports the wrong type of $key and writes nothing', async ({ key, run }) => {
  const name = queue.keys[key];
  await redis.client.set(name, 'foreign value');
  const before = await keyspace(redis.client);

  const message = new RegExp(`WRONGTYPE ${name} holds a string where a \\w+ belongs; nothing was written`);
  await expect(run()).rejects.toThrow(message);

  expect(await keyspace(redis.client)).toEqual(before);
});

const forBoth = messageRecord('a');
const records = {
  model_events: forBoth,
  'model_events:site': forBoth,
  'model_events:dlq': refusedRecord('b'),
  'model_events:smoke': smokeRecord('c'),
};

test.each(Object.entries(records))('publish reports the wrong type of %s and writes nothing', async (key, record) => {
  await redis.client.del(key);
  await redis.client.hset(key, 'field', 'foreign value');
  const before = await keyspace(redis.client);

  await expect(publish(redis.client, [record], publishOptions)).rejects.toThrow(
    `WRONGTYPE ${key} holds a hash where a list belongs; nothing was written`,
  );

  expect(await keyspace(redis.client)).toEqual(before);
});

test.each(Object.keys(records))(
  'a wrong type of %s does not block the records of the batch for other keys',
  async (key) => {
    await redis.client.del(key);
    await redis.client.hset(key, 'field', 'foreign value');
    const batch = [forBoth, records['model_events:dlq'], records['model_events:smoke']];
    const blocked = batch.map((record) => record === records[key as keyof typeof records]);

    const { results } = await publish(redis.client, batch, publishOptions);

    expect(results).toEqual(blocked.map((is) => (is ? 'wrong-type' : 'published')));
    await redis.client.del(key);
    const again = await publish(redis.client, batch, publishOptions);
    expect(again.results).toEqual(blocked.map((is) => (is ? 'published' : 'duplicate')));
  },
);
