import type { Logger } from '@aws-lambda-powertools/logger';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Subscription } from '../../contract/subscriptions';
import { pauseBefore } from '../../queue/backoff';
import { RedisError } from '../../queue/errors';
import { publish } from '../../queue/publish';
import type { RedisSession } from '../../queue/session';
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
  readonly logger: Logger;
}

/** How often publishing failed. */
export interface PublishingFailures {
  retries: number;
  unreplicated: number;
}

const maxRetries = 3;
const backoff = { firstMs: 100, longestMs: 2000 } as const;
/** How long the replicas may take; below the connection's command time-out. */
const replicaWaitMs = 1000;

/**
 * Writes the batch: one script call, repeated with full jitter while there is time, until the replicas have it.
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
      if (await before(deadline, 'publish', writeAll(batch, tools))) {
        batch.confirm();
        return failures;
      }
      failures.unreplicated++;
      logger.warn('too few replicas confirmed the batch', { attempt, wanted: tools.settings.minReplicaAcks });
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

/** @returns whether the replicas have everything. */
async function writeAll(batch: Batch, { session, settings }: PublishingTools): Promise<boolean> {
  const options = {
    queues: settings.subscriptions.map(({ queue }) => queue),
    seenSeconds: settings.seenSeconds,
    minReplicaAcks: settings.minReplicaAcks,
    replicaWaitMs,
  };
  return session.use('publish', async (redis) => {
    // Ids that belong to other events: what takes the place of their messages is written at once, on the same connection.
    for (;;) {
      const { results, replicated } = await publish(redis, batch.writes, options);
      if (!batch.take(results)) return replicated;
    }
  });
}
