import { Duration } from 'aws-cdk-lib';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { AlarmThresholds } from '../../config/environment';
import type { PipelineQueues } from '../ingress';
import type { PipelineMetrics } from '../pipeline-metrics';
import { above, type AlarmDefinition, nothingHappened, warningsOf } from './definition';

/** The alarms from the bus to Redis. */
export function publishingAlarms(
  settings: AlarmThresholds,
  metrics: PipelineMetrics,
  queues: PipelineQueues,
): AlarmDefinition[] {
  const age = (queue: IQueue) =>
    ({
      name: 'buffer-age',
      metric: queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', period: Duration.minutes(1) }),
      breaches: above,
      threshold: settings.bufferAgeSeconds,
      datapoints: [3, 3],
      // SQS measures nothing of a queue that has been empty for hours.
      missing: nothingHappened,
      query: warningsOf('publisher'),
    }) as const;
  const depth = (queue: IQueue) =>
    ({
      urgency: 'ticket',
      metric: queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period: Duration.minutes(5) }),
      breaches: above,
      threshold: 0,
      // What is in the queue stays there.
      datapoints: [1, 1],
      // SQS measures nothing of a queue that has been empty for hours.
      missing: nothingHappened,
    }) as const;
  return [
    {
      ...age(queues.buffer),
      urgency: 'page',
      wrong: `A registration has waited in the SQS buffer for more than ${settings.bufferAgeSeconds} s.`,
      impact: 'No service receives new models: they stay in the buffer and do not reach Redis.',
    },
    {
      ...age(queues.redeliveries),
      of: 'redeliveries',
      urgency: 'ticket',
      wrong: `A registration that the publisher returned to SQS has not been delivered again for ${settings.bufferAgeSeconds} s.`,
      impact: 'No service receives this model, unless only replicas are missing: then services have it.',
    },
    {
      name: 'publish-failures',
      urgency: 'page',
      wrong: 'The publisher repeatedly returns registrations to SQS.',
      impact: 'No service receives new models until Redis accepts writes; they stay in the buffer.',
      metric: metrics.publisher('PublishFailures', { statistic: 'Sum' }),
      breaches: above,
      threshold: 0,
      // A failover takes about a minute. One record alone comes back every 45 s, so that it fails in 3 minutes of 5.
      datapoints: [3, 5],
      missing: nothingHappened,
      query: warningsOf('publisher'),
    },
    {
      name: 'publish-latency',
      urgency: 'ticket',
      wrong: `Writing a batch takes longer than ${settings.publishLatencyMilliseconds} ms (99th percentile).`,
      impact: 'No impact yet: with many registrations at once they would arrive late.',
      // The percentile is evaluated with few values too: else a quiet queue would never be too slow.
      metric: metrics.publisher('PublishLatency', { statistic: 'p99', period: Duration.minutes(5) }),
      breaches: above,
      threshold: settings.publishLatencyMilliseconds,
      // The first batch of a new function instance connects: one period alone is no reason.
      datapoints: [3, 3],
      missing: nothingHappened,
      query: { name: 'slowest batches', logsOf: ['publisher'] },
    },
    {
      name: 'unreplicated-writes',
      urgency: 'ticket',
      wrong: "Redis takes batches, but its replicas do not confirm them within the publisher's time.",
      impact:
        'Services receive new models. A failover would lose those in Redis; SQS would publish its copies again, so that ' +
        'services can receive a model twice.',
      metric: metrics.publisher('UnreplicatedWrites', { statistic: 'Sum' }),
      breaches: above,
      threshold: 0,
      datapoints: [3, 5],
      missing: nothingHappened,
      query: warningsOf('publisher'),
    },
    {
      ...depth(queues.bufferDeadLetters),
      name: 'buffer-dead-letters',
      wrong: "Registrations are in the buffer's dead letter queue.",
      impact:
        'No service receives these models until an operator redrives them, unless only replicas were missing; SQS deletes ' +
        'them after 14 days.',
      query: warningsOf('publisher'),
    },
    {
      ...depth(queues.undeliverable),
      name: 'undeliverable-events',
      wrong: 'EventBridge could not deliver registrations to the buffer.',
      impact: 'No service receives these models until an operator sends them again; SQS deletes them after 14 days.',
      query: undefined,
    },
  ];
}
