import { Metrics } from '@aws-lambda-powertools/metrics';
import { environmentDimension, metricNamespace } from '../../contract/metrics';

/** Metrics of one function as EMF on standard output, with the one dimension that the alarms look for. */
export function createMetrics(environment: string): Metrics {
  const metrics = new Metrics({ namespace: metricNamespace });
  // Powertools puts `service` on every metric; an alarm without it would match nothing.
  metrics.clearDefaultDimensions();
  metrics.setDefaultDimensions({ [environmentDimension]: environment });
  return metrics;
}
