/** Alarm conditions, evaluated on the metrics that the functions emit. */
import { publisherMetrics, monitorMetrics, type MonitorMetric, type PublisherMetric } from '../../contract/metrics';

/** A value of a metric that an alarm would count as a breach. */
export interface AlarmCondition {
  /** `Errors` is Lambda's own: an invocation without an answer. */
  readonly metric: MonitorMetric | PublisherMetric | 'Errors';
  readonly is: 'above' | 'below';
  readonly threshold: number;
}

export function above(metric: AlarmCondition['metric'], threshold: number): AlarmCondition {
  return { metric, is: 'above', threshold };
}

export function below(metric: AlarmCondition['metric'], threshold: number): AlarmCondition {
  return { metric, is: 'below', threshold };
}

/** As in `RedisAvailability < 1`. */
export function textOf({ metric, is, threshold }: AlarmCondition): string {
  return `${metric} ${is === 'above' ? '>' : '<'} ${threshold}`;
}

const names = new Set<string>([...Object.keys(publisherMetrics), ...Object.keys(monitorMetrics)]);

/** Collects what the functions emit. */
export class EmittedMetrics {
  private values: { readonly metric: string; readonly value: number }[] = [];

  /** A line of a function's output; lines without EMF are ignored. */
  take(line: string): void {
    if (!line.startsWith('{"_aws"')) return;
    for (const [metric, value] of Object.entries(JSON.parse(line) as Record<string, unknown>)) {
      if (names.has(metric)) for (const each of [value].flat()) this.values.push({ metric, value: Number(each) });
    }
  }

  /** A metric that only AWS emits. */
  add(metric: 'Errors', value: number): void {
    this.values.push({ metric, value });
  }

  /** Discards the values so far. */
  begin(): void {
    this.values = [];
  }

  /** The sum of the values since `begin()`. */
  sum(metric: AlarmCondition['metric']): number {
    return this.values.reduce((sum, each) => (each.metric === metric ? sum + each.value : sum), 0);
  }

  /** Whether a value since `begin()` meets the condition. */
  met({ metric, is, threshold }: AlarmCondition): boolean {
    return this.values.some(
      (each) => each.metric === metric && (is === 'above' ? each.value > threshold : each.value < threshold),
    );
  }
}
