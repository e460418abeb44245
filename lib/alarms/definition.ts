import { ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { LogQueryName } from '../log-queries';

/** An alarm as data. Its name is its section in docs/runbook.md. */
export interface AlarmDefinition {
  /** As in `queue-depth`. */
  readonly name: string;
  /** Distinguishes alarms of the same name, as in a service's name. */
  readonly of?: string;
  /** The function version that it is about, which ends its name: the alarm of a new version begins without a state. */
  readonly version?: string;
  /** What is wrong: a sentence. */
  readonly wrong: string;
  /** The impact on users: a sentence. */
  readonly impact: string;
  /** `page`: a part of the composite that pages on-call. `ticket`: it can wait for working hours. `part`: of another composite, or of a deployment. */
  readonly urgency: 'page' | 'ticket' | 'part';
  readonly metric: IMetric;
  readonly breaches: Comparison;
  readonly threshold: number;
  /** M and N of "M datapoints out of N". */
  readonly datapoints: readonly [m: number, n: number];
  readonly missing: TreatMissingData;
  /** The query that shows the cause; undefined if the functions' logs do not show it. */
  readonly query: AlarmQuery | undefined;
}

/** A saved query, run over the logs of functions. */
export interface AlarmQuery {
  readonly name: LogQueryName;
  /** Names of functions, as in `publisher`. */
  readonly logsOf: readonly string[];
}

/** Warnings and errors of these functions. */
export const warningsOf = (...logsOf: readonly string[]): AlarmQuery => ({ name: 'warnings and errors', logsOf });

export const above = ComparisonOperator.GREATER_THAN_THRESHOLD;
export const below = ComparisonOperator.LESS_THAN_THRESHOLD;
type Comparison = typeof above | typeof below;

/**
 * How an alarm treats missing data:
 * `nothingHappened` if the metric is emitted only when something happens;
 * `keepState` for the monitor's metrics: other alarms cover a silent monitor and an unreachable Redis;
 * `worst` if the absence itself is a fault.
 */
export const nothingHappened = TreatMissingData.NOT_BREACHING;
export const keepState = TreatMissingData.IGNORE;
export const worst = TreatMissingData.BREACHING;
