import type { Redis } from 'ioredis';
import { returnExamined } from './dead-letters';
import type { ModelQueue } from './model-queue';

/** How the maintenance pass treats one queue. */
export interface MaintenanceOptions {
  /** Lease of a plain consumer's claim, from the first pass that finds it. @default 900 */
  readonly plainLeaseSeconds?: number;
  /** Lost leases after which a message becomes a dead letter. @default 3 */
  readonly maxRetries?: number;
}

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
const limits = { moved: 1000, reclaimed: 200, adopted: 1000, returnSteps: 200 } as const;

/**
 * The maintenance pass of one queue: due retries, expired leases, plain claims, an ended operator's dead letters. The monitor runs it every minute, as do the demo
 * and the local pipeline. Concurrent passes are safe, since each step is atomic.
 */
export async function maintain(
  redis: Redis,
  queue: ModelQueue,
  { plainLeaseSeconds = 900, maxRetries = 3 }: MaintenanceOptions = {},
): Promise<MaintenanceReport> {
  const moved = await queue.requeueDelayed(redis, limits.moved);
  const reclaimed = await queue.reclaim(redis, { limit: limits.reclaimed, maxRetries });
  const adopted = await queue.adopt(redis, { limit: limits.adopted, leaseMs: plainLeaseSeconds * 1000 });
  const returned = await returnExamined(redis, queue.keys, limits.returnSteps);
  return { moved, ...reclaimed, adopted, returned };
}
