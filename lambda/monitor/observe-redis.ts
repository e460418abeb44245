import type { Redis } from 'ioredis';
import { coveredQueues, forgetQueue, noService, recordQueues } from '../../queue/covered-queues';
import { RedisError } from '../../queue/errors';
import { maintain, type MaintenanceReport } from '../../queue/maintenance';
import { ModelQueue, type QueueState } from '../../queue/model-queue';
import { parseRedisInfo, type RedisInfo } from '../../queue/redis-info';
import type { RedisSession } from '../../queue/session';
import { retryOnStaleConnection } from '../../queue/stale-connection';
import { writeProbe } from '../../queue/write-probe';
import { policyOf, type Subscription } from '../../contract/subscriptions';
import { before, type Deadline, DeadlineExceededError } from '../runtime/deadline';

/** One queue in this run; steps that failed are missing. */
export interface QueueObservation {
  readonly queue: string;
  /** False for a queue that no subscription names. */
  readonly isSubscribed: boolean;
  readonly maintenance?: MaintenanceReport;
  /** After the maintenance. */
  readonly state?: QueueState;
}

/** The measurements of Redis; `errors` has the reason for each that is missing. */
export interface RedisObservation {
  /** How long the write probe took; missing where it failed. */
  probeMs?: number;
  info?: RedisInfo;
  readonly queues: QueueObservation[];
  readonly errors: Error[];
}

export interface Observing {
  /** Used by the monitor only: at the deadline its connection is closed, with all pending commands. */
  readonly session: RedisSession;
  readonly subscriptions: readonly Subscription[];
}

/** An old connection and an old token say nothing about Redis: one repeat for each. Every step of an observation may run twice. */
const staleRepeats = 2;

/** Probes Redis, maintains every queue and inspects it. Never throws, and ends at the deadline at the latest. */
export async function observeRedis(
  deadline: Deadline,
  { session, subscriptions }: Observing,
): Promise<RedisObservation> {
  let seen: RedisObservation = { queues: [], errors: [] };
  const observation = retryOnStaleConnection(
    session,
    'monitor',
    (redis) => observe(redis, session.endpoint, subscriptions, seen),
    {
      repeats: staleRepeats,
      mayRepeat: () => {
        if (deadline.remainingMs() === 0) return false;
        seen = { queues: [], errors: [] };
        return true;
      },
    },
  );
  try {
    await before(deadline, 'looking at Redis', observation);
  } catch (error) {
    if (error instanceof DeadlineExceededError) session.reset();
    seen.errors.push(error as Error);
  }
  return seen;
}

/** @throws RedisError where nothing more would be answered on this connection. */
async function observe(
  redis: Redis,
  endpoint: string,
  subscriptions: readonly Subscription[],
  seen: RedisObservation,
): Promise<void> {
  let readOnly: RedisError | undefined;
  const attempt = async <Result>(doing: string, work: () => Promise<Result>): Promise<Result | undefined> => {
    try {
      return await work();
    } catch (error) {
      const failure = new RedisError(doing, endpoint, error);
      if (failure.fault === 'read-only') readOnly = failure;
      else if (failure.reconnect) throw failure;
      else seen.errors.push(failure);
      return undefined;
    }
  };

  const probeMs = await attempt('write probe', () => writeProbe(redis));
  if (probeMs !== undefined) seen.probeMs = probeMs;
  // A full Redis would refuse this write as well, and the probe has reported it.
  if (probeMs !== undefined) await attempt('record of the queues', () => recordQueues(redis, subscriptions));
  const covered = await attempt('list of the queues', () => coveredQueues(redis, subscriptions));
  for (const subscription of covered ?? subscriptions) {
    const { queue: name } = subscription;
    const queue = new ModelQueue(name);
    // A full Redis accepts maintenance, since it frees memory; a read-only one does not, but can still be inspected.
    const maintenance =
      readOnly === undefined
        ? await attempt(`maintenance of ${name}`, () => maintain(redis, queue, policyOf(subscription)))
        : undefined;
    const state = await attempt(`inspection of ${name}`, () => queue.inspect(redis));
    const isEmpty = state !== undefined && messagesIn(state) === 0;
    if (isEmpty && subscription.service === noService && readOnly === undefined) {
      await attempt(`record of ${name}`, () => forgetQueue(redis, name));
    }
    seen.queues.push({
      queue: name,
      isSubscribed: subscription.service !== noService,
      ...(maintenance === undefined ? {} : { maintenance }),
      ...(state === undefined ? {} : { state }),
    });
  }
  const info = await attempt('INFO', () => redis.info('memory', 'replication'));
  if (info !== undefined) seen.info = parseRedisInfo(info);
  // The primary is another node now: the next minute connects to that one.
  if (readOnly !== undefined) throw readOnly;
}

/** Messages of a queue, wherever they are. */
export function messagesIn({ depth, processing, delayed, deadLetters }: QueueState): number {
  return depth + processing + delayed + deadLetters;
}
