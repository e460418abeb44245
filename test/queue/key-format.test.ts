/** Queues of key format 1, whose claims are identified by their text, and of formats that this version does not know. */
import { maintain } from '../../queue/maintenance';
import { ModelQueue } from '../../queue/model-queue';
import { scripts } from '../../queue/scripts';
import { claimed, expireLeases, oneClaimed, tried } from '../support/claims';
import { addDeadLetter } from '../support/dead-letters';
import { message } from '../support/events';
import { dumps } from '../support/keyspace';
import { useRedis } from '../support/redis';
import { calledScripts, formatlessScripts, prepareQueue, scriptCalls } from './script-calls';

const redis = useRedis();
const queue = new ModelQueue('model_events');
const { main, processing, state, formerLeases, formerHolders } = queue.keys;
const nothing = { moved: 0, requeued: 0, deadLettered: 0, vanished: 0, adopted: 0, returned: 0 };
const serverMs = async () => Number((await redis.client.time())[0]) * 1000;

/** Version 1's `acknowledge.lua`, with its parts. */
const formerAcknowledge = `
local function nonceOf(record)
  return record and string.match(record, '^(%S+) ')
end
if nonceOf(redis.call('HGET', KEYS[3], ARGV[1])) ~= ARGV[2] then return 'not-held' end
redis.call('LREM', KEYS[1], 1, ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('HDEL', KEYS[3], ARGV[1])
return 'acknowledged'`;
const acknowledgeFormerly = (text: string, nonce: string) =>
  redis.client.eval(formerAcknowledge, 3, processing, formerLeases, formerHolders, text, nonce);

/** A claim of a consumer with key format 1. */
async function claimFormerly(text: string, endsMs: number, phase: 0 | 1 = 1): Promise<void> {
  await redis.client.lpush(processing, text);
  await redis.client.zadd(formerLeases, endsMs, text);
  await redis.client.hset(formerHolders, text, `former-1 worker ${await serverMs()} ${phase}`);
}

test.each(calledScripts.filter((name) => !formatlessScripts.includes(name)))(
  '%s refuses a queue with an unknown key format, and writes nothing',
  async (name) => {
    const call = scriptCalls(await prepareQueue(redis.client))[name];
    await redis.client.hset(state, 'format', '3');
    const before = await dumps(redis.client);

    await expect(scripts[name].run(redis.client, call.keys, call.args)).rejects.toThrow(
      'FORMAT model_events:state says that the queue has key format 3, and this program knows format 2; nothing was written',
    );

    expect(await dumps(redis.client)).toEqual(before);
  },
);

test('the first claim and the first maintenance of a queue with claims record its key format', async () => {
  await redis.client.lpush(main, message('a'));
  await oneClaimed(redis.client, queue, message('b')).catch(() => undefined);
  expect(await redis.client.hget(state, 'format')).toBe('2');
  await redis.client.flushall();
  await redis.client.lpush(processing, message('a'));
  await maintain(redis.client, queue);
  expect(await redis.client.hgetall(state)).toEqual({ format: '2' });
});

test('waiting, delayed and dead messages of format 1 are delivered and redriven', async () => {
  await redis.client.lpush(main, message('waiting'));
  await redis.client.zadd(queue.keys.delayed, 1, tried(message('due'), 1));
  const letter = await addDeadLetter(redis.client, queue, message('dead'));
  expect(await maintain(redis.client, queue)).toEqual({ ...nothing, moved: 1 });
  expect(await queue.redrive(redis.client, [letter], 'newest')).toEqual(['redriven']);

  const { claims } = await queue.claim(redis.client, {
    nonce: 'n1',
    consumer: 'c',
    count: 9,
    starting: 9,
    leaseMs: 60_000,
  });

  expect(claims.map(({ text }) => JSON.parse(String(text)) as unknown)).toMatchObject([
    { message_id: 'due', retry_count: 1 },
    { message_id: 'waiting', retry_count: 0 },
    { message_id: 'dead', retry_count: 0 },
  ]);
});

test('a live claim of format 1 is left to its consumer, which acknowledges it beside new claims', async () => {
  await claimFormerly(message('former'), (await serverMs()) + 60_000);
  const ours = await oneClaimed(redis.client, queue, message('ours'));
  await redis.client.lpush(processing, message('plain'));

  expect(await maintain(redis.client, queue)).toEqual({ ...nothing, adopted: 1 });
  expect(await maintain(redis.client, queue)).toEqual(nothing);

  expect(await acknowledgeFormerly(message('former'), 'former-1')).toBe('acknowledged');
  expect(await queue.acknowledge(redis.client, ours)).toBe('acknowledged');
  expect(await redis.client.lrange(processing, 0, -1)).toEqual([message('plain')]);
  expect(await redis.client.exists(formerLeases, formerHolders)).toBe(0);
});

test('expired claims of format 1 come back, started ones with one more retry_count and processed alone', async () => {
  await claimFormerly(message('started'), 2);
  await claimFormerly(message('prefetched'), 1, 0);
  await claimFormerly(tried(message('hopeless'), 3), 3);
  await claimed(redis.client, queue, [message('ours')]);
  await expireLeases(redis.client, queue, message('ours'));

  expect(await maintain(redis.client, queue)).toEqual({ ...nothing, requeued: 3, deadLettered: 1 });

  expect((await redis.client.lrange(main, 0, -1)).sort()).toEqual(
    [tried(message('started'), 1), message('prefetched'), tried(message('ours'), 1)].sort(),
  );
  expect(await redis.client.scard(queue.keys.isolated)).toBe(2);
  expect(await redis.client.exists(processing, formerLeases, formerHolders)).toBe(0);
  expect(await queue.inspect(redis.client)).toMatchObject({ deadLetters: 1 });
  expect(await acknowledgeFormerly(message('started'), 'former-1')).toBe('not-held');
});

test('a claim of format 1 whose message a plain consumer has removed is dropped', async () => {
  await claimFormerly(message('gone'), 1);
  await redis.client.lrem(processing, 1, message('gone'));
  expect(await maintain(redis.client, queue)).toEqual({ ...nothing, vanished: 1 });
  expect(await redis.client.exists(formerLeases, formerHolders)).toBe(0);
});

test('an old and a new consumer that hold equal texts settle one each', async () => {
  const text = message('twin');
  await claimFormerly(text, (await serverMs()) + 60_000);
  const ours = await oneClaimed(redis.client, queue, text);

  expect(await acknowledgeFormerly(text, 'former-1')).toBe('acknowledged');
  expect(await redis.client.llen(processing)).toBe(1);
  expect(await queue.acknowledge(redis.client, ours)).toBe('acknowledged');
  expect(await redis.client.llen(processing)).toBe(0);
});
