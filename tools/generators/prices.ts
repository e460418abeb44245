/**
 * AWS's on-demand prices in us-east-1 in USD, without free allowances, as the named pages list them. Compare them with the pages
 * when this date is old.
 */
export const pricesOf = 'November 2026';

export interface Price {
  /** USD for one unit. */
  readonly usd: number;
  /** As in `an hour and node`. */
  readonly unit: string;
  readonly source: string;
}

const page = (service: string): string => `https://aws.amazon.com/${service}/pricing/`;

export const prices = {
  alarm: { usd: 0.1, unit: 'a month and metric of an alarm', source: page('cloudwatch') },
  compositeAlarm: { usd: 0.5, unit: 'a month', source: page('cloudwatch') },
  metric: { usd: 0.3, unit: 'a month', source: page('cloudwatch') },
  dashboard: { usd: 3, unit: 'a month', source: page('cloudwatch') },
  logs: { usd: 0.5, unit: 'a GB', source: page('cloudwatch') },
  key: { usd: 1, unit: 'a month', source: page('kms') },
  secret: { usd: 0.4, unit: 'a month', source: page('secrets-manager') },
  endpoint: { usd: 0.01, unit: 'an hour and zone', source: page('privatelink') },
  natGateway: { usd: 0.045, unit: 'an hour', source: page('vpc') },
  sqsRequests: { usd: 0.4, unit: 'a million', source: page('sqs') },
  invocations: { usd: 0.2, unit: 'a million', source: page('lambda') },
  duration: { usd: 0.000_013_333_4, unit: 'a GB and second (arm64)', source: page('lambda') },
  traces: { usd: 5, unit: 'a million', source: page('xray') },
  vcpu: { usd: 0.040_48, unit: 'an hour', source: page('fargate') },
  serverlessData: { usd: 0.084, unit: 'an hour and GB', source: page('elasticache') },
  taskMemory: { usd: 0.004_445, unit: 'an hour and GB', source: page('fargate') },
} as const satisfies Readonly<Record<string, Price>>;

const elastiCache = page('elasticache');

/** Where AWS lists the prices of MemoryDB's nodes, which are not in this table. */
export const memoryDbPrices = page('memorydb');

/** Nodes of Valkey, which cost 20 % less than Redis OSS. */
export const nodePrices: Readonly<Record<string, Price>> = Object.fromEntries<Price>(
  [
    ['cache.t4g.micro', 0.0128],
    ['cache.t4g.small', 0.0256],
    ['cache.t4g.medium', 0.052],
    ['cache.m7g.large', 0.1264],
  ].map(([type, usd]) => [String(type), { usd: Number(usd), unit: 'an hour and node', source: elastiCache }]),
);

/** As AWS's calculator has it: 365 days × 24 h / 12. */
export const hoursAMonth = 730;
