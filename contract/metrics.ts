/**
 * The metrics, once: the functions emit them and the alarms read them, by these names, units and dimensions.
 */

/** CloudWatch namespace of all of them. */
export const metricNamespace = 'Hokusai/ModelEvents';

/** The dimension that every metric has. */
export const environmentDimension = 'Environment';

type Unit = 'Milliseconds' | 'Count';

interface Metric {
  readonly unit: Unit;
}

/** What the publisher emits, per environment. */
export const publisherMetrics = {
  /** From the function's receipt of a batch to the acknowledged write; one value a batch. */
  PublishLatency: { unit: 'Milliseconds' },
  /** From the event's time to the acknowledged write; one value a message, replays left out. */
  EndToEndLatency: { unit: 'Milliseconds' },
  /** Events put into the queues for the first time. */
  MessagesPublished: { unit: 'Count' },
  /** Deliveries that had been published before. */
  DuplicatesSuppressed: { unit: 'Count' },
  /** Registrations with `baseline_validated: false`. */
  EventsSkipped: { unit: 'Count' },
  /** Events refused and written to the dead letter queue. */
  MessagesDeadLettered: { unit: 'Count' },
  /** Attempts after the first, within an invocation. */
  PublishRetries: { unit: 'Count' },
  /** Records handed back to SQS. */
  PublishFailures: { unit: 'Count' },
  /** Batches that Redis took but too few replicas confirmed, each time it happened. */
  UnreplicatedWrites: { unit: 'Count' },
} as const satisfies Record<string, Metric>;

export type PublisherMetric = keyof typeof publisherMetrics;
