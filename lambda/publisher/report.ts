import type { Logger } from '@aws-lambda-powertools/logger';
import type { PublisherMetric } from '../../contract/metrics';
import type { Outcome, RecordOutcome } from './batch';
import type { PublishingFailures } from './publish-batch';
import type { FunctionMetrics } from '../runtime/metrics';

/** Reports one batch: one log line, one line for each record with a problem, the metrics. */
export function report(
  outcomes: readonly RecordOutcome[],
  failures: PublishingFailures,
  timing: { latencyMs: number; nowMs: number },
  { logger, metrics }: { logger: Logger; metrics: FunctionMetrics<PublisherMetric> },
): void {
  const counts = {
    published: 0,
    duplicate: 0,
    smoke: 0,
    skipped: 0,
    'dead-lettered': 0,
    unconfirmed: 0,
    failed: 0,
  } satisfies Record<Outcome, number>;
  for (const record of outcomes) {
    counts[record.outcome]++;
    reportProblem(record, logger);
  }
  const fresh = outcomes.filter(({ isNew }) => isNew);
  const level = counts.failed > 0 ? 'error' : counts.unconfirmed > 0 ? 'warn' : 'info';
  logger[level]('batch', {
    ...counts,
    new: fresh.length,
    ...failures,
    ...(counts.unconfirmed > 0
      ? { reason: 'too few replicas confirmed: consumers have the messages, SQS keeps the records' }
      : {}),
    latencyMs: Math.round(timing.latencyMs),
  });

  const endToEndMs = fresh.flatMap(({ read: { reading } }) =>
    // A replay's event is old on purpose.
    reading.kind === 'message' && reading.replayName === undefined
      ? [Math.max(0, timing.nowMs - reading.occurredAtMs)]
      : [],
  );
  metrics.emit({
    EndToEndLatency: endToEndMs,
    MessagesPublished: fresh.length,
    DuplicatesSuppressed: counts.duplicate,
    EventsSkipped: counts.skipped,
    MessagesDeadLettered: counts['dead-lettered'],
    PublishFailures: counts.failed,
    PublishRetries: failures.retries,
    UnreplicatedWrites: failures.unreplicated,
    // The latency of a batch that was not written would say how long a time-out is.
    PublishLatency: counts.failed + counts.unconfirmed === 0 ? timing.latencyMs : undefined,
  });
}

function reportProblem({ read, outcome, refusal, blocked }: RecordOutcome, logger: Logger): void {
  const { reading, sqsMessageId } = read;
  const messageId = 'messageId' in reading ? reading.messageId : undefined;
  const ids = { sqsMessageId, ...(messageId === undefined ? {} : { messageId }) };
  if (outcome === 'failed') {
    const reason = blocked
      ? 'its seen key or one of its lists has another type in Redis: the log of the monitor names lists'
      : 'Redis did not confirm that it has the batch';
    logger.error('record goes back to SQS', { ...ids, reason });
  }
  if (outcome === 'dead-lettered') {
    logger.warn('record refused and written to the dead letters', {
      ...ids,
      code: refusal?.code,
      reason: refusal?.message,
    });
  }
  if (outcome === 'skipped') logger.info('registration without a validated baseline, not queued', ids);
}
