import type { Redis } from 'ioredis';
import { defaultHealthThresholds, type HealthThresholds } from '../contract/health-thresholds';
import { RedisError } from './errors';
import {
  checkOfUnreadable,
  checksOfQueue,
  type HealthCheck,
  type HealthCheckName,
  type HealthChecks,
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
  /** Those of the queues are missing where Redis could not be asked. */
  readonly checks: HealthChecks;
}

/** What to look at. */
export interface HealthOptions {
  /** The queues, as `model_events:site`; none: Redis alone. */
  readonly queues: readonly string[];
  /** @default for each that is left out, that of `defaultHealthThresholds` */
  readonly thresholds?: Partial<HealthThresholds>;
  /** After this long the answer is that Redis did not answer. @default 1800 */
  readonly limitMs?: number;
}

/** What has been seen so far; where the time runs out, the rest is missing. */
interface Observed {
  connected: boolean;
  states: Map<string, QueueState | RedisError>;
  writeMs?: number;
}

const doing = 'health check';

/**
 * Looks at the queues and writes to Redis as a publisher does. Never throws, and answers within `limitMs` whatever Redis does.
 * @param session one of the health check's own: at the limit its connection is dropped, with all that is under way on it.
 *   Its limits (`connectTimeoutMs`, `commandTimeoutMs`) should be shorter, about 700 ms: then the fault has a more exact name.
 */
export async function checkHealth(session: RedisSession, options: HealthOptions): Promise<Health> {
  const { queues, limitMs = 1800 } = options;
  const observed: Observed = { connected: false, states: new Map() };
  const failure = await observeWithin(limitMs, session, queues, observed);
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

/** @returns why Redis cannot be written to, if so. */
async function observeWithin(
  limitMs: number,
  session: RedisSession,
  queues: readonly string[],
  observed: Observed,
): Promise<RedisError | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<RedisError>((resolve) => {
    timer = setTimeout(() => {
      session.reset();
      const said = observed.connected ? 'Command timed out' : 'connect ETIMEDOUT';
      resolve(new RedisError(doing, session.endpoint, new Error(`${said}: nothing within ${limitMs} ms`)));
    }, limitMs);
  });
  const work = retryOnStaleConnection(session, doing, (redis) => observe(redis, session.endpoint, queues, observed));
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

/** The queues come first: what refuses writes, and drops the connection for it, can still be read. */
async function observe(redis: Redis, endpoint: string, queues: readonly string[], observed: Observed): Promise<void> {
  observed.connected = true;
  observed.states = new Map();
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
