/** What differs between environments, and what is assumed where a file says nothing. */
import type { Subscription } from '../contract/subscriptions';

/** The VPC that Redis lives in; nothing of it is looked up. */
export interface VpcSettings {
  readonly vpcId: string;
  readonly availabilityZones: readonly string[];
  /** One for each zone, in the same order. They need a way to Secrets Manager: a NAT gateway or an interface endpoint. */
  readonly privateSubnetIds: readonly string[];
}

/** The Redis that is there already. */
export interface RedisSettings {
  /** The primary's endpoint; TLS verifies the certificate against it. */
  readonly host: string;
  readonly port: number;
  readonly securityGroupId: string;
  /** The secret with the auth token. */
  readonly authSecretArn: string;
  /** The secret's own KMS key; left out where Secrets Manager uses `aws/secretsmanager`. */
  readonly kmsKeyArn?: string | undefined;
  /** Replicas that must confirm a write, 0-5. */
  readonly replicas: number;
}

export interface PublisherSettings {
  /** SQS messages in one invocation, at most. */
  readonly batchSize: number;
  /** How long a batch may wait to become full. */
  readonly maximumBatchingWindowSeconds: number;
  /** Invocations at one time, and so connections to Redis. */
  readonly maximumConcurrency: number;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
}

export interface BufferSettings {
  readonly retentionDays: number;
  readonly visibilityTimeoutSeconds: number;
  /** Deliveries before the buffer's dead letter queue. */
  readonly maxReceiveCount: number;
}

/** One environment, as `config/<environment>.json` describes it, with the defaults filled in. */
export interface Environment {
  readonly environment: string;
  readonly account: string;
  readonly region: string;
  readonly vpc: VpcSettings;
  readonly redis: RedisSettings;
  readonly subscriptions: readonly Subscription[];
  readonly publisher: PublisherSettings;
  readonly buffer: BufferSettings;
  /** How long registrations can be replayed. */
  readonly archiveRetentionDays: number;
  readonly logRetentionDays: number;
  /** How long a second delivery of one event is recognised. */
  readonly seenHours: number;
}

/** What holds where a file says nothing. */
export const defaults = {
  redis: { port: 6379 },
  publisher: {
    batchSize: 10,
    maximumBatchingWindowSeconds: 0,
    maximumConcurrency: 10,
    timeoutSeconds: 15,
    memoryMegabytes: 512,
  },
  // With the timeout above: an outage of Redis of a day (1000 deliveries, 90 s apart) fits before the dead letter queue.
  buffer: { retentionDays: 4, visibilityTimeoutSeconds: 90, maxReceiveCount: 1000 },
  archiveRetentionDays: 90,
  logRetentionDays: 90,
  seenHours: 24,
} as const;
