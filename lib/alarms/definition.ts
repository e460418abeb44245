import { ComparisonOperator, type Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';

/** An alarm as data. Its name is its section in docs/runbook.md. */
export interface AlarmDefinition {
  /** As in `queue-depth`. */
  readonly name: string;
  /** Which of several it is, as in a service's name; left out where there is one alarm of the name. */
  readonly of?: string;
  /** What is wrong: a sentence. */
  readonly wrong: string;
  /** What users feel: a sentence. */
  readonly impact: string;
  /** `page`: a part of the composite that pages on-call. `ticket`: it can wait for working hours. `part`: of another composite. */
  readonly urgency: 'page' | 'ticket' | 'part';
  readonly metric: Metric;
  readonly breaches: Comparison;
  readonly threshold: number;
  /** M and N of "M datapoints out of N". */
  readonly datapoints: readonly [m: number, n: number];
  readonly missing: TreatMissingData;
}

export const above = ComparisonOperator.GREATER_THAN_THRESHOLD;
export const below = ComparisonOperator.LESS_THAN_THRESHOLD;
type Comparison = typeof above | typeof below;

/**
 * What missing data means. Each alarm chooses one of them:
 * `nothingHappened` where the metric is there only when something happens;
 * `stateStands` where the monitor measures: while it is silent, or Redis away, nobody knows better than before, and an
 * alarm of its own says that;
 * `worst` where the absence itself is what must be known.
 */
export const nothingHappened = TreatMissingData.NOT_BREACHING;
export const stateStands = TreatMissingData.IGNORE;
export const worst = TreatMissingData.BREACHING;
