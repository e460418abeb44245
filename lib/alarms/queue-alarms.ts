import type { AlarmThresholds } from '../../config/environment';
import { rootQueueIn, type Subscription } from '../../contract/subscriptions';
import type { PipelineMetrics } from '../pipeline-metrics';
import { above, type AlarmDefinition, keepState } from './definition';

/** The alarms of one subscription's queue. */
export function queueAlarms(
  { service, queue }: Subscription,
  settings: AlarmThresholds,
  metrics: PipelineMetrics,
): AlarmDefinition[] {
  return [
    {
      name: 'queue-depth',
      of: service,
      urgency: 'ticket',
      wrong: `More than ${settings.queueDepth} messages wait in ${queue}.`,
      impact: `${service} acts on new models later and later.`,
      metric: metrics.queue(queue, 'QueueDepth', { statistic: 'Minimum' }),
      breaches: above,
      threshold: settings.queueDepth,
      // A burst that is worked off within minutes is what a queue is for.
      datapoints: [5, 5],
      missing: keepState,
      query: undefined,
    },
    {
      name: 'oldest-message',
      of: service,
      urgency: 'page',
      wrong: `A message has waited in ${queue} for more than ${settings.oldestMessageSeconds} s.`,
      impact: `${service} does not act on new models: nothing takes them from its queue.`,
      metric: metrics.queue(queue, 'OldestMessageAge', { statistic: 'Maximum' }),
      breaches: above,
      threshold: settings.oldestMessageSeconds,
      datapoints: [3, 3],
      missing: keepState,
      query: undefined,
    },
    {
      name: 'processing-stuck',
      of: service,
      urgency: 'ticket',
      wrong: `A message of ${queue} has been claimed for more than ${settings.oldestClaimSeconds} s and is not finished.`,
      impact: `${service} does not finish its work on a model.`,
      metric: metrics.queue(queue, 'OldestClaimAge', { statistic: 'Maximum' }),
      breaches: above,
      threshold: settings.oldestClaimSeconds,
      datapoints: [3, 3],
      missing: keepState,
      query: undefined,
    },
    {
      name: 'no-consumer',
      of: service,
      urgency: 'ticket',
      wrong: `No consumer has read ${queue} for more than ${settings.consumerSeenSeconds} s.`,
      impact: `${service} will not act on the next model.`,
      metric: metrics.queue(queue, 'ConsumerAbsence', { statistic: 'Maximum' }),
      breaches: above,
      threshold: settings.consumerSeenSeconds,
      datapoints: [3, 3],
      missing: keepState,
      query: undefined,
    },
    deadLetters(
      {
        of: service,
        queue,
        impact: `${service} will not act on these models until an operator redrives them.`,
      },
      settings,
      metrics,
    ),
  ];
}

/** The alarms of messages in queues that no subscription names. */
export function unsubscribedQueueAlarms(
  subscriptions: readonly Subscription[],
  settings: AlarmThresholds,
  metrics: PipelineMetrics,
): AlarmDefinition[] {
  const root = rootQueueIn(subscriptions);
  const refusedEvents = {
    of: 'refused-events',
    queue: root,
    impact: 'No service receives these models until the registry corrects the events.',
  };
  return [
    {
      name: 'unsubscribed-messages',
      urgency: 'ticket',
      wrong: 'Messages are in a queue that no subscription names.',
      impact: 'No service acts on these models, and they use memory of Redis.',
      metric: metrics.monitor('UnsubscribedMessages', { statistic: 'Minimum' }),
      breaches: above,
      threshold: 0,
      // A consumer that still runs works the queue off.
      datapoints: [5, 5],
      missing: keepState,
      query: undefined,
    },
    ...(subscriptions.some(({ queue }) => queue === root) ? [] : [deadLetters(refusedEvents, settings, metrics)]),
  ];
}

function deadLetters(
  { queue, ...named }: Pick<AlarmDefinition, 'of' | 'impact'> & { readonly queue: string },
  settings: AlarmThresholds,
  metrics: PipelineMetrics,
): AlarmDefinition {
  return {
    name: 'dead-letters',
    ...named,
    urgency: 'ticket',
    wrong: `More than ${settings.deadLetters} messages are in ${queue}:dlq.`,
    metric: metrics.queue(queue, 'DeadLetterDepth', { statistic: 'Maximum' }),
    breaches: above,
    threshold: settings.deadLetters,
    // A dead letter stays, so more datapoints add nothing.
    datapoints: [1, 1],
    missing: keepState,
    query: { name: 'refused events', logsOf: ['publisher'] },
  };
}
