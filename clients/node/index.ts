/** The package's exports: the consumer, and the queue protocol for tools. */
export { ModelEventConsumer } from './consumer';
export type { ConsumerEvents } from './consumer-events';
export type { ConsumerReport } from './consumer-report';
export { type ConsumerOptions, type Delivery, type Handler, settingsFromEnvironment } from './consumer-options';
export {
  DeadLetterError,
  SnoozeError,
  RedisError,
  type FaultName,
  type Reaction,
  reactionTo,
} from '../../queue/errors';
export { iamToken, type IamTokenSettings } from './iam-token';
export { type AwsCredentials, type AwsCredentialsProvider } from '../../queue/iam-token';
export { authTokenIn, credentialsIn, type RedisCredentials } from '../../queue/secret-text';
export { RedisSession, type SessionOptions, type TokenSource } from '../../queue/session';
export {
  ModelQueue,
  type Claim,
  type ClaimState,
  type End,
  type Listing,
  type QueueState,
  type RedriveResult,
} from '../../queue/model-queue';
export { maintain, type MaintenanceReport } from '../../queue/maintenance';
export { type QueuePolicy } from '../../contract/subscriptions';
export { checkHealth, type Health, type HealthOptions } from '../../queue/health';
export { type ConsumerStatus, type HealthCheck, type HealthFault, type HealthStatus } from '../../queue/health-checks';
export { defaultHealthThresholds, type HealthThresholds } from '../../contract/health-thresholds';
export { type Place, messageStatus, type MessageStatus } from '../../queue/message-status';
export { type ModelReadyMessage, payloadTextOf, readMessage, UnreadableMessageError } from '../../contract/message';
export { type DeadLetter, type DeadLetterReading, readDeadLetter } from '../../contract/dead-letter';
