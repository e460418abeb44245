import type { Redis } from 'ioredis';
import { type Rates, ratesOf } from '../../contract/queue-samples';
import { coveredQueues, forgetQueue, noService, recordQueues } from '../../queue/covered-queues';
import { RedisError } from '../../queue/errors';
import { maintain, type MaintenanceReport } from '../../queue/maintenance';
import { ModelQueue, type QueueState } from '../../queue/model-queue';
import { parseRedisInfo, type RedisInfo } from '../../queue/redis-info';
import { readSamples, recordSample } from '../../queue/samples';
import type { RedisSession } from '../../queue/session';
import { retryOnStaleConnection } from '../../queue/stale-connection';
import { writeProbe } from '../../queue/write-probe';
import { slotOf } from '../../contract/patterns';
import { bySlot } from '../../queue/slots';
import { policyOf, rootQueueIn, type Subscription } from '../../contract/subscriptions';
import { before, type Deadline, DeadlineExceededError } from '../runtime/deadline';

/** One queue in this run; steps that failed are missing. */
export interface QueueObservation {
  readonly queue: string;
  /** False for a queue that no subscription names. */
  readonly isSubscribed: boolean;
  readonly maintenance?: MaintenanceReport;
  /** After the maintenance. */
  readonly state?: QueueState;
  /** Since the run before, if that is not long ago. */
  readonly rates?: Rates;
}

/** The measurements of Redis; `errors` has the reason for each that is missing. */
export interface RedisObservation {
  /** How long the write probe took, in the slowest slot; missing if it failed in one of them. */
  probeMs?: number;
  /** One for each slot whose primary answered. */
  readonly infos: RedisInfo[];
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
/** A longer time without a sample has no rates. */
const ratesMinutes = 5;

/** Probes Redis, maintains every queue and inspects it. Never throws, and ends at the deadline at the latest. */
export async function observeRedis(
  deadline: Deadline,
  { session, subscriptions }: Observing,
): Promise<RedisObservation> {
  const root = rootQueueIn(subscriptions);
  const slots = new Map([...bySlot(subscriptions).keys()].map((slot) => [slot, emptySlot()]));
  let covered = subscriptions;
  const observeSlot = async (slot: string): Promise<void> => {
    const seen = slots.get(slot) ?? emptySlot();
    slots.set(slot, seen);
    const own = session.at(slot);
    const observation = retryOnStaleConnection(
      own,
      'monitor',
      async (redis) => {
        Object.assign(seen, emptySlot());
        await observe(redis, own.endpoint, seen, {
          slot,
          queuesOn: async (attempt) => {
            if (slot === root) {
              // A full Redis would refuse this write as well, and the probe has reported it.
              if (seen.probeMs !== undefined) {
                await attempt('record of the queues', () => recordQueues(redis, subscriptions));
              }
              covered = (await attempt('list of the queues', () => coveredQueues(redis, subscriptions))) ?? covered;
            }
            return covered.filter(({ queue }) => slotOf(queue) === slot);
          },
          forget: (queue) => session.at(root).use('monitor', (atRoot) => forgetQueue(atRoot, queue)),
        });
      },
      { repeats: staleRepeats, mayRepeat: () => deadline.remainingMs() > 0 },
    );
    await observation.catch((error: unknown) => seen.errors.push(error as Error));
  };
  const errors: Error[] = [];
  try {
    const observation = observeSlot(root).then(() =>
      Promise.all([...bySlot(covered).keys()].slice(1).map(observeSlot)),
    );
    await before(deadline, 'looking at Redis', observation);
  } catch (error) {
    if (error instanceof DeadlineExceededError) session.reset();
    errors.push(error as Error);
  }
  const all = [...slots.values()];
  const probes = all.map(({ probeMs }) => probeMs ?? NaN);
  return {
    ...(probes.some(Number.isNaN) ? {} : { probeMs: Math.max(...probes) }),
    infos: all.flatMap(({ info }) => info ?? []),
    queues: all.flatMap(({ queues }) => queues),
    errors: [...all.flatMap((slot) => slot.errors), ...errors],
  };
}

/** One slot, whose queues have one primary. */
interface SlotObservation {
  probeMs?: number | undefined;
  info?: RedisInfo | undefined;
  queues: QueueObservation[];
  errors: Error[];
}

const emptySlot = (): SlotObservation => ({ probeMs: undefined, info: undefined, queues: [], errors: [] });

type Attempt = <Result>(doing: string, work: () => Promise<Result>) => Promise<Result | undefined>;

interface SlotSteps {
  readonly slot: string;
  readonly queuesOn: (attempt: Attempt) => Promise<readonly Subscription[]>;
  /** Removes the record of a queue. */
  readonly forget: (queue: string) => Promise<void>;
}

/** @throws RedisError where nothing more would be answered on this connection. */
async function observe(
  redis: Redis,
  endpoint: string,
  seen: SlotObservation,
  { slot, queuesOn, forget }: SlotSteps,
): Promise<void> {
  let readOnly: RedisError | undefined;
  const attempt: Attempt = async (doing, work) => {
    try {
      return await work();
    } catch (error) {
      const failure = error instanceof RedisError ? error : new RedisError(doing, endpoint, error);
      if (failure.fault === 'read-only') readOnly = failure;
      else if (failure.reconnect) throw failure;
      else seen.errors.push(failure);
      return undefined;
    }
  };

  seen.probeMs = await attempt('write probe', () => writeProbe(redis, slot));
  for (const subscription of await queuesOn(attempt)) {
    const { queue: name } = subscription;
    const queue = new ModelQueue(name);
    // A full Redis accepts maintenance, since it frees memory; a read-only one does not, but can still be inspected.
    const maintenance =
      readOnly === undefined
        ? await attempt(`maintenance of ${name}`, () => maintain(redis, queue, policyOf(subscription)))
        : undefined;
    const state = await attempt(`inspection of ${name}`, () => queue.inspect(redis));
    // A full Redis would refuse this write as well, and the probe has reported it.
    const rates =
      state === undefined || seen.probeMs === undefined
        ? undefined
        : await attempt(`sample of ${name}`, async () => {
            await recordSample(redis, queue.keys);
            return ratesOf(await readSamples(redis, queue.keys, 2), ratesMinutes);
          });
    const isEmpty = state !== undefined && messagesIn(state) === 0;
    if (isEmpty && subscription.service === noService && readOnly === undefined) {
      await attempt(`record of ${name}`, () => forget(name));
    }
    seen.queues.push({
      queue: name,
      isSubscribed: subscription.service !== noService,
      ...(maintenance === undefined ? {} : { maintenance }),
      ...(state === undefined ? {} : { state }),
      ...(rates === undefined ? {} : { rates }),
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
