/** The metrics of functions and consumers, as alarms and dashboard read them; names, units and dimensions are the contract's. */
import { Duration } from 'aws-cdk-lib';
import { Metric, type MetricOptions, Unit } from 'aws-cdk-lib/aws-cloudwatch';
import {
  type ConsumerMetric,
  consumerMetrics,
  environmentDimension,
  metricNamespace,
  type MetricUnit,
  type MonitorMetric,
  monitorMetrics,
  type PublisherMetric,
  publisherMetrics,
  queueDimension,
  type QueueMetric,
} from '../contract/metrics';

/** What a reader chooses of a metric. The default period is one minute, the monitor's interval. */
export interface Reading extends MetricOptions {
  /** As CloudWatch writes it: `Maximum`, `Sum`, `p99`. */
  readonly statistic: string;
}

/** What publisher and monitor measure once for the environment. */
export type EnvironmentMetric = PublisherMetric | Exclude<MonitorMetric, QueueMetric>;

const units: Readonly<Record<MetricUnit, Unit>> = {
  Milliseconds: Unit.MILLISECONDS,
  Seconds: Unit.SECONDS,
  Count: Unit.COUNT,
  Percent: Unit.PERCENT,
};

const isOfPublisher = (name: EnvironmentMetric): name is PublisherMetric => name in publisherMetrics;

/** The metrics of one environment. */
export class PipelineMetrics {
  constructor(private readonly environment: string) {}

  publisher(name: PublisherMetric, reading: Reading): Metric {
    return this.metric(name, publisherMetrics[name].unit, {}, reading);
  }

  /** What the monitor measures once for the environment. */
  monitor(name: Exclude<MonitorMetric, QueueMetric>, reading: Reading): Metric {
    return this.metric(name, monitorMetrics[name].unit, {}, reading);
  }

  /** By default the sum of the publisher's counts, the 99th percentile of its times, and the maximum of the monitor's values. */
  environmentWide(name: EnvironmentMetric, options: MetricOptions): Metric {
    if (!isOfPublisher(name)) return this.monitor(name, { statistic: 'Maximum', ...options });
    return this.publisher(name, { statistic: publisherMetrics[name].unit === 'Count' ? 'Sum' : 'p99', ...options });
  }

  /** What the monitor measures for each queue; `queue` is its key. */
  queue(queue: string, name: QueueMetric, reading: Reading): Metric {
    return this.metric(name, monitorMetrics[name].unit, { [queueDimension]: queue }, reading);
  }

  /** What the consumers of a queue report; `queue` is its key. */
  consumer(queue: string, name: ConsumerMetric, reading: Reading): Metric {
    return this.metric(name, consumerMetrics[name].unit, { [queueDimension]: queue }, reading);
  }

  private metric(
    metricName: string,
    unit: MetricUnit,
    dimensions: Readonly<Record<string, string>>,
    { period = Duration.minutes(1), ...reading }: Reading,
  ): Metric {
    return new Metric({
      namespace: metricNamespace,
      metricName,
      // An alarm in seconds must not read milliseconds: with another unit it finds nothing.
      unit: units[unit],
      dimensionsMap: { [environmentDimension]: this.environment, ...dimensions },
      period,
      ...reading,
    });
  }
}
