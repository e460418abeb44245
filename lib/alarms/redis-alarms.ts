import { Duration } from 'aws-cdk-lib';
import type { AlarmThresholds } from '../../config/environment';
import type { PipelineMetrics } from '../pipeline-metrics';
import type { RedisAccess } from '../redis-access';
import { above, type AlarmDefinition, below, keepState, warningsOf, worst } from './definition';

/** The alarms of Redis itself, and of the monitor that watches it. */
export function redisAlarms(
  settings: AlarmThresholds,
  metrics: PipelineMetrics,
  { kind, iam }: RedisAccess,
): AlarmDefinition[] {
  const alarms: AlarmDefinition[] = [
    {
      name: 'redis-down',
      urgency: 'page',
      wrong: 'Redis has refused the write probe or was unreachable for three minutes.',
      impact: 'Services receive no new models and cannot finish claimed messages; registrations stay in the buffer.',
      // One success in a minute would do.
      metric: metrics.monitor('RedisAvailability', { statistic: 'Maximum' }),
      breaches: below,
      threshold: 1,
      // A failover takes about a minute and needs no action.
      datapoints: [3, 3],
      missing: keepState,
      query: warningsOf('monitor'),
    },
    {
      name: 'monitor-silent',
      urgency: 'page',
      wrong: 'The monitor has emitted no metrics for five minutes.',
      impact:
        'No impact on services yet, but expired leases are not reclaimed, retries wait, and other alarms have no data.',
      metric: metrics.monitor('RedisAvailability', { statistic: 'SampleCount' }),
      breaches: below,
      threshold: 1,
      datapoints: [5, 5],
      // A function that does not run emits no zero.
      missing: worst,
      query: warningsOf('monitor'),
    },
    {
      name: 'redis-memory',
      urgency: 'ticket',
      wrong: `Redis uses more than ${settings.memoryUsedPercent} % of its memory.`,
      impact: 'No impact yet: a full Redis refuses new messages.',
      metric: metrics.monitor('MemoryUsedPercent', { statistic: 'Maximum' }),
      breaches: above,
      threshold: settings.memoryUsedPercent,
      datapoints: [5, 5],
      missing: keepState,
      query: undefined,
    },
    {
      name: 'eviction-policy',
      urgency: 'ticket',
      wrong: "Redis' eviction policy is not noeviction: a full Redis evicts keys.",
      impact: 'No impact yet: with a full Redis events could be published twice, or messages be lost.',
      metric: metrics.monitor('EvictionPolicySafe', { statistic: 'Minimum' }),
      breaches: below,
      threshold: 1,
      datapoints: [5, 5],
      missing: keepState,
      query: undefined,
    },
    {
      name: 'token-age',
      urgency: 'ticket',
      wrong: `The token of Redis has not been rotated for ${settings.tokenAgeDays} days.`,
      impact: 'No impact on services; who has read the token can still use it.',
      metric: metrics.monitor('TokenAgeDays', { statistic: 'Maximum', period: Duration.hours(1) }),
      breaches: above,
      threshold: settings.tokenAgeDays,
      datapoints: [1, 1],
      missing: keepState,
      query: undefined,
    },
  ];
  // A Serverless cache has a fixed policy, which evicts published ids only: redis-evictions reports that it does.
  // With IAM no token is stored.
  const without = [...(kind === 'serverless' ? ['eviction-policy'] : []), ...(iam === undefined ? [] : ['token-age'])];
  return alarms.filter(({ name }) => !without.includes(name));
}
