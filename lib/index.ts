/** The constructs for other CDK apps. */
export type { ConsumerMetric, PublisherMetric, QueueMetric } from '../contract/metrics';
export type { Subscription } from '../contract/subscriptions';
export { ModelEvents, type ModelEventsProps } from './model-events';
export type { IModelEvents, ModelEventsAttributes, WireOptions } from './model-events-base';
export { ModelEventsRedis, type ModelEventsRedisProps } from './model-events-redis';
export type { EnvironmentMetric } from './pipeline-metrics';
export type { RedisEndpoint } from './redis-endpoint';
