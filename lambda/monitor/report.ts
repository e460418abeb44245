import type { Logger } from '@aws-lambda-powertools/logger';
import { type MonitorMetric, queueDimension, type QueueMetric } from '../../contract/metrics';
import { rootQueue } from '../../contract/patterns';
import { RedisError } from '../../queue/errors';
import type { RedisInfo } from '../../queue/redis-info';
import { messagesIn, type QueueObservation, type RedisObservation } from './observe-redis';
import type { FunctionMetrics } from '../runtime/metrics';

export interface Reporting {
  readonly logger: Logger;
  readonly metrics: FunctionMetrics<MonitorMetric>;
  /** How many Redis should have. */
  readonly replicas: number;
}

/** Values by name; undefined if it could not be measured. */
type Values<Name extends MonitorMetric> = Partial<Record<Name, number | undefined>>;

/**
 * Reports one run: a log line, one for each error, an EMF line for Redis and one for each queue.
 * @param tokenAge in days, or why it could not be read
 */
export function report(redis: RedisObservation, tokenAge: number | Error, reporting: Reporting): void {
  const { logger, metrics } = reporting;
  for (const error of [...redis.errors, ...(tokenAge instanceof Error ? [tokenAge] : [])]) {
    logger.error('a step of the run failed', {
      ...(error instanceof RedisError ? { fault: error.fault } : {}),
      reason: error.message,
      error,
    });
  }
  reportReplicas(redis.info, reporting);

  for (const observation of redis.queues) {
    metrics.emit(ofQueue(observation), { [queueDimension]: observation.queue });
  }
  const values: Values<Exclude<MonitorMetric, QueueMetric>> = {
    RedisAvailability: redis.probeMs === undefined ? 0 : 1,
    RedisLatency: redis.probeMs,
    ...ofServer(redis.info),
    TokenAgeDays: tokenAge instanceof Error ? undefined : tokenAge,
    UnsubscribedMessages: unsubscribedMessages(redis.queues),
  };
  metrics.emit(values);
  logger.info('run', { ...values, queues: redis.queues });
}

function ofQueue({ state, maintenance }: QueueObservation): Values<QueueMetric> {
  return {
    QueueDepth: state?.depth,
    ProcessingDepth: state?.processing,
    DeadLetterDepth: state?.deadLetters,
    DelayedDepth: state?.delayed,
    OldestMessageAge: state?.oldestMessageSeconds,
    OldestClaimAge: state?.oldestClaimSeconds,
    MessagesReclaimed: maintenance && maintenance.requeued + maintenance.deadLettered,
  };
}

/** Undefined if a queue could not be read. Refused events are dead letters of `model_events`, which have an alarm of their own. */
function unsubscribedMessages(queues: readonly QueueObservation[]): number | undefined {
  const unsubscribed = queues.filter(({ isSubscribed }) => !isSubscribed);
  if (queues.length === 0 || unsubscribed.some(({ state }) => state === undefined)) return undefined;
  return unsubscribed
    .map(({ queue, state }) =>
      state === undefined ? 0 : messagesIn(state) - (queue === rootQueue ? state.deadLetters : 0),
    )
    .reduce((sum, count) => sum + count, 0);
}

function ofServer(info: RedisInfo | undefined): Values<'MemoryUsedPercent' | 'ReplicaLag' | 'EvictionPolicySafe'> {
  const lags = info?.replicas.filter(({ online }) => online).map(({ lagSeconds }) => lagSeconds) ?? [];
  const policy = info?.evictionPolicy;
  return {
    MemoryUsedPercent: info?.memoryUsedPercent,
    ReplicaLag: lags.length === 0 ? undefined : Math.max(...lags),
    EvictionPolicySafe: policy === undefined ? undefined : Number(policy === 'noeviction'),
  };
}

/** A missing replica has no lag: the publisher's UnreplicatedWrites rise, and this line names the replicas that are online. */
function reportReplicas(info: RedisInfo | undefined, { replicas: wanted, logger }: Reporting): void {
  const online = info?.replicas.filter((replica) => replica.online) ?? [];
  if (info !== undefined && online.length < wanted) {
    logger.warn('replicas are missing', { wanted, online: online.length, replicas: info.replicas });
  }
}
