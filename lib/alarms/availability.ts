/** 99.9 % of the write probes succeed. How fast the rest, the error budget, is used up decides whether it pages. */
import { Duration } from 'aws-cdk-lib';
import type { PipelineMetrics } from '../pipeline-metrics';
import { type AlarmDefinition, below, keepState, warningsOf } from './definition';

/** The share of write probes that must succeed. */
export const availabilityTarget = 0.999;
const errorBudget = 1 - availabilityTarget;

/** Each failed probe, with its fault. */
export const availabilityQuery = warningsOf('monitor');

/** A speed at which the budget is used up, seen over a long window and, so that it ends soon after, over a short one. */
export interface BurnRate {
  readonly name: string;
  readonly urgency: 'page' | 'ticket';
  /** Times the speed that uses up exactly the budget of 30 days. */
  readonly factor: number;
  readonly long: Duration;
  readonly short: Duration;
  /** How much of the budget is gone by then, in words. */
  readonly spent: string;
}

/** CloudWatch evaluates at most one day, and seven where the period is an hour or longer. */
export const burnRates: readonly BurnRate[] = [
  {
    name: 'availability-fast-burn',
    urgency: 'page',
    factor: 14.4,
    long: Duration.hours(1),
    short: Duration.minutes(5),
    spent: "2 % of the month's in an hour",
  },
  {
    name: 'availability-burn',
    urgency: 'page',
    factor: 6,
    long: Duration.hours(6),
    short: Duration.minutes(30),
    spent: "5 % of the month's in six hours",
  },
  {
    name: 'availability-slow-burn',
    urgency: 'ticket',
    factor: 1,
    long: Duration.days(3),
    short: Duration.hours(6),
    spent: "10 % of the month's in three days",
  },
];

/** The two windows of a burn rate; both must be over the rate. */
export function burnRateWindows({ name, factor, long, short }: BurnRate, metrics: PipelineMetrics): AlarmDefinition[] {
  return [long, short].map((window) => ({
    name,
    of: window.toHumanString().replace(' ', '-'),
    urgency: 'part',
    wrong: `Of the write probes of ${window.toHumanString()} more failed than ${factor} times the budget of ${percent(errorBudget)} %.`,
    impact: 'A part of the alarm of the same name, which needs both windows.',
    metric: metrics.monitor('RedisAvailability', { statistic: 'Average', period: window }),
    breaches: below,
    threshold: 1 - failedShare(factor, window, window === long),
    datapoints: [1, 1],
    missing: keepState,
    query: availabilityQuery,
  }));
}

/**
 * With one probe a minute, one failure in an hour already exceeds 14.4 times the budget. A failover causes that and needs
 * no action, so a long window requires at least two failures.
 */
function failedShare(factor: number, window: Duration, long: boolean): number {
  const rate = factor * errorBudget;
  const share = long ? Math.max(rate, 1.5 / window.toMinutes()) : rate;
  return Math.round(share * 1e5) / 1e5;
}

function percent(share: number): number {
  return Math.round(share * 1e4) / 100;
}
