import { ModelQueue } from '../../queue/model-queue';
import { claimed, oneClaimed } from '../support/claims';
import { message } from '../support/events';
import { contents, keyspace } from '../support/keyspace';
import { useRedis } from '../support/redis';

const redis = useRedis();
const queue = new ModelQueue('model_events');

test('acknowledging removes the message, its claim and its lease; a second acknowledgement changes nothing', async () => {
  const claim = await oneClaimed(redis.client, queue, message('a'));

  expect(await queue.acknowledge(redis.client, claim)).toBe('acknowledged');
  expect(await contents(redis.client)).toEqual({});

  expect(await queue.acknowledge(redis.client, claim)).toBe('not-held');
  expect(await contents(redis.client)).toEqual({});
});

test('acknowledging removes only this message', async () => {
  const other = await oneClaimed(redis.client, queue, message('other'), { nonce: 'n2' });
  const before = await keyspace(redis.client);
  const claim = await oneClaimed(redis.client, queue, message('a'));
  expect(await redis.client.hincrby(queue.keys.state, 'claimed', -1)).toBe(1);

  await queue.acknowledge(redis.client, claim);

  expect(await keyspace(redis.client)).toEqual(before);
  expect(await queue.acknowledge(redis.client, other)).toBe('acknowledged');
});

test('a consumer that lost the claim cannot acknowledge the message of another holder', async () => {
  const claim = await oneClaimed(redis.client, queue, message('a'));
  const before = await keyspace(redis.client);

  expect(await queue.acknowledge(redis.client, { ...claim, id: `${claim.id}.late` })).toBe('not-held');

  expect(await keyspace(redis.client)).toEqual(before);
});

test('a late acknowledgement does not touch an equal text that came after a give-back', async () => {
  const late = await oneClaimed(redis.client, queue, message('a'));
  await queue.giveBack(redis.client, [late]);
  expect(await queue.acknowledge(redis.client, late)).toBe('not-held');
  expect(await redis.client.lrange(queue.keys.main, 0, -1)).toEqual([late.text]);

  const hold = { nonce: 'n2', consumer: 'b', count: 1, starting: 1, leaseMs: 60_000 };
  const { claims } = await queue.claim(redis.client, hold);
  expect(await queue.acknowledge(redis.client, late)).toBe('not-held');
  expect(await Promise.all(claims.map((claim) => queue.acknowledge(redis.client, claim)))).toEqual(['acknowledged']);
});

test('a text that is not a message is acknowledged byte for byte', async () => {
  for (const text of ['', ' ', 'half a mess', '{"retry_count":', 'ключ 💡 \u0000 \ud7ff', '%s %d [[ ]]']) {
    const claim = await oneClaimed(redis.client, queue, text);
    expect(await queue.acknowledge(redis.client, claim)).toBe('acknowledged');
    expect(await contents(redis.client)).toEqual({});
  }
});

test('acknowledging in one queue does not change another queue', async () => {
  const site = new ModelQueue('model_events:site');
  const text = message('a');
  const ours = await oneClaimed(redis.client, queue, text);
  const theirs = await oneClaimed(redis.client, site, text);

  expect(await queue.acknowledge(redis.client, ours)).toBe('acknowledged');
  expect(await site.inspect(redis.client)).toMatchObject({ processing: 1 });
  expect(await site.acknowledge(redis.client, theirs)).toBe('acknowledged');
});

test('acknowledging the oldest of 10,000 claims examines only the old end of the list', async () => {
  const [oldest = { id: '', text: '' }] = await claimed(redis.client, queue, [message('oldest')]);
  const newer = Array.from({ length: 10_000 }, (_, index) => message(`m${index}`));
  await redis.client.lpush(queue.keys.processing, ...newer);
  await redis.client.config('RESETSTAT');

  expect(await queue.acknowledge(redis.client, oldest)).toBe('acknowledged');

  // One search, which starts at the old end, and one removal there: an LREM would read the list up to the entry.
  const stats = await redis.client.info('commandstats');
  const listCommands = [...stats.matchAll(/^cmdstat_(l\w+|rpop):calls=(\d+)/gm)].map(
    ([, name, calls]) => `${name} ${calls}`,
  );
  expect(listCommands.sort()).toEqual(['llen 1', 'lpos 1', 'rpop 1']);
});
