/** Depths of a queue in the last hour, which the monitor records every minute. */
import type { Redis } from 'ioredis';
import type { QueueSample } from '../contract/queue-samples';
import { isoTimeOf } from './iso-time';
import type { QueueKeys } from './keys';
import { scripts } from './scripts';

/** An hour, with both ends. */
const samples = 61;
/** A queue that is no longer monitored has no graph. */
const expirySeconds = 7200;

/** Records a sample; again in the same minute, replaces it. */
export async function recordSample(redis: Redis, keys: QueueKeys): Promise<void> {
  const { main, processing, delayed, deadLetters, examined, state } = keys;
  const read = [keys.samples, state, main, processing, delayed, deadLetters, examined];
  await scripts.sample.run(redis, read, [samples, expirySeconds]);
}

/** The newest `count` samples, the oldest first; entries of another form are omitted. @param count all by default */
export async function readSamples(redis: Redis, keys: QueueKeys, count = samples): Promise<QueueSample[]> {
  const entries = await redis.lrange(keys.samples, 0, count - 1);
  return entries.reverse().flatMap((entry) => {
    if (!/^\d+( \d+){5}$/.test(entry)) return [];
    const [ms = 0, waiting = 0, processing = 0, delayed = 0, dead_letters = 0, claims = 0] = entry
      .split(' ')
      .map(Number);
    return [{ at: isoTimeOf(ms), waiting, processing, delayed, dead_letters, claims }];
  });
}
