import { environmentDimension, metricNamespace, type MetricUnit } from '../../contract/metrics';

/** Values of one EMF line, at most: CloudWatch ignores what stands behind them. */
const mostValues = 100;

/** A metric's value, or all its values of one invocation; nothing where it could not be measured. */
type Measured = number | readonly number[] | undefined;

/** Metrics of one function in CloudWatch's embedded metric format: log lines that CloudWatch makes metrics of. */
export class Metrics<Name extends string> {
  /** @param environment the dimension that every metric has. */
  constructor(
    private readonly environment: string,
    private readonly definitions: Readonly<Record<Name, { readonly unit: MetricUnit }>>,
  ) {}

  /**
   * Writes one line, or more where a metric has more values than a line may have; none where nothing was measured.
   * @param dimensions those that these values have besides.
   */
  emit(values: Readonly<Partial<Record<Name, Measured>>>, dimensions: Readonly<Record<string, string>> = {}): void {
    const known: Partial<Record<Name, number | readonly number[]>> = {};
    const rest: Partial<Record<Name, readonly number[]>> = {};
    for (const name in values) {
      const value = values[name];
      if (value === undefined || (typeof value === 'object' && value.length === 0)) continue;
      if (typeof value === 'object' && value.length > mostValues) rest[name] = value.slice(mostValues);
      known[name] = typeof value === 'object' ? value.slice(0, mostValues) : value;
    }
    const names = Object.keys(known) as Name[];
    if (names.length === 0) return;
    const all = { [environmentDimension]: this.environment, ...dimensions };
    const directive = {
      Namespace: metricNamespace,
      Dimensions: [Object.keys(all)],
      Metrics: names.map((name) => ({ Name: name, Unit: this.definitions[name].unit })),
    };
    const line = { _aws: { Timestamp: Date.now(), CloudWatchMetrics: [directive] }, ...all, ...known };
    process.stdout.write(`${JSON.stringify(line)}\n`);
    this.emit(rest, dimensions);
  }
}
