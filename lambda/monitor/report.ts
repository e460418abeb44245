import type { Logger } from '@aws-lambda-powertools/logger';
import { type MonitorMetric, queueDimension, type QueueMetric } from '../../contract/metrics';
import { rootQueueIn } from '../../contract/subscriptions';
import { RedisError } from '../../queue/errors';
import { unreadSeconds } from '../../queue/health-checks';
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
 * @param tokenAge in days, or why it could not be read; undefined without a token
 */
export function report(redis: RedisObservation, tokenAge: number | Error | undefined, reporting: Reporting): void {
  const { logger, metrics } = reporting;
  for (const error of [...redis.errors, ...(tokenAge instanceof Error ? [tokenAge] : [])]) {
    logger.error('a step of the run failed', {
      ...(error instanceof RedisError ? { fault: error.fault } : {}),
      reason: error.message,
      error,
    });
  }
  for (const info of redis.infos) reportReplicas(info, reporting);

  for (const observation of redis.queues) {
    metrics.emit(ofQueue(observation), { [queueDimension]: observation.queue });
  }
  const values: Values<Exclude<MonitorMetric, QueueMetric>> = {
    RedisAvailability: redis.probeMs === undefined ? 0 : 1,
    RedisLatency: redis.probeMs,
    ...ofServers(redis.infos),
    TokenAgeDays: tokenAge instanceof Error ? undefined : tokenAge,
    UnsubscribedMessages: unsubscribedMessages(redis.queues),
  };
  metrics.emit(values);
  logger.info('run', { ...values, queues: redis.queues });
}

function ofQueue({ state, maintenance, rates }: QueueObservation): Values<QueueMetric> {
  return {
    QueueDepth: state?.depth,
    ProcessingDepth: state?.processing,
    DeadLetterDepth: state?.deadLetters,
    DelayedDepth: aboveZero(state?.delayed),
    OldestMessageAge: state?.oldestMessageSeconds,
    OldestClaimAge: state?.oldestClaimSeconds,
    ConsumerAbsence: state && unreadSeconds(state),
    MessagesIncoming: aboveZero(rates?.incoming),
    MessagesClaimed: aboveZero(rates?.claimed),
    MessagesReclaimed: aboveZero(maintenance && maintenance.requeued + maintenance.deadLettered),
  };
}

const aboveZero = (count: number | undefined): number | undefined => (count === 0 ? undefined : count);

/** Undefined if a queue could not be read. Refused events are dead letters of `model_events`, which have an alarm of their own. */
function unsubscribedMessages(queues: readonly QueueObservation[]): number | undefined {
  const unsubscribed = queues.filter(({ isSubscribed }) => !isSubscribed);
  if (queues.length === 0 || unsubscribed.some(({ state }) => state === undefined)) return undefined;
  const root = rootQueueIn(queues);
  return unsubscribed
    .map(({ queue, state }) => (state === undefined ? 0 : messagesIn(state) - (queue === root ? state.deadLetters : 0)))
    .reduce((sum, count) => sum + count, 0);
}

/** The worst of the primaries. */
function ofServers(infos: readonly RedisInfo[]): Values<'MemoryUsedPercent' | 'ReplicaLag' | 'EvictionPolicySafe'> {
  const online = infos.flatMap(({ replicas }) => replicas.filter((replica) => replica.online));
  return {
    MemoryUsedPercent: largest(infos.flatMap(({ memoryUsedPercent }) => memoryUsedPercent ?? [])),
    ReplicaLag: largest(online.map(({ lagSeconds }) => lagSeconds)),
    EvictionPolicySafe: infos.some(({ evictionPolicy }) => evictionPolicy === undefined)
      ? undefined
      : largest(infos.map(() => Number(infos.every(({ evictionPolicy }) => evictionPolicy === 'noeviction')))),
  };
}

const largest = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : Math.max(...values);

/** A missing replica has no lag: the publisher's UnreplicatedWrites rise, and this line names the replicas that are online. */
function reportReplicas(info: RedisInfo, { replicas: wanted, logger }: Reporting): void {
  const online = info.replicas.filter((replica) => replica.online);
  if (online.length < wanted) {
    logger.warn('replicas are missing', { wanted, online: online.length, replicas: info.replicas });
  }
}
