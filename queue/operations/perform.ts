/** Performs the operations of contract/operations.ts on one Redis. */
import type { Redis } from 'ioredis';
import { type Answer, type Operation, OperationError, operationsPage } from '../../contract/operations';
import { type Durability, durabilityNotes } from '../../contract/durability';
import type { HealthThresholds } from '../../contract/health-thresholds';
import { rootQueueIn, type Subscription } from '../../contract/subscriptions';
import { endPass } from '../dead-letters';
import { RedisError } from '../errors';
import { checkHealth } from '../health';
import { coveredQueues } from '../covered-queues';
import { isoTimeOf } from '../iso-time';
import { keysOfSlot } from '../keys';
import { ModelQueue, type QueueState } from '../model-queue';
import { readSamples } from '../samples';
import type { RedisSession } from '../session';
import { messageStatus, messageText } from '../message-status';
import { listClaims, releaseClaims } from './claims';
import { groupDeadLetters, listDeadLetters, showDeadLetter } from './dead-letters';
import { type BufferSender, workOnDeadLetters } from './dead-letter-pass';
import { queuedSummaryOf } from './summary';
import { waitSupport } from './wait-support';

/** The connections and the configuration of the operations. */
export interface OperatedQueues {
  readonly session: RedisSession;
  /** Only for the health check, which drops the connection at its time limit. */
  readonly healthSession: RedisSession;
  readonly subscriptions: readonly Subscription[];
  /** Of the operation `health`. @default `defaultHealthThresholds` */
  readonly healthThresholds?: HealthThresholds | undefined;
  /** What confirms a write: the operation `health` reports its consequence. @default 'replicas' */
  readonly durability?: Durability;
  /** Undefined if no buffer exists: the publisher's dead letters then stay. */
  readonly sendToBuffer?: BufferSender;
}

/** @throws RedisError; OperationError for an unknown queue; errors of `sendToBuffer` */
export async function perform(operation: Operation, queues: OperatedQueues): Promise<Answer> {
  const { session, subscriptions, sendToBuffer } = queues;
  const root = rootQueueIn(subscriptions);
  const at = <Result>(queue: string, work: (redis: Redis) => Promise<Result>): Promise<Result> =>
    session.at(queue).use(operation.action, work);
  const covered = (): Promise<Subscription[]> => at(root, (redis) => coveredQueues(redis, subscriptions));
  if (operation.action === 'depths') {
    const all = await covered();
    return { queues: await Promise.all(all.map((each) => depthsOf(session.at(each.queue), each))) };
  }
  if (operation.action === 'health') {
    const { healthSession, healthThresholds: thresholds, durability = 'replicas' } = queues;
    return checkHealth(healthSession, {
      queues: subscriptions.map(({ queue }) => queue),
      unsubscribed: true,
      notes: durabilityNotes[durability],
      ...(thresholds === undefined ? {} : { thresholds }),
    });
  }
  if (operation.action === 'wait-support') return { wait: await at(root, waitSupport) };
  if (operation.action === 'message-status') {
    return messageStatus(session, operation.message_id, subscriptions);
  }
  if (operation.action === 'smoke') {
    const entries = await at(root, (redis) => redis.lrange(keysOfSlot(root).smoke, 0, operationsPage - 1));
    return { arrived: entries.some((entry) => entry.includes(`"message_id":"${operation.message_id}"`)) };
  }
  // A request for a subscription's queue, as each page of a redrive, needs no list.
  const isSubscribed = subscriptions.some(({ queue }) => queue === operation.queue);
  const queue = queueNamed(operation.queue, isSubscribed ? subscriptions : await covered());
  const on = <Result>(work: (redis: Redis) => Promise<Result>): Promise<Result> => at(queue.name, work);
  switch (operation.action) {
    case 'samples':
      return on(async (redis) => ({ samples: await readSamples(redis, queue.keys) }));
    case 'dead-letters':
      return on((redis) => listDeadLetters(redis, queue, operation));
    case 'message-text':
      return on(async (redis) => ({ copy: await messageText(redis, queue.keys, operation.message_id) }));
    case 'dead-letter-groups':
      return on((redis) => groupDeadLetters(redis, queue, operation));
    case 'dead-letter':
      return on((redis) => showDeadLetter(redis, queue, operation.id));
    case 'redrive':
    case 'discard':
      return workOnDeadLetters(session.at(queue.name), queue, operation, sendToBuffer);
    case 'end-pass':
      return on(async (redis) => {
        await endPass(redis, queue.keys, { pass: operation.pass, caller: operation.caller ?? '' });
        return {};
      });
    case 'claims':
      return on((redis) => listClaims(redis, queue, operation.offset));
    case 'release':
      return on((redis) => releaseClaims(redis, queue, operation.ids));
    case 'pause':
      return on(async (redis) => ({ paused: await queue.pause(redis, operation.reason) }));
    case 'resume':
      return on(async (redis) => ({ resumed: await queue.resume(redis) }));
    case 'waiting':
      return on((redis) => listWaiting(redis, queue, operation.offset));
    case 'delayed':
      return on((redis) => listDelayed(redis, queue, operation.offset));
  }
}

/** @throws RedisError, except if only this queue is affected: a key of the wrong type */
async function depthsOf(
  session: RedisSession,
  { service, queue }: Subscription,
): Promise<Answer<'depths'>['queues'][number]> {
  let state: QueueState;
  try {
    state = await session.use(`inspect ${queue}`, (redis) => new ModelQueue(queue).inspect(redis));
  } catch (error) {
    if (!(error instanceof RedisError) || error.fault !== 'wrong-type') throw error;
    return { service, queue, error: error.message };
  }
  return {
    service,
    queue,
    depth: state.depth,
    processing: state.processing,
    delayed: state.delayed,
    dead_letters: state.deadLetters,
    oldest_message_seconds: Math.round(state.oldestMessageSeconds),
    oldest_claim_seconds: Math.round(state.oldestClaimSeconds),
    consumer_seen_seconds: state.consumerSeenSeconds === undefined ? null : Math.round(state.consumerSeenSeconds),
    paused: state.paused ?? null,
  };
}

async function listWaiting(redis: Redis, queue: ModelQueue, offset: number): Promise<Answer<'waiting'>> {
  const texts = await queue.page(redis, 'main', { from: 'newest', offset, count: operationsPage });
  const entries = texts.map((text) => queuedSummaryOf(queue.name, text));
  return { entries, examined: texts.length, total: await redis.llen(queue.keys.main) };
}

async function listDelayed(redis: Redis, queue: ModelQueue, offset: number): Promise<Answer<'delayed'>> {
  const { delayed } = queue.keys;
  const found = await redis.zrange(delayed, offset, offset + operationsPage - 1, 'WITHSCORES');
  const entries = found.flatMap((text, index) =>
    index % 2 === 1 ? [] : [{ ...queuedSummaryOf(queue.name, text), due_at: isoTimeOf(found[index + 1] ?? '') }],
  );
  return { entries, examined: entries.length, total: await redis.zcard(delayed) };
}

function queueNamed(name: string, subscriptions: readonly Subscription[]): ModelQueue {
  if (subscriptions.some(({ queue }) => queue === name)) return new ModelQueue(name);
  const known = subscriptions.map(({ queue }) => queue).join(', ');
  throw new OperationError(`unknown queue ${name}; available: ${known}`);
}
