/** The alarms on the metrics of a Serverless cache, which has no nodes. */
import { Duration } from 'aws-cdk-lib';
import { serverlessMetric } from '../serverless-metrics';
import type { RedisAccess } from '../redis-access';
import { above, type AlarmDefinition, nothingHappened } from './definition';

type ServerlessAlarm = Pick<AlarmDefinition, 'name' | 'wrong' | 'impact' | 'datapoints'> & {
  readonly metricName: string;
};

const alarms: readonly ServerlessAlarm[] = [
  {
    name: 'redis-throttled',
    wrong: 'ElastiCache Serverless throttles commands.',
    impact: 'Models arrive late: throttled commands fail, and SQS delivers again what was not published.',
    metricName: 'ThrottledCmds',
    datapoints: [2, 3],
  },
  {
    name: 'redis-evictions',
    wrong: 'Redis evicts keys because its memory is full.',
    impact: 'An event whose published id was evicted can be published twice; queues are not evicted.',
    metricName: 'Evictions',
    datapoints: [1, 1],
  },
  {
    name: 'refused-logins',
    wrong: 'Redis refuses passwords of clients.',
    impact: 'A service with a wrong or old password receives no new models.',
    metricName: 'AuthenticationFailures',
    datapoints: [2, 3],
  },
];

/** None for another kind of Redis. */
export function serverlessAlarms({ kind, replicationGroupId }: RedisAccess): AlarmDefinition[] {
  if (kind !== 'serverless' || replicationGroupId === undefined) return [];
  return alarms.map(({ metricName, ...alarm }) => ({
    ...alarm,
    urgency: 'ticket',
    metric: serverlessMetric(replicationGroupId, metricName, { statistic: 'Sum', period: Duration.minutes(5) }),
    breaches: above,
    threshold: 0,
    // ElastiCache publishes no zero for an idle cache.
    missing: nothingHappened,
    query: undefined,
  }));
}
