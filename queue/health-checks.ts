import type { HealthCheck as ObservedHealth, HealthStatus } from '../contract/health-check';
import type { HealthThresholds } from '../contract/health-thresholds';
import type { FaultName, RedisError } from './errors';
import type { QueueState } from './model-queue';

/** A fault of Redis, of the connection, or of a queue. */
export type HealthFault =
  | FaultName
  | 'backlog'
  | 'backlog-old'
  | 'processing-stuck'
  | 'no-consumer'
  | 'dead-letters'
  | 'paused'
  | 'breaker-open';

/** Names of the checks. */
export type HealthCheckName =
  | 'redis:write'
  | 'consumer:state'
  | 'queue:paused'
  | 'queue:depth'
  | 'queue:oldest-message'
  | 'queue:processing'
  | 'queue:consumer'
  | 'queue:delayed'
  | 'queue:dead-letters';

export type { HealthStatus };
export type HealthCheck = ObservedHealth<HealthFault>;

/** Checks by name: one for each queue, or the one of Redis. */
export type HealthChecks = Readonly<Partial<Record<HealthCheckName, readonly HealthCheck[]>>>;

/** The checks of one queue; above a threshold the status is `warn`. */
export function checksOfQueue(
  queue: string,
  state: QueueState,
  thresholds: HealthThresholds,
  time: string,
): Partial<Record<HealthCheckName, HealthCheck>> {
  const { queueDepth, oldestMessageSeconds, oldestClaimSeconds, consumerSeenSeconds, deadLetters } = thresholds;
  const observed = (observedValue: number, observedUnit: 's' | 'messages', fault?: HealthFault, output?: string) => ({
    componentId: queue,
    componentType: 'datastore' as const,
    observedValue: Math.round(observedValue),
    observedUnit,
    status: fault === undefined ? ('pass' as const) : ('warn' as const),
    time,
    ...(fault === undefined || output === undefined ? {} : { output, fault }),
  });
  const above = (value: number, threshold: number, fault: HealthFault) => (value > threshold ? fault : undefined);
  const { paused } = state;
  const unread = unreadSeconds(state);
  return {
    ...(paused === undefined
      ? {}
      : {
          'queue:paused': {
            componentId: queue,
            componentType: 'datastore' as const,
            status: 'warn' as const,
            time,
            output: `${queue} is paused since ${paused}: resume it with \`model-events resume\` when the cause is fixed`,
            fault: 'paused' as const,
          },
        }),
    'queue:depth': observed(
      state.depth,
      'messages',
      above(state.depth, queueDepth, 'backlog'),
      `${state.depth} messages wait in ${queue}, more than ${queueDepth}: check whether its consumers run, and how fast`,
    ),
    'queue:oldest-message': observed(
      state.oldestMessageSeconds,
      's',
      above(state.oldestMessageSeconds, oldestMessageSeconds, 'backlog-old'),
      `a message has waited in ${queue} for ${seconds(state.oldestMessageSeconds)}, longer than ${oldestMessageSeconds} s: check whether its consumers run`,
    ),
    'queue:processing': observed(
      state.processing,
      'messages',
      above(state.oldestClaimSeconds, oldestClaimSeconds, 'processing-stuck'),
      `a consumer of ${queue} has held a message for ${seconds(state.oldestClaimSeconds)}, longer than ${oldestClaimSeconds} s: check whether it hangs, and whether the monitor runs`,
    ),
    'queue:consumer': observed(
      unread,
      's',
      above(unread, consumerSeenSeconds, 'no-consumer'),
      `no consumer has read ${queue} for ${seconds(unread)}, longer than ${consumerSeenSeconds} s: check whether its service runs`,
    ),
    'queue:delayed': observed(state.delayed, 'messages'),
    'queue:dead-letters': observed(
      state.deadLetters,
      'messages',
      above(state.deadLetters, deadLetters, 'dead-letters'),
      `${state.deadLetters} dead letters in ${queue}:dlq: read their errors, fix the cause, then redrive or discard them`,
    ),
  };
}

/**
 * Seconds for which no consumer has read the queue; 0 while messages are claimed or the queue is paused, and if a consumer of
 * this package was never seen: plain consumers leave no trace.
 */
export function unreadSeconds({ consumerSeenSeconds, processing, paused }: QueueState): number {
  return processing > 0 || paused !== undefined ? 0 : (consumerSeenSeconds ?? 0);
}

/** What a consumer does at the moment. */
export interface ConsumerStatus {
  /** `paused`: by an operator. `breaker-open`: the consumer pauses itself, since all attempts fail. */
  readonly state: 'running' | 'paused' | 'breaker-open' | 'stopping';
  /** Handlers that run. */
  readonly busy: number;
  /** Claims, prefetched ones included. */
  readonly held: number;
  /** Prefetched messages. */
  readonly pending: number;
}

const consumerProblems: Readonly<Partial<Record<ConsumerStatus['state'], string>>> = {
  paused: 'an operator has paused the queue: `npx model-events resume` ends it',
  'breaker-open': 'all attempts fail, so the consumer pauses itself: check the service that its handler calls',
};

/** The state of a consumer of this process, with the numbers of its handlers and messages. */
export function checkOfConsumer(
  queue: string,
  { state, busy, held, pending }: ConsumerStatus,
  time: string,
): HealthCheck & Omit<ConsumerStatus, 'state'> {
  const problem = consumerProblems[state];
  return {
    componentId: queue,
    componentType: 'component',
    observedValue: state,
    status: problem === undefined ? 'pass' : 'warn',
    time,
    ...{ busy, held, pending },
    ...(problem === undefined ? {} : { output: problem, fault: state as HealthFault }),
  };
}

/** The check of a queue that cannot be inspected: publishing to it fails as well. */
export function checkOfUnreadable(queue: string, failure: RedisError, time: string): HealthCheck {
  return {
    componentId: queue,
    componentType: 'datastore',
    status: 'fail',
    time,
    output: failure.message,
    fault: failure.fault,
  };
}

/** The worst of the checks. */
export function worstOf(checks: HealthChecks): HealthStatus {
  const found = Object.values(checks).flatMap((each) => each.map(({ status }) => status));
  return found.includes('fail') ? 'fail' : found.includes('warn') ? 'warn' : 'pass';
}

function seconds(value: number): string {
  return `${Math.round(value)} s`;
}
