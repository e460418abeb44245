import { Duration } from 'aws-cdk-lib';
import { type IMetric, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { RedisAccess } from './redis-access';
import { serverlessMetric } from './serverless-metrics';

/** A graph of metrics that AWS publishes of Redis. */
interface ServiceGraph {
  readonly title: string;
  readonly unit: string;
  readonly metrics: IMetric[];
}

const period = Duration.minutes(1);

/** What the monitor cannot see of a Serverless cache or of MemoryDB: for a dashboard; none for other kinds. */
export function redisServiceGraphs({ kind, replicationGroupId: name }: RedisAccess): ServiceGraph[] {
  if (name === undefined) return [];
  if (kind === 'serverless') {
    const read = (metricName: string, statistic: string, label: string): IMetric =>
      serverlessMetric(name, metricName, { statistic, period, label });
    return [
      {
        title: 'Serverless: commands',
        unit: 'count',
        metrics: [
          read('ElastiCacheProcessingUnits', 'Sum', 'ECPUs, which are billed'),
          read('ThrottledCmds', 'Sum', 'throttled commands'),
        ],
      },
      { title: 'Serverless: data', unit: 'bytes', metrics: [read('BytesUsedForCache', 'Maximum', 'stored')] },
      {
        title: 'Serverless: latency',
        unit: 'µs',
        metrics: [
          read('SuccessfulWriteRequestLatency', 'p99', 'writes, p99'),
          read('SuccessfulReadRequestLatency', 'p99', 'reads, p99'),
        ],
      },
    ];
  }
  if (kind !== 'memorydb') return [];
  const read = (metricName: string, statistic: string, label: string): IMetric =>
    new Metric({
      namespace: 'AWS/MemoryDB',
      metricName,
      dimensionsMap: { ClusterName: name },
      statistic,
      period,
      label,
    });
  return [
    { title: 'MemoryDB: busiest node', unit: '%', metrics: [read('EngineCPUUtilization', 'Maximum', 'CPU')] },
    {
      title: 'MemoryDB: fullest node',
      unit: '%',
      metrics: [read('DatabaseMemoryUsagePercentage', 'Maximum', 'memory')],
    },
    {
      title: 'MemoryDB: latency of writes to the transaction log',
      unit: 'µs',
      metrics: [read('SuccessfulWriteRequestLatency', 'p99', 'p99')],
    },
  ];
}
