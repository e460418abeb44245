/**
 * The metrics, once: functions and consumers emit them and the alarms read them, by these names, units and dimensions.
 */

/** CloudWatch namespace of all of them. */
export const metricNamespace = 'Hokusai/ModelEvents';

/** The dimension that every metric has. */
export const environmentDimension = 'Environment';

/** The second dimension of what is measured for each queue; its value is the main queue's key. */
export const queueDimension = 'Queue';

/** The second dimension of what each function emits; its value is the function's folder in `lambda/`. */
export const functionDimension = 'Function';

/** As CloudWatch writes them. */
export type MetricUnit = 'Milliseconds' | 'Seconds' | 'Count' | 'Percent';

interface Metric {
  readonly unit: MetricUnit;
}

/** What the publisher emits, per environment. */
export const publisherMetrics = {
  /** From the function's receipt of a batch to the replicas' confirmation; one value a confirmed batch. */
  PublishLatency: { unit: 'Milliseconds' },
  /** From the event's time until consumers can receive its message; one value a message, replays left out. */
  EndToEndLatency: { unit: 'Milliseconds' },
  /** Events put into the queues for the first time, confirmed by the replicas or not. */
  MessagesPublished: { unit: 'Count' },
  /** Deliveries that had been published before. */
  DuplicatesSuppressed: { unit: 'Count' },
  /** Registrations with `baseline_validated: false`. */
  EventsSkipped: { unit: 'Count' },
  /** Events refused and written to the dead letter queue. */
  MessagesDeadLettered: { unit: 'Count' },
  /** Attempts after the first, within an invocation. */
  PublishRetries: { unit: 'Count' },
  /** Records handed back to SQS because Redis did not take them. */
  PublishFailures: { unit: 'Count' },
  /** Batches that Redis took but too few replicas confirmed: consumers receive them, SQS keeps them and delivers them again. */
  UnreplicatedWrites: { unit: 'Count' },
} as const satisfies Record<string, Metric>;

export type PublisherMetric = keyof typeof publisherMetrics;

/** What every function emits, in the dimension {@link functionDimension}. */
export const functionMetrics = {
  /** Processes that began with this invocation; none with provisioned concurrency. */
  ColdStart: { unit: 'Count' },
} as const satisfies Record<string, Metric>;

/**
 * What a consumer emits for its queue from its reports, in the dimension {@link queueDimension}, if its service does so:
 * `examples/consumer-metrics.ts`, `examples/consumer_metrics.py`.
 */
export const consumerMetrics = {
  /** From the event's time to the end of the handler; one value a message, replayed and redriven messages left out. */
  RegistrationToHandled: { unit: 'Milliseconds' },
  /** Messages acknowledged. */
  MessagesHandled: { unit: 'Count' },
  /** Attempts whose handler failed, however they ended. */
  AttemptsFailed: { unit: 'Count' },
  /** Messages that wait for another attempt. */
  MessagesRetried: { unit: 'Count' },
  /** Messages that the handler, or the circuit breaker, postponed. */
  MessagesSnoozed: { unit: 'Count' },
  /** Messages without further attempts. */
  MessagesDeadLettered: { unit: 'Count' },
  /** Claims lost before the outcome was written: another consumer may handle the message again. */
  ClaimsLost: { unit: 'Count' },
  /** Share of the handlers' time that was used. */
  ConsumerBusy: { unit: 'Percent' },
} as const satisfies Record<string, Metric>;

export type ConsumerMetric = keyof typeof consumerMetrics;

interface MonitorMetricOf extends Metric {
  /** Whether each queue has its own, in the dimension {@link queueDimension}. */
  readonly perQueue: boolean;
  /** Emitted only above 0: no alarm reads it, and CloudWatch bills the hours in which a metric is emitted. @default false */
  readonly onlyAboveZero?: boolean;
}

/** What the monitor emits, once a minute. */
export const monitorMetrics = {
  /** Messages that wait for a consumer. */
  QueueDepth: { unit: 'Count', perQueue: true },
  /** Messages that a consumer has claimed. */
  ProcessingDepth: { unit: 'Count', perQueue: true },
  /** Dead letters: messages and events that were given up. */
  DeadLetterDepth: { unit: 'Count', perQueue: true },
  /** Retries that wait for their time. */
  DelayedDepth: { unit: 'Count', perQueue: true, onlyAboveZero: true },
  /** Since the event of the message that waits longest; replays left out. */
  OldestMessageAge: { unit: 'Seconds', perQueue: true },
  /** Since the oldest unfinished claim. */
  OldestClaimAge: { unit: 'Seconds', perQueue: true },
  /** Since a consumer last read the queue; 0 while messages are claimed, and where only plain consumers have read it. */
  ConsumerAbsence: { unit: 'Seconds', perQueue: true },
  /** Messages a minute that became ready for consumers: new, retried and redriven ones. */
  MessagesIncoming: { unit: 'Count', perQueue: true, onlyAboveZero: true },
  /** Messages a minute that consumers claimed, those of plain consumers left out. */
  MessagesClaimed: { unit: 'Count', perQueue: true, onlyAboveZero: true },
  /** Messages taken back from consumers whose lease ran out. */
  MessagesReclaimed: { unit: 'Count', perQueue: true, onlyAboveZero: true },
  /** 1 where the write probe succeeded, 0 where it failed or Redis could not be reached: one value a run, never none. */
  RedisAvailability: { unit: 'Count', perQueue: false },
  /** Time of the write probe. */
  RedisLatency: { unit: 'Milliseconds', perQueue: false },
  /** Used share of the memory that Redis may use. */
  MemoryUsedPercent: { unit: 'Percent', perQueue: false },
  /** Of the replica that is farthest behind; replicas that are gone have none. */
  ReplicaLag: { unit: 'Seconds', perQueue: false },
  /** 1 where Redis refuses writes when it is full, 0 where it throws keys away instead. */
  EvictionPolicySafe: { unit: 'Count', perQueue: false },
  /** Since the Redis token that is in use was written; read once an hour. */
  TokenAgeDays: { unit: 'Count', perQueue: false },
  /** Messages in queues that no subscription names, wherever they are; refused events left out. */
  UnsubscribedMessages: { unit: 'Count', perQueue: false },
} as const satisfies Record<string, MonitorMetricOf>;

export type MonitorMetric = keyof typeof monitorMetrics;
/** Those that each queue has. */
export type QueueMetric = {
  [Name in MonitorMetric]: (typeof monitorMetrics)[Name]['perQueue'] extends true ? Name : never;
}[MonitorMetric];
