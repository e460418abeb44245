import { defaultHealthThresholds, type HealthThresholds } from '../contract/health-thresholds';
import { RedisError } from './errors';
import {
  checkOfConsumer,
  checkOfUnreadable,
  checksOfQueue,
  type HealthCheck,
  type HealthCheckName,
  type HealthChecks,
  type ConsumerStatus,
  type HealthStatus,
  worstOf,
} from './health-checks';
import { observeSlots, type ObservedQueues, type SlotObservation } from './health-observation';
import type { RedisSession } from './session';

/** The state of Redis and of queues: the body of an `application/health+json` answer. */
export interface Health {
  /** The worst of the checks. */
  readonly status: HealthStatus;
  /** The queues' checks are missing if Redis cannot be reached. */
  readonly checks: HealthChecks;
  /** What holds whatever the checks find, as the consequence of `redis.durability`; missing if there is nothing. */
  readonly notes?: readonly string[];
}

/** The queues to check, and the limits. */
export interface HealthOptions extends ObservedQueues {
  /** A consumer of this process; its state is a check of its own. */
  readonly consumer?: { readonly status: ConsumerStatus };
  /** @default `defaultHealthThresholds`, for each threshold that is missing */
  readonly thresholds?: Partial<HealthThresholds>;
  /** Of the answer. @default none */
  readonly notes?: readonly string[] | undefined;
  /** After this time the check fails with a timeout. @default 1800 */
  readonly limitMs?: number;
}

/**
 * Inspects the queues and writes to Redis as the publisher does. Never throws, and returns within `limitMs`.
 * @param session a session that only the health check uses: at the limit its connection is dropped with all pending commands.
 *   Its limits (`connectTimeoutMs`, `commandTimeoutMs`) should be shorter, about 700 ms, so that the fault is more specific.
 */
export async function checkHealth(session: RedisSession, options: HealthOptions): Promise<Health> {
  const { limitMs = 1800 } = options;
  const slots = await observeSlots(session, { ...options, limitMs });
  const thresholds = { ...defaultHealthThresholds, ...options.thresholds };
  const time = new Date().toISOString();

  const checks: Partial<Record<HealthCheckName, HealthCheck[]>> = {
    'redis:write': slots.map((slot) => writeCheck(slot, time)),
  };
  for (const [queue, state] of slots.flatMap(({ states }) => [...states])) {
    const ofQueue =
      state instanceof RedisError
        ? { 'queue:depth': checkOfUnreadable(queue, state, time) }
        : checksOfQueue(queue, state, thresholds, time);
    for (const [name, check] of Object.entries(ofQueue) as [HealthCheckName, HealthCheck][]) {
      (checks[name] ??= []).push(check);
    }
  }
  if (options.consumer !== undefined) {
    checks['consumer:state'] = [checkOfConsumer(options.queues[0] ?? '', options.consumer.status, time)];
  }
  const { notes = [] } = options;
  return { status: worstOf(checks), checks, ...(notes.length === 0 ? {} : { notes }) };
}

function writeCheck({ endpoint, writeMs, failure }: SlotObservation, time: string): HealthCheck {
  return {
    componentId: endpoint,
    componentType: 'datastore',
    ...(writeMs === undefined ? {} : { observedValue: Math.round(writeMs * 100) / 100, observedUnit: 'ms' }),
    status: failure === undefined ? 'pass' : 'fail',
    time,
    ...(failure === undefined ? {} : { output: failure.message, fault: failure.fault }),
  };
}
