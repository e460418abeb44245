import type { Redis } from 'ioredis';
import { policyOf, type QueuePolicy } from '../contract/subscriptions';
import { returnExamined } from './dead-letters';
import type { ModelQueue } from './model-queue';

/** The result of one pass. */
export interface MaintenanceReport {
  /** Retries whose backoff had ended. */
  readonly moved: number;
  /** Claims whose lease expired; their messages are back in the queue. */
  readonly requeued: number;
  /** Claims whose lease expired more than `maxRetries` times. */
  readonly deadLettered: number;
  /** Leases of messages that a plain consumer had removed. */
  readonly vanished: number;
  /** Claims that had no lease and now have one. */
  readonly adopted: number;
  /** Dead letters that were left examined because an operator's program ended, and are back in the list. */
  readonly returned: number;
}

/** Limits of one pass, so that it stays short; the rest waits for the next pass. */
const limits = {
  moved: 1000,
  formerClaims: 200,
  window: 250,
  swept: 100_000,
  forgotten: 10_000,
  returnSteps: 200,
} as const;

/**
 * The maintenance pass of one queue: due retries, expired leases, plain claims, an ended operator's dead letters. The monitor runs
 * it every minute, as do the demo and the local pipeline. Concurrent passes are safe, since each step is atomic.
 */
export async function maintain(
  redis: Redis,
  queue: ModelQueue,
  policy: Partial<QueuePolicy> = {},
): Promise<MaintenanceReport> {
  const { plainLeaseSeconds, maxRetries } = policyOf(policy);
  const moved = await queue.requeueDelayed(redis, limits.moved);
  const former = await queue.reclaimFormat1(redis, { limit: limits.formerClaims, maxRetries });
  const swept = await sweepAll(redis, queue, { plainLeaseMs: plainLeaseSeconds * 1000, maxRetries });
  return {
    moved,
    requeued: former.requeued + swept.requeued,
    deadLettered: former.deadLettered + swept.deadLettered,
    vanished: former.vanished + swept.vanished,
    adopted: swept.adopted,
    returned: await returnExamined(redis, queue.keys, limits.returnSteps),
  };
}

/**
 * Sweeps processing from the newest entry to the oldest, so that the oldest message is claimed next. Positions count from the old
 * end: entries that leave meanwhile make it examine some twice, but never skip one. A list of more than 100,000 entries is swept in
 * parts, a part in each minute.
 */
async function sweepAll(
  redis: Redis,
  queue: ModelQueue,
  options: { readonly plainLeaseMs: number; readonly maxRetries: number },
): Promise<{ requeued: number; deadLettered: number; adopted: number; vanished: number }> {
  const sums = { requeued: 0, deadLettered: 0, adopted: 0, vanished: 0 };
  const length = await redis.llen(queue.keys.processing);
  const parts = Math.max(1, Math.ceil(length / limits.swept));
  const part = Math.floor(Date.now() / 60_000) % parts;
  const end = part * limits.swept;
  let startedMs: number | undefined;
  for (let from = Math.min(length, end + limits.swept); ;) {
    const { examined, nowMs, ...counts } = await queue.sweep(redis, { from, count: limits.window, ...options });
    startedMs ??= nowMs;
    for (const name of ['requeued', 'deadLettered', 'adopted'] as const) sums[name] += counts[name];
    from -= examined;
    if (examined === 0 || from <= end) break;
  }
  if (parts === 1) sums.vanished = await queue.forget(redis, startedMs, limits.forgotten);
  return sums;
}
