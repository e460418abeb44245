import type { PipelineMetrics } from '../pipeline-metrics';
import { above, type AlarmDefinition, keepState, warningsOf } from './definition';

/** Its composite: returned registrations stay, and not only because replicas are missing. */
export const backlog = {
  name: 'buffer-backlog',
  wrong:
    'Registrations that the publisher returned to SQS have not been published for five minutes, and not only because replicas are missing.',
  impact: 'No service receives these models, or any new model if the publisher publishes none.',
  query: warningsOf('publisher'),
} as const;

/**
 * The depth of what the publisher returned. SQS leaves a message that was received three times or more out of
 * `ApproximateAgeOfOldestMessage` until it is deleted ("Available CloudWatch metrics for Amazon SQS"), so the age of the
 * oldest message is silent while a publisher receives and fails; so is `PublishFailures` if it crashes.
 */
export function backlogDepth(metrics: PipelineMetrics): AlarmDefinition {
  return {
    ...backlog,
    of: 'depth',
    urgency: 'part',
    impact: 'A part of the alarm of the same name, which is off while only replicas are missing.',
    metric: metrics.monitor('RedeliveriesDepth', { statistic: 'Minimum' }),
    breaches: above,
    threshold: 0,
    // A failover takes about a minute, and what was hidden meanwhile is delivered 45 s later.
    datapoints: [5, 5],
    // A monitor that cannot read SQS has the alarm buffer-dead-letters.
    missing: keepState,
  };
}
