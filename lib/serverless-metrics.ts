import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';

/**
 * A metric of a Serverless cache: "Serverless metrics and events for Valkey and Redis OSS" in the ElastiCache guide. Its dimension is
 * the cache's name.
 */
export const serverlessMetric = (cache: string, metricName: string, options: MetricOptions): Metric =>
  new Metric({ namespace: 'AWS/ElastiCache', metricName, dimensionsMap: { clusterId: cache }, ...options });
