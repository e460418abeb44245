/** How fast the error budget of an objective is used up decides whether it pages. */
import { Duration } from 'aws-cdk-lib';
import type { AlarmDefinition } from './definition';

/** A speed at which the budget is used up, seen over a long window and, so that it ends soon after, over a short one. */
export interface BurnRate {
  readonly name: 'fast-burn' | 'burn' | 'slow-burn';
  readonly urgency: 'page' | 'ticket';
  /** Times the speed that uses up exactly the budget of 30 days. */
  readonly factor: number;
  readonly long: Duration;
  readonly short: Duration;
  /** How much of the budget is gone by then, in words. */
  readonly spent: string;
}

/** CloudWatch evaluates at most one day, and seven where the period is an hour or longer. */
export const burnRates: readonly BurnRate[] = [
  {
    name: 'fast-burn',
    urgency: 'page',
    factor: 14.4,
    long: Duration.hours(1),
    short: Duration.minutes(5),
    spent: "2 % of the month's in an hour",
  },
  {
    name: 'burn',
    urgency: 'page',
    factor: 6,
    long: Duration.hours(6),
    short: Duration.minutes(30),
    spent: "5 % of the month's in six hours",
  },
  {
    name: 'slow-burn',
    urgency: 'ticket',
    factor: 1,
    long: Duration.days(3),
    short: Duration.hours(6),
    spent: "10 % of the month's in three days",
  },
];

/** One of the two windows of a burn rate. */
export interface BurnWindow {
  readonly factor: number;
  readonly period: Duration;
  readonly isLong: boolean;
}

/** A share that must succeed. Its alarms are named after it and the burn rate: `availability-fast-burn`. */
export interface Objective extends Pick<AlarmDefinition, 'name' | 'of' | 'impact' | 'query'> {
  /** What uses up which budget: a sentence without its end, which is {@link BurnRate.spent}. */
  readonly wrong: string;
  /** The alarm of one window. */
  readonly window: (
    window: BurnWindow,
  ) => Pick<AlarmDefinition, 'wrong' | 'metric' | 'breaches' | 'threshold' | 'missing'>;
}

/** The alarm of one burn rate, and those of its two windows; both windows must be over the rate. */
export interface BurnRateAlarm extends Pick<AlarmDefinition, 'name' | 'of' | 'wrong' | 'impact' | 'query'> {
  readonly urgency: BurnRate['urgency'];
  readonly windows: readonly AlarmDefinition[];
}

export function burnRateAlarms({ name: objective, of, wrong, impact, query, window }: Objective): BurnRateAlarm[] {
  return burnRates.map(({ name: rate, urgency, factor, long, short, spent }) => {
    const name = `${objective}-${rate}`;
    const windows = [long, short].map((period): AlarmDefinition => ({
      name,
      of: [period.toHumanString().replace(' ', '-'), ...(of === undefined ? [] : [of])].join('-'),
      urgency: 'part',
      impact: 'A part of the alarm of the same name, which needs both windows.',
      datapoints: [1, 1],
      query,
      ...window({ factor, period, isLong: period === long }),
    }));
    return { name, ...(of === undefined ? {} : { of }), urgency, wrong: `${wrong}: ${spent}.`, impact, query, windows };
  });
}
