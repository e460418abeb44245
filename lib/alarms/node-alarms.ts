/** The alarms on the metrics that ElastiCache and MemoryDB publish of each node: what the monitor's connection does not show. */
import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, type MetricProps } from 'aws-cdk-lib/aws-cloudwatch';
import type { CreatedRedisKind } from '../../config/environment';
import type { RedisAccess } from '../redis-access';
import { above, type AlarmDefinition, nothingHappened } from './definition';

interface NodeAlarm extends Pick<AlarmDefinition, 'name' | 'wrong' | 'impact' | 'threshold' | 'datapoints'> {
  readonly metricName: string;
  readonly statistic: string;
}

/** Thresholds: "Which Metrics Should I Monitor?" in the guides of ElastiCache and MemoryDB. */
const alarmsOfNode: readonly NodeAlarm[] = [
  {
    name: 'redis-cpu',
    wrong: 'The thread of Redis that executes commands is busy for more than 80 % of the time.',
    impact: 'No impact yet: commands wait for each other, and models arrive later.',
    metricName: 'EngineCPUUtilization',
    statistic: 'Average',
    threshold: 80,
    datapoints: [3, 3],
  },
  {
    name: 'redis-connections',
    wrong: 'Redis has more than 10,000 connections.',
    impact: 'No impact yet: at its limit Redis refuses new connections.',
    metricName: 'CurrConnections',
    statistic: 'Maximum',
    threshold: 10_000,
    datapoints: [3, 3],
  },
  {
    name: 'redis-evictions',
    wrong: 'Redis evicts keys because its memory is full.',
    impact: 'Messages can be lost, or events be published twice.',
    metricName: 'Evictions',
    statistic: 'Sum',
    threshold: 0,
    datapoints: [1, 1],
  },
  {
    name: 'replica-lag',
    wrong: 'A replica is more than 30 s behind the primary.',
    impact: 'A failover to this replica loses what it has not received; SQS delivers unconfirmed registrations again.',
    metricName: 'ReplicationLag',
    statistic: 'Maximum',
    threshold: 30,
    datapoints: [2, 2],
  },
  {
    name: 'refused-logins',
    wrong: 'Redis refuses tokens of clients.',
    impact: 'A service with a wrong or old token receives no new models.',
    metricName: 'AuthenticationFailures',
    statistic: 'Sum',
    threshold: 0,
    datapoints: [2, 3],
  },
];

/** Where a service publishes the metrics of nodes, and what differs in its nodes. */
interface NodeMetrics {
  readonly namespace: string;
  readonly dimensionsOf: (name: string, node: string) => Record<string, string>;
  /** 1 for a primary, 0 for a replica. */
  readonly isPrimary: string;
  /** Impacts that differ, by the alarm's name. */
  readonly impacts: Readonly<Record<string, string>>;
}

const elastiCache: NodeMetrics = {
  namespace: 'AWS/ElastiCache',
  dimensionsOf: (name, node) => ({ CacheClusterId: `${name}-${node}` }),
  isPrimary: 'IsMaster',
  impacts: {},
};

/** "Metrics for MemoryDB" in its guide. Replicas read the transaction log, which has every confirmed write. */
const memoryDb: NodeMetrics = {
  namespace: 'AWS/MemoryDB',
  dimensionsOf: (name, node) => ({ ClusterName: name, NodeName: `${name}-${node}` }),
  isPrimary: 'IsPrimary',
  impacts: {
    'replica-lag': 'A failover to this replica takes longer; the transaction log has every confirmed write.',
    'redis-failover': 'Models arrived up to a minute late; no confirmed write is lost.',
  },
};

const metricsOf: Readonly<Record<Exclude<CreatedRedisKind, 'serverless'>, NodeMetrics>> = {
  group: elastiCache,
  cluster: elastiCache,
  memorydb: memoryDb,
};

/** The nodes as AWS names them: of a group `001` and so on after its name, in cluster mode `0001-001`. */
export function nodesOf({ replicas, shards }: RedisAccess): string[] {
  const inShard = numbers(replicas + 1, 3);
  return shards === undefined
    ? inShard
    : numbers(shards, 4).flatMap((shard) => inShard.map((node) => `${shard}-${node}`));
}

/** A metric that AWS publishes of one node. */
export function nodeMetric(
  kind: keyof typeof metricsOf,
  name: string,
  node: string,
  options: Pick<MetricProps, 'metricName' | 'statistic' | 'period' | 'label'>,
): Metric {
  const { namespace, dimensionsOf } = metricsOf[kind];
  return new Metric({ namespace, dimensionsMap: dimensionsOf(name, node), ...options });
}

/** The threshold of the alarm on a metric of a node; undefined if it has none. */
export const nodeThreshold = (metricName: string): number | undefined =>
  alarmsOfNode.find((alarm) => alarm.metricName === metricName)?.threshold;

/** One alarm of each kind for each node, as each can become the primary. AWS publishes these metrics by node only. */
export function nodeAlarms(redis: RedisAccess): AlarmDefinition[] {
  const { kind, replicationGroupId } = redis;
  if (replicationGroupId === undefined || kind === 'serverless') return [];
  const { isPrimary, impacts } = metricsOf[kind];
  return nodesOf(redis).flatMap((node) => {
    const read = (metricName: string, statistic: string, period: Duration): Metric =>
      nodeMetric(kind, replicationGroupId, node, { metricName, statistic, period });
    const each = {
      of: node,
      urgency: 'ticket',
      breaches: above,
      // A node that is being replaced has no metrics; the monitor watches Redis as a whole.
      missing: nothingHappened,
      query: undefined,
    } as const;
    const alarms = [
      ...alarmsOfNode.map(({ metricName, statistic, ...alarm }): AlarmDefinition => ({
        ...each,
        ...alarm,
        metric: read(metricName, statistic, Duration.minutes(5)),
      })),
      { ...each, ...failover(node, read(isPrimary, 'Maximum', failoverPeriod)) },
    ];
    return alarms.map((alarm) => ({ ...alarm, impact: impacts[alarm.name] ?? alarm.impact }));
  });
}

/** ElastiCache and MemoryDB publish their metrics once a minute. */
const failoverPeriod = Duration.minutes(1);

/**
 * ElastiCache sends the events of nodes to an SNS topic of the replication group only, not to EventBridge ("Metrics and events
 * for node-based Valkey and Redis OSS clusters" in the ElastiCache guide). `IsMaster`, 1 for the primary and 0 for a replica, shows a
 * failover of an imported Redis too.
 */
function failover(
  node: string,
  isPrimary: Metric,
): Pick<AlarmDefinition, 'name' | 'wrong' | 'impact' | 'metric' | 'threshold' | 'datapoints'> {
  return {
    name: 'redis-failover',
    wrong: `Node ${node} of Redis has become the primary.`,
    impact: 'Models arrived up to a minute late; messages that no replica had confirmed are delivered again by SQS.',
    metric: new MathExpression({
      expression: 'DIFF(isPrimary)',
      usingMetrics: { isPrimary },
      period: failoverPeriod,
    }),
    threshold: 0,
    datapoints: [1, 1],
  };
}

/** `001`, `002` and so on. */
function numbers(count: number, digits: number): string[] {
  return Array.from({ length: count }, (_, index) => String(index + 1).padStart(digits, '0'));
}
