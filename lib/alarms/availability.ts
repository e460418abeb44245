/** 99.9 % of the write probes succeed. */
import type { PipelineMetrics } from '../pipeline-metrics';
import type { BurnWindow, Objective } from './burn-rate';
import { below, keepState, warningsOf } from './definition';

/** The share of write probes that must succeed. */
export const availabilityTarget = 0.999;
const errorBudget = 1 - availabilityTarget;

export function availability(metrics: PipelineMetrics): Objective {
  return {
    name: 'availability',
    wrong: 'Failed write probes use up what 99.9 % allows',
    impact: 'New models reach the services late, again and again.',
    // Each failed probe, with its fault.
    query: warningsOf('monitor'),
    window: (window) => ({
      wrong: `Of the write probes of ${window.period.toHumanString()} more failed than ${window.factor} times the budget of ${percent(errorBudget)} %.`,
      metric: metrics.monitor('RedisAvailability', { statistic: 'Average', period: window.period }),
      breaches: below,
      threshold: 1 - failedShare(window),
      missing: keepState,
    }),
  };
}

/**
 * With one probe a minute, one failure in an hour already exceeds 14.4 times the budget. A failover causes that and needs
 * no action, so a long window requires at least two failures.
 */
function failedShare({ factor, period, isLong }: BurnWindow): number {
  const rate = factor * errorBudget;
  const share = isLong ? Math.max(rate, 1.5 / period.toMinutes()) : rate;
  return Math.round(share * 1e5) / 1e5;
}

function percent(share: number): number {
  return Math.round(share * 1e4) / 100;
}
