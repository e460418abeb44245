import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Alias, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { above, type AlarmDefinition, nothingHappened, warningsOf } from './definition';

/** A function of the pipeline, for people and for alarms. */
export interface WatchedFunction {
  /** As in `publisher`. */
  readonly name: string;
  readonly function: LambdaFunction;
  /** Its alias, if CodeDeploy moves invocations to new versions. @default every change applies at once */
  readonly live?: Alias;
  /** The impact on users when it fails: a sentence. */
  readonly impact: string;
  /** Runs so seldom that each failure counts. @default false */
  readonly rare?: boolean;
  /** Its errors page on-call. @default false */
  readonly errorsPage?: boolean;
}

const period = Duration.minutes(5);

/** Errors and throttles of one function. Lambda emits both metrics, only for invocations. */
export function functionAlarms({
  name,
  impact,
  rare = false,
  errorsPage = false,
  function: watched,
}: WatchedFunction): AlarmDefinition[] {
  // What runs all the time is called again; what runs once a month is not.
  const datapoints: AlarmDefinition['datapoints'] = rare ? [1, 1] : [2, 3];
  const both = {
    of: name,
    urgency: 'ticket',
    impact,
    breaches: above,
    threshold: 0,
    datapoints,
    missing: nothingHappened,
  } as const;
  return [
    {
      ...both,
      name: 'function-errors',
      urgency: errorsPage ? 'page' : 'ticket',
      wrong: `The ${name} function ends with errors: it crashes, or runs out of time or memory.`,
      metric: watched.metricErrors({ statistic: 'Sum', period }),
      query: warningsOf(name),
    },
    {
      ...both,
      name: 'function-throttles',
      wrong: `Lambda refuses calls of the ${name} function: the account's concurrency is used up.`,
      metric: watched.metricThrottles({ statistic: 'Sum', period }),
      query: undefined,
    },
  ];
}

/** A minute is the shortest period of Lambda's metrics: a canary of five minutes is over soon. */
const deploymentPeriod = Duration.minutes(1);

/**
 * Errors and slow invocations of the newest version alone, for CodeDeploy. Alarms on the whole function would keep a fix from
 * being deployed: CodeDeploy deploys nothing while one of its alarms is in ALARM.
 */
export function deploymentAlarms({ name, live, function: watched }: WatchedFunction): AlarmDefinition[] {
  if (live === undefined) return [];
  const { version } = live.version;
  const timeout = watched.timeout ?? Duration.seconds(3);
  const slowMilliseconds = timeout.toMilliseconds() / 2;
  const metric = (metricName: string, statistic: string): Metric =>
    new Metric({
      namespace: 'AWS/Lambda',
      metricName,
      statistic,
      period: deploymentPeriod,
      dimensionsMap: {
        FunctionName: watched.functionName,
        Resource: `${watched.functionName}:${live.aliasName}`,
        ExecutedVersion: version,
      },
    });
  const both = {
    name: 'deployment',
    version,
    urgency: 'part',
    impact: 'A deployment of this version is rolled back.',
    breaches: above,
    datapoints: [1, 1],
    missing: nothingHappened,
    query: warningsOf(name),
  } as const;
  return [
    {
      ...both,
      of: `errors-${name}`,
      wrong: `The newest version of the ${name} function ends with errors.`,
      metric: metric('Errors', 'Sum'),
      threshold: 0,
    },
    {
      ...both,
      of: `latency-${name}`,
      wrong: `The newest version of the ${name} function takes longer than ${slowMilliseconds} ms, half of its time-out (90th percentile).`,
      metric: metric('Duration', 'p90'),
      threshold: slowMilliseconds,
    },
  ];
}
