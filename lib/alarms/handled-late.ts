/** 99 % of the messages are handled within `alarms.handledWithinSeconds` of their registration. */
import { MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { AlarmThresholds } from '../../config/environment';
import type { Subscription } from '../../contract/subscriptions';
import type { PipelineMetrics } from '../pipeline-metrics';
import type { BurnWindow, Objective } from './burn-rate';
import { above, nothingHappened } from './definition';

/** Percent of the messages that must be handled in time. */
export const handledInTimeTarget = 99;
const budgetPercent = 100 - handledInTimeTarget;

/** The objective of one subscription. It has data only if the consumers emit their reports. */
export function handledLate(
  { service, queue }: Subscription,
  { handledWithinSeconds }: AlarmThresholds,
  metrics: PipelineMetrics,
): Objective {
  return {
    name: 'handled-late',
    of: service,
    wrong: `Messages of ${queue} handled later than ${handledWithinSeconds} s after their registration use up what ${handledInTimeTarget} % allows`,
    impact: `${service} acts on new models late.`,
    query: undefined,
    window: (window) => ({
      wrong: `Of the messages of ${queue} handled in ${window.period.toHumanString()} more than ${window.factor * budgetPercent} % were handled later than ${handledWithinSeconds} s after their registration.`,
      metric: lateShare(window, queue, handledWithinSeconds, metrics),
      breaches: above,
      threshold: window.factor * budgetPercent,
      // Without registrations nothing is late; waiting messages have the alarm oldest-message.
      missing: nothingHappened,
    }),
  };
}

/**
 * Percent of the messages that were late. On a quiet day one message, as one that was tried again, exceeds every rate, so a
 * long window requires at least two.
 */
function lateShare(
  { period, isLong }: BurnWindow,
  queue: string,
  handledWithinSeconds: number,
  metrics: PipelineMetrics,
): MathExpression {
  const read = (statistic: string) => metrics.consumer(queue, 'RegistrationToHandled', { statistic, period });
  const inTime = read(Stats.percentileRank(handledWithinSeconds * 1000));
  return isLong
    ? new MathExpression({
        expression: 'IF((100 - inTime) * handled > 150, 100 - inTime, 0)',
        usingMetrics: { inTime, handled: read('SampleCount') },
        period,
      })
    : new MathExpression({ expression: '100 - inTime', usingMetrics: { inTime }, period });
}
