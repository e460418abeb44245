import { Duration } from 'aws-cdk-lib';
import type { MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { above, type AlarmDefinition, nothingHappened, warningsOf } from './definition';

/** Its composite: returned registrations stay, and not only because replicas are missing. */
export const backlog = {
  name: 'buffer-backlog',
  wrong:
    'Registrations that the publisher returned to SQS have not been published for five minutes of nine, and not only because replicas are missing.',
  impact: 'No service receives these models, or any new model if the publisher publishes none.',
  query: warningsOf('publisher'),
} as const;

/**
 * What the publisher returned, waiting and in flight. SQS leaves a message that was received three times or more out of
 * `ApproximateAgeOfOldestMessage` until it is deleted ("Available CloudWatch metrics for Amazon SQS"), so the age of the
 * oldest message is silent while a publisher receives and fails; so is `PublishFailures` if it crashes.
 *
 * Two alarms instead of one on the sum: SQS reports messages in flight only while there are some, and a sum with a missing
 * value is missing. A message that stays is one of the two in each minute, so one of them has five of nine.
 */
export function backlogDepths(redeliveries: IQueue): AlarmDefinition[] {
  const reading: MetricOptions = { statistic: 'Maximum', period: Duration.minutes(1) };
  return [
    { of: 'waiting', metric: redeliveries.metricApproximateNumberOfMessagesVisible(reading) },
    { of: 'in-flight', metric: redeliveries.metricApproximateNumberOfMessagesNotVisible(reading) },
  ].map((depth) => ({
    ...backlog,
    ...depth,
    urgency: 'part',
    impact: 'A part of the alarm of the same name, which is off while only replicas are missing.',
    breaches: above,
    threshold: 0,
    // A failover takes about a minute, and what was hidden meanwhile is delivered 45 s later.
    datapoints: [5, 9],
    missing: nothingHappened,
  }));
}
