import type { PublisherSettings } from './environment';

/** Half of that for new registrations, so that at most a third of the work is repetition; an event source mapping has at least 2. */
export const redeliveryConcurrency = ({ maximumConcurrency }: PublisherSettings): number =>
  Math.max(2, Math.floor(maximumConcurrency / 2));

/** Concurrent invocations of the publisher at most. */
export const mostPublishers = (publisher: PublisherSettings): number =>
  publisher.maximumConcurrency + redeliveryConcurrency(publisher);
