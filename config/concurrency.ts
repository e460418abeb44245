import type { PublisherSettings } from './environment';

/** Half of that for new registrations, so that at most a third of the work is repetition; an event source mapping has at least 2. */
export const redeliveryConcurrency = ({ maximumConcurrency }: PublisherSettings): number =>
  Math.max(2, Math.floor(maximumConcurrency / 2));

/** Concurrent invocations of the publisher at most. */
export const mostPublishers = (publisher: PublisherSettings): number =>
  publisher.maximumConcurrency + redeliveryConcurrency(publisher);

/** Concurrent executions that `deployment.reserveConcurrency` keeps for functions: an operator's requests come several at a time. */
export const reservedExecutions = { monitor: 2, operations: 5 } as const;

/**
 * What Lambda insists on leaving to the functions without a reserve: "Configuring reserved concurrency for a function",
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html.
 */
export const leastUnreserved = 100;
