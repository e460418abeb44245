import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import { type PublisherMetric, publisherMetrics } from '../../contract/metrics';
import type { Batch, Outcome, RecordOutcome } from './batch';
import type { PublishingTrouble } from './publish-batch';
import { idReused } from './read-record';

/** Everything that is told about one batch: one log line, one line for each record in trouble, the metrics. */
export function report(
  batch: Batch,
  trouble: PublishingTrouble,
  timing: { latencyMs: number; nowMs: number },
  { logger, metrics }: { logger: Logger; metrics: Metrics },
): void {
  const outcomes = batch.outcomes();
  const counts = { published: 0, duplicate: 0, smoke: 0, skipped: 0, 'dead-lettered': 0, failed: 0 } satisfies Record<
    Outcome,
    number
  >;
  for (const record of outcomes) {
    counts[record.outcome]++;
    reportTrouble(record, logger);
  }
  const level = counts.failed > 0 ? 'error' : 'info';
  logger[level]('batch', {
    ...counts,
    ...trouble,
    latencyMs: Math.round(timing.latencyMs),
    correlationIds: outcomes.flatMap(({ read: { reading } }) =>
      'correlationId' in reading ? [reading.correlationId] : [],
    ),
  });

  const add = (name: PublisherMetric, value: number): void => {
    metrics.addMetric(name, publisherMetrics[name].unit, value);
  };
  add('MessagesPublished', counts.published);
  add('DuplicatesSuppressed', counts.duplicate);
  add('EventsSkipped', counts.skipped);
  add('MessagesDeadLettered', counts['dead-lettered']);
  add('PublishFailures', counts.failed);
  add('PublishRetries', trouble.retries);
  add('UnreplicatedWrites', trouble.unreplicated);
  // The latency of a batch that was not written would say how long a time-out is.
  if (counts.failed === 0) add('PublishLatency', timing.latencyMs);
  for (const { read, outcome } of outcomes) {
    // A replay's event is old on purpose.
    if (outcome === 'published' && read.reading.kind === 'message' && read.reading.replayName === undefined) {
      add('EndToEndLatency', Math.max(0, timing.nowMs - read.reading.occurredAtMs));
    }
  }
  metrics.publishStoredMetrics();
}

function reportTrouble({ read, outcome, idReused: reused, blocked }: RecordOutcome, logger: Logger): void {
  const { reading, sqsMessageId } = read;
  const messageId = 'messageId' in reading ? reading.messageId : undefined;
  const ids = { sqsMessageId, ...(messageId === undefined ? {} : { messageId }) };
  if (outcome === 'failed') {
    const reason = blocked
      ? 'something else stands under its seen key in Redis'
      : 'the batch was not written and confirmed';
    logger.error('record goes back to SQS', { ...ids, reason });
  }
  if (outcome === 'dead-lettered') {
    const { code, message } = (reused ? idReused(messageId ?? '') : read.refusal) ?? {};
    logger.warn('record refused and written to the dead letters', { ...ids, code, reason: message });
  }
  if (outcome === 'skipped') logger.info('registration without a validated baseline, not queued', ids);
}
