/**
 * Names of the environment variables that the deployed functions and the wired containers read.
 * The infrastructure sets them, the functions read them; each name exists only here.
 */
export const functionEnv = {
  /** Name of the environment, as in `config/<environment>.json`: `development`, `production`. */
  environment: 'MODEL_EVENTS_ENVIRONMENT',
  /** Redis host name; TLS verifies the certificate against it. */
  redisHost: 'REDIS_HOST',
  /** Redis port, 1-65535. */
  redisPort: 'REDIS_PORT',
  /** Complete ARN of the Secrets Manager secret with the auth token (functions only; never the token itself); none with IAM. */
  redisAuthSecretArn: 'REDIS_AUTH_SECRET_ARN',
  /** With IAM: ARN of the replication group, Serverless cache or MemoryDB cluster that tokens are signed for. */
  iamCacheArn: 'REDIS_IAM_CACHE_ARN',
  /** With IAM: the function's user of Redis. */
  redisUsername: 'REDIS_USERNAME',
  /** Subscriptions as `service=queue` pairs, comma separated: `hokusai-token=model_events,hokusai-site=model_events:site`. */
  subscriptions: 'MODEL_EVENTS_SUBSCRIPTIONS',
  /** Replicas that must hold a write before SQS may forget the message: the number of replicas, 0-5. */
  minReplicaAcks: 'MODEL_EVENTS_MIN_REPLICA_ACKS',
  /** Hours for which a second delivery of one event is recognised, 1-336. */
  seenHours: 'MODEL_EVENTS_SEEN_HOURS',
  /** Thresholds of the queues' health checks, as `name=number` pairs: `queueDepth=1000,…`. */
  healthThresholds: 'MODEL_EVENTS_HEALTH_THRESHOLDS',
  /** What confirms a write, as `redis.durability` says. */
  durability: 'MODEL_EVENTS_DURABILITY',
  /** Complete ARNs of the secrets with users and passwords that the rotation function changes too, comma separated. */
  userSecretArns: 'REDIS_USER_SECRET_ARNS',
  /** Id of the ElastiCache replication group whose token the rotation function changes. */
  replicationGroupId: 'REPLICATION_GROUP_ID',
  /** Service of the users whose passwords the rotation function changes: `memorydb`; by default `elasticache`. */
  userService: 'REDIS_USER_SERVICE',
  /** URL of the SQS queue in which events wait for the publisher. */
  bufferUrl: 'BUFFER_URL',
} as const;

/** Environment variables of the containers that consume or produce; ECS sets them from SSM and Secrets Manager. */
export const containerEnv = {
  redisHost: 'REDIS_HOST',
  redisPort: 'REDIS_PORT',
  /** The token itself, or the user's password: ECS reads it from the secret when a task starts. */
  redisAuthToken: 'REDIS_AUTH_TOKEN',
  /** The consumer's own queue: `model_events` or `model_events:<name>`. */
  queue: 'MODEL_EVENTS_QUEUE',
} as const;

/** Where Redis has users: the container's own, from the same secret as its password, which is in `REDIS_AUTH_TOKEN`. */
export const userEnv = {
  redisUsername: functionEnv.redisUsername,
} as const;

/** With IAM, in place of `REDIS_AUTH_TOKEN`; the user is a plain variable then. */
export const iamEnv = {
  iamCacheArn: functionEnv.iamCacheArn,
} as const;

/** Additional environment variables of the consumers' containers; a consumer works without them. */
export const consumerEnv = {
  /** Retries before a message is dead-lettered, as the subscription's configuration says. */
  maxRetries: 'MODEL_EVENTS_MAX_RETRIES',
  /** Name of the environment: a dimension of the consumer's metrics. */
  environment: functionEnv.environment,
} as const;

/** Additional environment variables of the producers' containers. */
export const producerEnv = {
  /** Name of the bus that registrations go to. */
  eventBus: 'MODEL_EVENTS_BUS',
} as const;
