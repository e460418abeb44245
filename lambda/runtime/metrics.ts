import { Metrics, MetricUnit as PowertoolsUnit } from '@aws-lambda-powertools/metrics';
import { environmentDimension, metricNamespace, type MetricUnit } from '../../contract/metrics';

/** A metric's value, or all its values of one invocation; undefined where it could not be measured. */
type Measured = number | readonly number[] | undefined;

/** One function's metrics in CloudWatch's embedded metric format, under the names, units and dimensions of `contract/metrics.ts`. */
export class FunctionMetrics<Name extends string> {
  private readonly metrics: Metrics;

  /** @param environment value of the dimension that every metric has */
  constructor(
    environment: string,
    private readonly definitions: Readonly<Record<Name, { readonly unit: MetricUnit }>>,
  ) {
    this.metrics = new Metrics({ namespace: metricNamespace });
    // Powertools adds a dimension `service`, which the alarms do not have.
    this.metrics.clearDefaultDimensions();
    this.metrics.setDefaultDimensions({ [environmentDimension]: environment });
  }

  /**
   * Writes the values; nothing where none was measured. A metric with 100 values or more takes several lines, so name it first:
   * the others then stay together in the last one.
   * @param dimensions those that these values have besides the environment
   */
  emit(values: Readonly<Partial<Record<Name, Measured>>>, dimensions: Readonly<Record<string, string>> = {}): void {
    const own = Object.entries(dimensions);
    try {
      for (const name in values) {
        const unit = PowertoolsUnit[this.definitions[name].unit];
        const measured: Measured = values[name];
        for (const value of typeof measured === 'number' ? [measured] : (measured ?? [])) {
          // A line that is full was written with its dimensions, which end with it.
          if (own.length > 0 && !this.metrics.hasStoredMetrics()) {
            for (const [dimension, its] of own) this.metrics.addDimension(dimension, its);
          }
          this.metrics.addMetric(name, unit, value);
        }
      }
    } finally {
      // Also after a value that Powertools refuses: the others must not appear in a later line.
      if (this.metrics.hasStoredMetrics()) this.metrics.publishStoredMetrics();
    }
  }
}
