import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  CustomWidget,
  GraphWidget,
  type IMetric,
  type IWidget,
  LogQueryWidget,
  MathExpression,
  SingleValueWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ConsumerMetric, QueueMetric } from '../contract/metrics';
import type { Alarms } from './alarms/alarms';
import { availabilityTarget } from './alarms/availability';
import type { WatchedFunction } from './alarms/function-alarms';
import { handledInTimeTarget } from './alarms/handled-late';
import type { PipelineQueues } from './ingress';
import { logQueries, queryString } from './log-queries';
import { PipelineMetrics } from './pipeline-metrics';
import type { PipelineSettings } from './pipeline-settings';
import type { RedisAccess } from './redis-access';
import { redisServiceGraphs } from './redis-service-graphs';

/** CloudWatch's grid is 24 wide. */
const fullWidth = 24;
const height = 6;
/** The target of design and users for an event's whole way. */
const endToEndTargetMilliseconds = 2000;

/** The rows of the dashboard. */
export class DashboardRows {
  private readonly metrics: PipelineMetrics;

  constructor(private readonly environment: PipelineSettings) {
    this.metrics = new PipelineMetrics(environment.environment);
  }

  introduction(): IWidget {
    const { environment, alarms } = this.environment;
    const text = [
      `# Model events, ${environment}`,
      'The second row is the pipeline of a registered model, from left to right: **registered → buffered → published → waiting → ' +
        'claimed → dead**. A number that grows shows where it is blocked: the part to its right does not take away.' +
        (alarms.runbookUrl === undefined ? '' : ` Runbook: [runbook](${alarms.runbookUrl}).`),
    ];
    return new TextWidget({ width: fullWidth, height: 3, markdown: text.join('\n') });
  }

  pipeline({ buffer, redeliveries, bufferDeadLetters, undeliverable }: PipelineQueues): IWidget[] {
    const { metrics } = this;
    const now = { statistic: 'Maximum' };
    const inSqs = { ...now, period: Duration.minutes(1) };
    const total = { statistic: 'Sum', period: Duration.hours(1) };
    const parts: [title: string, metrics: IMetric[]][] = [
      ['1 Registered, last hour', [buffer.metricNumberOfMessagesSent({ ...total, label: 'events in' })]],
      [
        '2 Buffered, now',
        [
          buffer.metricApproximateNumberOfMessagesVisible({ ...inSqs, label: 'waiting' }),
          buffer.metricApproximateNumberOfMessagesNotVisible({ ...inSqs, label: 'in flight' }),
          redeliveries.metricApproximateNumberOfMessagesVisible({ ...inSqs, label: 'returned' }),
          redeliveries.metricApproximateNumberOfMessagesNotVisible({ ...inSqs, label: 'returned, in flight' }),
        ],
      ],
      [
        '3 Published, last hour',
        [
          metrics.publisher('MessagesPublished', { ...total, label: 'published' }),
          metrics.publisher('EventsSkipped', { ...total, label: 'not validated' }),
          metrics.publisher('MessagesDeadLettered', { ...total, label: 'refused' }),
        ],
      ],
      ['4 Waiting, now', this.perQueue('QueueDepth')],
      ['5 Claimed, now', this.perQueue('ProcessingDepth')],
      [
        '6 Dead, now',
        [
          ...this.perQueue('DeadLetterDepth'),
          metrics.monitor('UnsubscribedMessages', { ...now, label: 'no subscription' }),
          bufferDeadLetters.metricApproximateNumberOfMessagesVisible({ ...inSqs, label: 'not published' }),
          undeliverable.metricApproximateNumberOfMessagesVisible({ ...inSqs, label: 'not buffered' }),
        ],
      ],
    ];
    return parts.map(
      ([title, metrics]) => new SingleValueWidget({ title, metrics, width: fullWidth / parts.length, height }),
    );
  }

  /** The operations function renders this widget; its buttons invoke it with the viewer's rights. */
  console(operations: IFunction): IWidget[] {
    return [
      new CustomWidget({
        title: 'Console: look into the queues, redrive and discard dead letters, release claims',
        functionArn: operations.functionArn,
        width: fullWidth,
        height: 2 * height,
        updateOnRefresh: true,
        // It shows how it is now, and lays itself out by its width: neither is a reason to ask Redis.
        updateOnResize: false,
        updateOnTimeRangeChange: false,
      }),
    ];
  }

  latency(): IWidget[] {
    const { metrics } = this;
    const { alarms } = this.environment;
    const percentiles = (name: 'PublishLatency' | 'EndToEndLatency'): IMetric[] =>
      ['p50', 'p99'].map((statistic) => metrics.publisher(name, { statistic, label: statistic }));
    return [
      this.graph('Writing a batch into Redis', 'ms', percentiles('PublishLatency'), {
        target: alarms.publishLatencyMilliseconds,
      }),
      this.graph('From the event to its queues', 'ms', percentiles('EndToEndLatency'), {
        target: endToEndTargetMilliseconds,
      }),
      this.graph('A write probe', 'ms', [metrics.monitor('RedisLatency', { statistic: 'Maximum' })]),
    ];
  }

  /** Each stage over time. */
  flow({ buffer, redeliveries }: PipelineQueues): IWidget[] {
    const { metrics } = this;
    const { alarms } = this.environment;
    const sum = { statistic: 'Sum' };
    const period = Duration.minutes(1);
    return [
      this.graph('Events in and out', 'count', [
        buffer.metricNumberOfMessagesSent({ ...sum, period, label: 'registered' }),
        metrics.publisher('MessagesPublished', { ...sum, label: 'published' }),
        metrics.publisher('MessagesDeadLettered', { ...sum, label: 'refused' }),
      ]),
      this.graph('Buffer depth', 'count', [
        buffer.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period, label: 'waiting' }),
        redeliveries.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period, label: 'returned' }),
      ]),
      this.graph(
        'Buffer: oldest event',
        's',
        [buffer.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', period, label: 'age' })],
        { target: alarms.bufferAgeSeconds },
      ),
      this.graph('Waiting', 'count', this.perQueue('QueueDepth'), { target: alarms.queueDepth }),
      this.graph('Claimed', 'count', this.perQueue('ProcessingDepth')),
      this.graph('Publishing failures', 'count', [
        metrics.publisher('PublishFailures', { ...sum, label: 'not taken by Redis' }),
        metrics.publisher('PublishRetries', { ...sum, label: 'tried again' }),
        metrics.publisher('UnreplicatedWrites', { ...sum, label: 'batches without replica' }),
        metrics.publisher('DuplicatesSuppressed', { ...sum, label: 'delivered twice' }),
      ]),
    ];
  }

  /** Messages a minute by service; claims of plain consumers are not counted. */
  throughput(): IWidget[] {
    const width = fullWidth / 2;
    return [
      this.graph('In, by service, per minute', 'messages', this.perQueue('MessagesIncoming'), { width }),
      this.graph('Out, by service, per minute', 'messages', this.perQueue('MessagesClaimed'), { width }),
    ];
  }

  /** Each age with its own limit. */
  ages(): IWidget[] {
    const { oldestMessageSeconds, oldestClaimSeconds, consumerSeenSeconds } = this.environment.alarms;
    return [
      this.graph('Oldest message', 's', this.perQueue('OldestMessageAge'), { target: oldestMessageSeconds }),
      this.graph('Oldest claim', 's', this.perQueue('OldestClaimAge'), { target: oldestClaimSeconds }),
      this.graph('No consumer for', 's', this.perQueue('ConsumerAbsence'), { target: consumerSeenSeconds }),
    ];
  }

  /** Empty without consumers that emit their reports. */
  consumers(): IWidget[] {
    const { metrics } = this;
    const { subscriptions, alarms } = this.environment;
    const perQueue = (name: ConsumerMetric, statistic: string, what = ''): IMetric[] =>
      subscriptions.map(({ service, queue }) =>
        metrics.consumer(queue, name, {
          statistic,
          period: Duration.minutes(5),
          label: [service, what].filter(Boolean).join(': '),
        }),
      );
    return [
      this.graph(
        `From the registration to handled (${handledInTimeTarget}th percentile)`,
        'ms',
        perQueue('RegistrationToHandled', `p${handledInTimeTarget}`),
        { target: alarms.handledWithinSeconds * 1000 },
      ),
      this.graph('Consumers: attempts', 'count', [
        ...perQueue('MessagesHandled', 'Sum', 'handled'),
        ...perQueue('AttemptsFailed', 'Sum', 'failed'),
        ...perQueue('MessagesRetried', 'Sum', 'retried'),
        ...perQueue('MessagesSnoozed', 'Sum', 'snoozed'),
        ...perQueue('MessagesDeadLettered', 'Sum', 'dead-lettered'),
        ...perQueue('ClaimsLost', 'Sum', 'claims lost'),
      ]),
      this.graph('Consumers: busy', '%', perQueue('ConsumerBusy', 'Average')),
    ];
  }

  redis(): IWidget[] {
    const { metrics } = this;
    const maximum = { statistic: 'Maximum' };
    return [
      this.graph('Memory of Redis', '%', [metrics.monitor('MemoryUsedPercent', maximum)], {
        target: this.environment.alarms.memoryUsedPercent,
      }),
      this.graph('Replica behind by', 's', [metrics.monitor('ReplicaLag', maximum)]),
      this.graph('Retries that wait, claims taken back', 'count', [
        ...this.perQueue('DelayedDepth', 'waits'),
        ...this.perQueue('MessagesReclaimed', 'taken back'),
      ]),
    ];
  }

  /** What AWS measures of Redis; empty for an imported one whose name is not known. */
  redisService(redis: RedisAccess): IWidget[] {
    const graphs = redisServiceGraphs(redis);
    const width = fullWidth / Math.max(3, graphs.length);
    return graphs.map(({ title, unit, metrics, target }) => this.graph(title, unit, metrics, { target, width }));
  }

  functions(functions: readonly WatchedFunction[]): IWidget[] {
    const of = (read: (watched: WatchedFunction) => IMetric): IMetric[] => functions.map(read);
    const period = Duration.minutes(5);
    return [
      this.graph(
        'Function errors and throttles',
        'count',
        functions.flatMap(({ name, function: watched }) => [
          watched.metricErrors({ statistic: 'Sum', period, label: `${name}: errors` }),
          watched.metricThrottles({ statistic: 'Sum', period, label: `${name}: throttles` }),
        ]),
      ),
      this.graph(
        'Function calls',
        'count',
        of(({ name, function: watched }) => watched.metricInvocations({ statistic: 'Sum', period, label: name })),
      ),
      this.graph(
        'Function duration (99th percentile)',
        'ms',
        of(({ name, function: watched }) => watched.metricDuration({ statistic: 'p99', period, label: name })),
      ),
    ];
  }

  /** The states of the alarms, and the availability of Redis. */
  status({ page, paging, tickets }: Alarms): IWidget[] {
    const period = Duration.hours(1);
    const succeeded = this.metrics.monitor('RedisAvailability', { statistic: 'Average', period });
    const share = new MathExpression({
      expression: '100 * succeeded',
      usingMetrics: { succeeded },
      period,
      label: 'write probes that succeeded, by the hour',
    });
    const width = fullWidth / 3;
    return [
      new AlarmStatusWidget({ title: 'Pages on-call', alarms: [page, ...paging], width, height }),
      new AlarmStatusWidget({ title: 'Tickets', alarms: [...tickets], width, height }),
      this.graph('Availability of Redis', '%', [share], {
        target: 100 * availabilityTarget,
        range: { min: 99, max: 100 },
      }),
    ];
  }

  logs(logGroups: readonly ILogGroup[]): IWidget[] {
    return [
      new LogQueryWidget({
        title: 'Recent warnings and errors',
        logGroupNames: logGroups.map(({ logGroupName }) => logGroupName),
        queryString: queryString(logQueries['warnings and errors']).toString(),
        width: fullWidth,
        height,
      }),
    ];
  }

  /** The metric of each queue, labelled with its service; `what` distinguishes two metrics in one graph. */
  private perQueue(name: QueueMetric, what = ''): IMetric[] {
    const statistic = name === 'MessagesReclaimed' ? 'Sum' : 'Maximum';
    return this.environment.subscriptions.map(({ service, queue }) =>
      this.metrics.queue(queue, name, { statistic, label: [service, what].filter(Boolean).join(': ') }),
    );
  }

  private graph(
    title: string,
    unit: string,
    left: IMetric[],
    {
      target,
      range = { min: 0 },
      width = fullWidth / 3,
    }: { target?: number | undefined; range?: { min: number; max?: number }; width?: number } = {},
  ): IWidget {
    return new GraphWidget({
      title,
      left,
      width,
      height,
      leftYAxis: { label: unit, showUnits: false, ...range },
      ...(target === undefined ? {} : { leftAnnotations: [{ value: target, label: `limit ${target} ${unit}` }] }),
    });
  }
}
