import type { Redis } from 'ioredis';
import { defaultHealthThresholds, type HealthThresholds } from '../contract/health-thresholds';
import { coveredQueues } from './covered-queues';
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
import { ModelQueue, type QueueState } from './model-queue';
import type { RedisSession } from './session';
import { retryOnStaleConnection } from './stale-connection';
import { writeProbe } from './write-probe';

/** The state of Redis and of queues: the body of an `application/health+json` answer. */
export interface Health {
  /** The worst of the checks. */
  readonly status: HealthStatus;
  /** The queues' checks are missing if Redis cannot be reached. */
  readonly checks: HealthChecks;
}

/** The queues to check, and the limits. */
export interface HealthOptions {
  /** The queues, as in `model_events:site`; if empty, only Redis is checked. */
  readonly queues: readonly string[];
  /** Also checks queues in Redis that no subscription names. @default false */
  readonly unsubscribed?: boolean;
  /** A consumer of this process; its state is a check of its own. */
  readonly consumer?: { readonly status: ConsumerStatus };
  /** @default `defaultHealthThresholds`, for each threshold that is missing */
  readonly thresholds?: Partial<HealthThresholds>;
  /** After this time the check fails with a timeout. @default 1800 */
  readonly limitMs?: number;
}

/** The results so far; incomplete if the time limit is reached. */
interface Observed {
  connected: boolean;
  states: Map<string, QueueState | RedisError>;
  writeMs?: number;
}

const doing = 'health check';

/**
 * Inspects the queues and writes to Redis as the publisher does. Never throws, and returns within `limitMs`.
 * @param session a session that only the health check uses: at the limit its connection is dropped with all pending commands.
 *   Its limits (`connectTimeoutMs`, `commandTimeoutMs`) should be shorter, about 700 ms, so that the fault is more specific.
 */
export async function checkHealth(session: RedisSession, options: HealthOptions): Promise<Health> {
  const { limitMs = 1800 } = options;
  const observed: Observed = { connected: false, states: new Map() };
  const failure = await observeWithin(limitMs, session, options, observed);
  const thresholds = { ...defaultHealthThresholds, ...options.thresholds };
  const time = new Date().toISOString();

  const checks: Partial<Record<HealthCheckName, HealthCheck[]>> = {
    'redis:write': [writeCheck(session.endpoint, observed.writeMs, failure, time)],
  };
  for (const [queue, state] of observed.states) {
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
  return { status: worstOf(checks), checks };
}

function writeCheck(
  endpoint: string,
  writeMs: number | undefined,
  failure: RedisError | undefined,
  time: string,
): HealthCheck {
  return {
    componentId: endpoint,
    componentType: 'datastore',
    ...(writeMs === undefined ? {} : { observedValue: Math.round(writeMs * 100) / 100, observedUnit: 'ms' }),
    status: failure === undefined ? 'pass' : 'fail',
    time,
    ...(failure === undefined ? {} : { output: failure.message, fault: failure.fault }),
  };
}

/** @returns the error if Redis does not accept writes. */
async function observeWithin(
  limitMs: number,
  session: RedisSession,
  options: HealthOptions,
  observed: Observed,
): Promise<RedisError | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<RedisError>((resolve) => {
    timer = setTimeout(() => {
      session.reset();
      const reason = observed.connected ? 'Command timed out' : 'connect ETIMEDOUT';
      resolve(new RedisError(doing, session.endpoint, new Error(`${reason}: no reply within ${limitMs} ms`)));
    }, limitMs);
  });
  const work = retryOnStaleConnection(session, doing, (redis) => observe(redis, session.endpoint, options, observed));
  const outcome = work.then(
    () => undefined,
    (error: unknown) => error as RedisError,
  );
  try {
    return await Promise.race([outcome, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** The queues first: a Redis that refuses writes, which drops the connection, still answers reads. */
async function observe(
  redis: Redis,
  endpoint: string,
  { queues: named, unsubscribed = false }: HealthOptions,
  observed: Observed,
): Promise<void> {
  observed.connected = true;
  observed.states = new Map();
  const covered = named.map((queue) => ({ service: '', queue }));
  const queues = (unsubscribed ? await coveredQueues(redis, covered) : covered).map(({ queue }) => queue);
  const inspections = await Promise.allSettled(queues.map((queue) => new ModelQueue(queue).inspect(redis)));
  for (const [index, inspection] of inspections.entries()) {
    const queue = queues[index] ?? '';
    if (inspection.status === 'fulfilled') observed.states.set(queue, inspection.value);
    else {
      const failure = new RedisError(`inspect ${queue}`, endpoint, inspection.reason);
      if (failure.reconnect) throw failure;
      observed.states.set(queue, failure);
    }
  }
  observed.writeMs = await writeProbe(redis);
}
