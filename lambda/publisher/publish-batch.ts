import type { Logger } from '@aws-lambda-powertools/logger';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Subscription } from '../../contract/subscriptions';
import { pauseBefore } from '../../queue/backoff';
import { RedisError } from '../../queue/errors';
import { publishBySlot } from '../../queue/publish-by-slot';
import type { RedisSession } from '../../queue/session';
import type { ReplicasBySlot } from './replica-knowledge';
import { before, type Deadline, DeadlineExceededError } from '../runtime/deadline';
import type { Batch } from './batch';

/** The publisher's settings. */
export interface PublisherSettings {
  readonly subscriptions: readonly Subscription[];
  readonly seenSeconds: number;
  readonly minReplicaAcks: number;
}

/** What an attempt to publish needs. */
export interface PublishingTools {
  readonly session: RedisSession;
  readonly settings: PublisherSettings;
  readonly replicas: ReplicasBySlot;
  readonly logger: Logger;
}

/** How often publishing failed. */
export interface PublishingFailures {
  retries: number;
  unreplicated: number;
}

const maxRetries = 3;
const backoff = { firstMs: 100, longestMs: 2000 } as const;

/**
 * Writes the batch: one script call, repeated with full jitter while there is time, until Redis has it. If the replicas do not
 * confirm it, nothing is repeated: consumers have the messages, and SQS delivers the records again.
 * Never throws; records that are not confirmed go back to SQS.
 */
export async function publishBatch(
  batch: Batch,
  deadline: Deadline,
  tools: PublishingTools,
): Promise<PublishingFailures> {
  const { session, logger } = tools;
  const failures = { retries: 0, unreplicated: 0 };
  if (batch.writes.length === 0) {
    batch.confirm();
    return failures;
  }
  let reauthenticated = false;
  for (let attempt = 0; ;) {
    try {
      const replicated = await before(deadline, 'publish', writeAll(batch, tools));
      tools.replicas.learn(replicated);
      if (replicated) batch.confirm();
      else failures.unreplicated++;
      return failures;
    } catch (error) {
      const fault = error instanceof RedisError ? error.fault : (error as Error).name;
      logger.warn('an attempt to publish failed', { attempt, fault, reason: (error as Error).message, error });
      if (error instanceof DeadlineExceededError) {
        // A command that answers after the function was frozen and thawed would be taken for a later one's answer.
        session.reset();
        return failures;
      }
      if (error instanceof RedisError && error.reaction === 'reauthenticate' && !reauthenticated) {
        // The token was rotated: the session reads the secret again, and nothing has to be waited for.
        reauthenticated = true;
        failures.retries++;
        continue;
      }
    }
    const pauseMs = pauseBefore(attempt, backoff);
    if (++attempt > maxRetries || pauseMs >= deadline.remainingMs()) return failures;
    failures.retries++;
    await sleep(pauseMs);
  }
}

/** @returns whether the replicas have everything. Waits at most once in vain. */
async function writeAll(batch: Batch, { session, settings, replicas }: PublishingTools): Promise<boolean> {
  const options = {
    queues: settings.subscriptions.map(({ queue }) => queue),
    seenSeconds: settings.seenSeconds,
    minReplicaAcks: settings.minReplicaAcks,
    replicaWaitMs: (slot: string) => replicas.of(slot).replicaWait(),
  };
  // Ids that belong to other events: what takes the place of their messages is written at once.
  for (let replicated = true; ;) {
    const published = await publishBySlot(
      session,
      batch.writes,
      replicated ? options : { ...options, minReplicaAcks: 0 },
    );
    replicated &&= published.replicated;
    if (!batch.take(published.results)) return replicated;
  }
}
