/** A sample of times in milliseconds. */

/** Median and 99th percentile, ms; undefined without a sample. */
export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

export function percentilesOf(times: Iterable<number>): Percentiles | undefined {
  const sorted = Float64Array.from(times).sort();
  const [p50, p99] = [0.5, 0.99].map((share) => sorted[Math.ceil(sorted.length * share) - 1]);
  return p50 === undefined || p99 === undefined ? undefined : { p50, p99 };
}

/** Collects PublishLatency from the publisher's log. */
export class PublishLatencies {
  private times: number[] = [];

  /** A line of the publisher's output; lines without the metric are ignored. */
  take(line: string): void {
    if (!line.startsWith('{"_aws"')) return;
    const { PublishLatency: values } = JSON.parse(line) as { PublishLatency?: number | number[] };
    if (values !== undefined) for (const each of [values].flat()) this.times.push(each);
  }

  /** Of all since the last call. */
  percentiles(): Percentiles | undefined {
    const times = this.times;
    this.times = [];
    return percentilesOf(times);
  }
}
