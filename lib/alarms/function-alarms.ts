import { Duration } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { above, type AlarmDefinition, nothingHappened, warningsOf } from './definition';

/** A function of the pipeline, for people and for alarms. */
export interface WatchedFunction {
  /** As in `publisher`. */
  readonly name: string;
  readonly function: LambdaFunction;
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
