import type { AlarmSettings } from '../../config/environment';
import type { PipelineMetrics } from '../pipeline-metrics';
import { above, type AlarmDefinition, below, stateStands, worst } from './definition';

/** The alarms of Redis itself, and of the monitor that watches it. */
export function redisAlarms(settings: AlarmSettings, metrics: PipelineMetrics): AlarmDefinition[] {
  return [
    {
      name: 'redis-down',
      urgency: 'page',
      wrong: 'Redis has refused the write probe, or was not reached, for three minutes.',
      impact: 'No service hears of new models or gets on with the ones it knows; registrations are kept in the buffer.',
      // One success in a minute would do.
      metric: metrics.monitor('RedisAvailability', { statistic: 'Maximum' }),
      breaches: below,
      threshold: 1,
      // A failover takes about a minute and needs nobody.
      datapoints: [3, 3],
      missing: stateStands,
    },
    {
      name: 'monitor-silent',
      urgency: 'page',
      wrong: 'The monitor has reported nothing for five minutes.',
      impact:
        'No impact on services yet, but lost leases are not taken back, retries wait, and the other alarms see nothing.',
      metric: metrics.monitor('RedisAvailability', { statistic: 'SampleCount' }),
      breaches: below,
      threshold: 1,
      datapoints: [5, 5],
      // A function that does not run emits no zero.
      missing: worst,
    },
    {
      name: 'redis-memory',
      urgency: 'ticket',
      wrong: `Redis uses more than ${settings.memoryUsedPercent} % of its memory.`,
      impact: 'No impact yet: a full Redis takes no new messages.',
      metric: metrics.monitor('MemoryUsedPercent', { statistic: 'Maximum' }),
      breaches: above,
      threshold: settings.memoryUsedPercent,
      datapoints: [5, 5],
      missing: stateStands,
    },
    {
      name: 'eviction-policy',
      urgency: 'ticket',
      wrong: "Redis' eviction policy is not noeviction: a full Redis would throw keys away.",
      impact: 'No impact yet: with a full Redis events could be published twice, or messages be lost.',
      metric: metrics.monitor('EvictionPolicySafe', { statistic: 'Minimum' }),
      breaches: below,
      threshold: 1,
      datapoints: [5, 5],
      missing: stateStands,
    },
  ];
}
