import type { Redis } from 'ioredis';
import type { ModelQueue } from './model-queue';

/** How the maintenance pass treats one queue. */
export interface MaintenanceOptions {
  /** Lease that a plain consumer's claim gets when it is first seen. @default 900 */
  readonly plainLeaseSeconds?: number;
  /** Lost leases after which a message becomes a dead letter. @default 3 */
  readonly maxRetries?: number;
}

/** What one pass did. */
export interface MaintenanceReport {
  /** Retries whose backoff was over. */
  readonly moved: number;
  /** Claims whose lease ran out and whose message is in the queue again. */
  readonly requeued: number;
  /** Claims whose lease ran out once too often. */
  readonly deadLettered: number;
  /** Leases of messages that a plain consumer had finished. */
  readonly vanished: number;
  /** Claims that had no lease and have one now. */
  readonly adopted: number;
}

/** Bounds of one pass: a run stays short however much there is to do; the rest waits for the next one. */
const limits = { moved: 1000, reclaimed: 200, adopted: 1000 } as const;

/**
 * The maintenance of one queue: due retries, lost leases, plain claims. The monitor runs it every minute; so do the demo and
 * the local pipeline. Several at once do no harm, since each step is atomic.
 */
export async function maintain(
  redis: Redis,
  queue: ModelQueue,
  { plainLeaseSeconds = 900, maxRetries = 3 }: MaintenanceOptions = {},
): Promise<MaintenanceReport> {
  const moved = await queue.requeueDelayed(redis, limits.moved);
  const reclaimed = await queue.reclaim(redis, { limit: limits.reclaimed, maxRetries });
  const adopted = await queue.adopt(redis, { limit: limits.adopted, leaseMs: plainLeaseSeconds * 1000 });
  return { moved, ...reclaimed, adopted };
}
