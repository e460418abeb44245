/** What is lost, or fails for good, before the publisher and at its refusal. */
import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { eventBusName, registrationRule } from '../../contract/event-source';
import type { PipelineMetrics } from '../pipeline-metrics';
import type { PipelineSettings } from '../pipeline-settings';
import { above, type AlarmDefinition, nothingHappened } from './definition';

const period = Duration.minutes(5);
const once = { breaches: above, threshold: 0, datapoints: [1, 1], missing: nothingHappened } as const;

/** The rule of registrations, and the events that the publisher refuses. */
export function deliveryAlarms({ environment }: PipelineSettings, metrics: PipelineMetrics): AlarmDefinition[] {
  return [
    {
      ...once,
      name: 'lost-events',
      urgency: 'page',
      wrong: 'EventBridge could write registrations neither to the buffer nor to its dead letter queue.',
      impact: 'No service receives these models; only the archive has them.',
      metric: ruleMetric('InvocationsFailedToBeSentToDlq', environment),
      query: undefined,
    },
    {
      ...once,
      // The depth of the dead letter queue shows it too, while the monitor runs and nobody has emptied the queue.
      name: 'undeliverable-events',
      of: 'rule',
      urgency: 'ticket',
      wrong: 'EventBridge gave up deliveries of registrations to the buffer.',
      impact: 'No service receives these models until an operator sends them again; SQS deletes them after 14 days.',
      metric: ruleMetric('FailedInvocations', environment),
      query: undefined,
    },
    {
      ...once,
      // The alarm dead-letters stays on while dead letters remain, so that it does not announce the next one.
      name: 'refused-events',
      urgency: 'ticket',
      wrong: 'The publisher refused registrations that break the contract.',
      impact: 'No service receives these models until the registry registers them again.',
      metric: metrics.publisher('MessagesDeadLettered', { statistic: 'Sum', period }),
      query: { name: 'refused events', logsOf: ['publisher'] },
    },
  ];
}

/** With both dimensions a metric is that of a rule on a custom bus: "Monitoring Amazon EventBridge". */
function ruleMetric(metricName: string, environment: string): Metric {
  return new Metric({
    namespace: 'AWS/Events',
    metricName,
    dimensionsMap: { EventBusName: eventBusName(environment), RuleName: registrationRule },
    statistic: 'Sum',
    period,
  });
}
