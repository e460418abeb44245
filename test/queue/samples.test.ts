import { ratesOf } from '../../contract/queue-samples';
import { ModelQueue } from '../../queue/model-queue';
import { readSamples, recordSample } from '../../queue/samples';
import { claimed } from '../support/claims';
import { message } from '../support/events';
import { useRedis } from '../support/redis';

const redis = useRedis();
const queue = new ModelQueue('model_events');
const { samples, main, delayed, deadLetters, examined } = queue.keys;
const read = () => readSamples(redis.client, queue.keys);

/** Moves the samples to earlier minutes, as if time had passed. */
async function age(minutes: number): Promise<void> {
  for (const [index, entry] of (await redis.client.lrange(samples, 0, -1)).entries()) {
    await redis.client.lset(
      samples,
      index,
      entry.replace(/^\d+/, (ms) => String(Number(ms) - 60_000 * minutes)),
    );
  }
}

test('a sample has the depth of each list and the number of claims', async () => {
  await claimed(redis.client, queue, [message('a'), message('b')]);
  await redis.client.lpush(main, message('c'));
  await redis.client.zadd(delayed, 1, 'd');
  await redis.client.lpush(deadLetters, 'e', 'f');
  await redis.client.lpush(examined, 'g');
  await recordSample(redis.client, queue.keys);
  expect(await read()).toEqual([
    {
      at: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      ...{ waiting: 1, processing: 2, delayed: 1, dead_letters: 3, claims: 2 },
    },
  ]);
});

test('a second sample of a minute replaces the first, and the list expires', async () => {
  for (const id of ['a', 'b', 'c']) {
    await redis.client.lpush(main, message(id));
    await recordSample(redis.client, queue.keys);
  }
  // A minute may have ended meanwhile.
  const found = await read();
  expect(new Set(found.map(({ at }) => at.slice(0, 16))).size).toBe(found.length);
  expect(found.at(-1)?.waiting).toBe(3);
  const expiry = await redis.client.ttl(samples);
  expect(expiry).toBeGreaterThan(3600);
  expect(expiry).toBeLessThanOrEqual(7200);
});

test('the samples of an hour are kept, the oldest first; foreign entries are not read', async () => {
  for (let minute = 0; minute < 70; minute++) {
    await recordSample(redis.client, queue.keys);
    await age(1);
  }
  const kept = await read();
  expect(kept).toHaveLength(61);
  expect(await redis.client.llen(samples)).toBe(61);
  expect(kept.map(({ at }) => at)).toEqual(kept.map(({ at }) => at).sort());
  await redis.client.lpush(samples, 'foreign');
  expect(await read()).toHaveLength(60);
});

const at = (minute: number, waiting: number, claims: number) => ({
  at: new Date(minute * 60_000).toISOString(),
  ...{ waiting, processing: 0, delayed: 0, dead_letters: 0, claims },
});

test('rates are messages per minute, in from the change of the depth and the claims', () => {
  const hour = [at(0, 0, 100), at(50, 20, 600), at(60, 10, 700)];
  expect(ratesOf(hour, 60)).toEqual({ incoming: (10 + 600) / 60, claimed: 10 });
  expect(ratesOf(hour, 10)).toEqual({ incoming: 9, claimed: 10 });
  expect(ratesOf(hour, 5)).toBeUndefined();
  expect(ratesOf([], 5)).toBeUndefined();
  // The state was deleted, and its count began again.
  expect(ratesOf([at(0, 0, 900), at(10, 0, 20)], 60)).toEqual({ incoming: 2, claimed: 2 });
});
