/** Metrics in the log of `make test-load`, as CloudWatch would have them. */

/** Values with the time at which they were emitted, ms since 1970. */
export type Series = readonly (readonly [ms: number, value: number])[];

interface EmbeddedMetrics extends Readonly<Record<string, unknown>> {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
}

/** The series of a log, by namespace, name and queue. */
export class DashboardData {
  private readonly series = new Map<string, [number, number][]>();
  /** Warnings and errors, as the functions log them. */
  readonly warnings: string[] = [];
  startMs = Infinity;
  endMs = 0;

  /** @param log lines `<time> <program>: <line>` */
  constructor(log: string) {
    for (const line of log.split('\n')) {
      const text = line.replace(/^\S+ [^:]+: /, '');
      if (text.startsWith('{')) this.take(JSON.parse(text) as Readonly<Record<string, unknown>>);
    }
  }

  /** Undefined where nothing in the log measures it, as for SQS, Lambda and ElastiCache. */
  of(namespace: string, name: string, queue?: string): Series | undefined {
    return this.series.get(keyOf(namespace, name, queue));
  }

  private take(line: Readonly<Record<string, unknown>>): void {
    if ('_aws' in line) this.takeMetrics(line as EmbeddedMetrics);
    else if (line['level'] === 'WARN' || line['level'] === 'ERROR') {
      this.warnings.push(`${String(line['timestamp'])} ${line['level']} ${String(line['message'])}`);
    }
  }

  private takeMetrics(line: EmbeddedMetrics): void {
    const { Timestamp: ms, CloudWatchMetrics: groups } = line._aws;
    this.startMs = Math.min(this.startMs, ms);
    this.endMs = Math.max(this.endMs, ms);
    const queue = typeof line['Queue'] === 'string' ? line['Queue'] : undefined;
    for (const { Namespace: namespace, Metrics: metrics } of groups) {
      for (const { Name: name } of metrics) {
        const key = keyOf(namespace, name, queue);
        const found = this.series.get(key) ?? [];
        this.series.set(key, found);
        // One value or several.
        for (const value of [line[name]].flat()) found.push([ms, Number(value)]);
      }
    }
  }
}

const keyOf = (namespace: string, name: string, queue = ''): string => `${namespace} ${name} ${queue}`;

/** A statistic as CloudWatch computes it: `Sum`, `Average`, `Maximum`, or a percentile such as `p99`. */
export function statisticOf(stat: string, values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const sum = sorted.reduce((total, value) => total + value, 0);
  if (stat === 'Sum') return sum;
  if (stat === 'Average') return sum / sorted.length;
  const share = stat === 'Maximum' ? 1 : Number(stat.slice(1)) / 100;
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

/** The statistic of each period that has values. */
export function periodsOf(series: Series, stat: string, periodMs: number): Series {
  const periods = new Map<number, number[]>();
  for (const [ms, value] of series) {
    const start = Math.floor(ms / periodMs) * periodMs;
    const values = periods.get(start) ?? [];
    periods.set(start, values);
    values.push(value);
  }
  return [...periods].sort(([a], [b]) => a - b).map(([start, values]) => [start, statisticOf(stat, values)]);
}
