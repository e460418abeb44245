import { Duration } from 'aws-cdk-lib';
import { type IMetric, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { RedisAccess } from './redis-access';
import { nodeMetric, nodesOf, nodeThreshold } from './alarms/node-alarms';
import { serverlessMetric } from './serverless-metrics';

/** A graph of metrics that AWS publishes of Redis. */
interface ServiceGraph {
  readonly title: string;
  readonly unit: string;
  readonly metrics: IMetric[];
  /** Threshold of the alarm on it. */
  readonly target?: number;
}

const period = Duration.minutes(1);

/** Of each node of an ElastiCache group; thresholds are those of the alarms. */
const nodeGraphs = [
  { title: 'ElastiCache: engine CPU', unit: '%', metricName: 'EngineCPUUtilization' },
  { title: 'ElastiCache: memory', unit: '%', metricName: 'DatabaseMemoryUsagePercentage' },
  { title: 'ElastiCache: connections', unit: 'count', metricName: 'CurrConnections' },
  { title: 'ElastiCache: replication lag', unit: 's', metricName: 'ReplicationLag' },
] as const;

/** What AWS measures of Redis, for a dashboard; none for one whose name is not known. */
export function redisServiceGraphs(redis: RedisAccess): ServiceGraph[] {
  const { kind, replicationGroupId: name } = redis;
  if (name === undefined) return [];
  if (kind === 'group' || kind === 'cluster') {
    return nodeGraphs.map(({ title, unit, metricName }) => {
      const target = nodeThreshold(metricName);
      const metrics = nodesOf(redis).map((node) =>
        nodeMetric(kind, name, node, { metricName, statistic: 'Maximum', period, label: node }),
      );
      return { title, unit, metrics, ...(target === undefined ? {} : { target }) };
    });
  }
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
