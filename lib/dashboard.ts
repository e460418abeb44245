import { Duration, Stack } from 'aws-cdk-lib';
import { Dashboard as CloudWatchDashboard, PeriodOverride } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Alarms } from './alarms/alarms';
import type { WatchedFunction } from './alarms/function-alarms';
import { DashboardRows } from './dashboard-rows';
import type { PipelineQueues } from './ingress';
import type { PipelineSettings } from './pipeline-settings';
import type { RedisAccess } from './redis-access';

export interface DashboardProps {
  readonly environment: PipelineSettings;
  readonly queues: PipelineQueues;
  readonly redis: RedisAccess;
  readonly functions: readonly WatchedFunction[];
  /** The function that shows the console, and does what is pressed in it. */
  readonly operations: IFunction;
  /** Of all functions, for the list of warnings and errors. */
  readonly logGroups: readonly ILogGroup[];
  readonly alarms: Alarms;
}

/** One page: what is wrong, the pipeline from left to right, then each stage over time. */
export class Dashboard extends Construct {
  readonly dashboard: CloudWatchDashboard;

  private readonly environment: PipelineSettings;

  /** Where a person opens it. */
  get url(): string {
    const { region } = Stack.of(this);
    return `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/model-events-${this.environment.environment}`;
  }

  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    this.environment = props.environment;
    const rows = new DashboardRows(props.environment);
    this.dashboard = new CloudWatchDashboard(this, 'Dashboard', {
      dashboardName: `model-events-${props.environment.environment}`,
      defaultInterval: Duration.hours(3),
      // The functions count by the minute; a longer automatic period would add some counts up and average others.
      periodOverride: PeriodOverride.INHERIT,
      widgets: [
        [rows.introduction()],
        rows.status(props.alarms),
        rows.pipeline(props.queues),
        rows.console(props.operations),
        rows.flow(props.queues),
        rows.throughput(),
        rows.ages(),
        rows.latency(),
        rows.consumers(),
        rows.redis(),
        ...[rows.redisService(props.redis)].filter((row) => row.length > 0),
        rows.functions(props.functions),
        rows.logs(props.logGroups),
      ],
    });
  }
}
