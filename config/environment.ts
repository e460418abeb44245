/** Settings that differ between environments, and the defaults of optional ones. */
import type { Durability } from '../contract/durability';
import { defaultHealthThresholds, type HealthThresholds } from '../contract/health-thresholds';

/** The VPC of Redis. The app does not look anything up in it. */
export interface VpcSettings {
  /** The VPC with Redis. */
  readonly vpcId: string;
  /** Where the functions run; two at least, so that the loss of one stops nothing. */
  readonly availabilityZones: readonly string[];
  /**
   * One for each zone, in the same order. Functions need a way from there to the services they call: a NAT gateway, or
   * `interfaceEndpoints`.
   */
  readonly privateSubnetIds: readonly string[];
  /**
   * Creates interface endpoints for what the functions call, for a VPC without NAT; they then reach nothing else. Services on
   * ECS cannot use them: see `otherEndpoints`.
   */
  readonly interfaceEndpoints: boolean;
  /**
   * The VPC has endpoints of its own for what the services on ECS call: ECR (`ecr.api`, `ecr.dkr`), S3, CloudWatch Logs, SSM,
   * Secrets Manager, and EventBridge for producers, with private DNS. `doctor` checks them.
   */
  readonly otherEndpoints: boolean;
}

export const importedAuthentications = ['token', 'iam'] as const;

/** A user of an imported Redis. */
export interface RedisUserSettings {
  /** `publisher`, `operator` or the service of a subscription. */
  readonly name: string;
  /** Its id, which with IAM is its name in Redis too. */
  readonly userId: string;
}

/** The Redis that is there already. */
export interface ImportedRedisSettings {
  /** Which of the two kinds it is. */
  readonly source: 'imported';
  /** The primary's endpoint, in cluster mode the configuration endpoint; TLS verifies the certificate against it. */
  readonly host: string;
  /** Where it listens. */
  readonly port: number;
  /** Redis' own; the functions' groups are let into it. */
  readonly securityGroupId: string;
  /**
   * How clients authenticate: `token` (with `authSecretArn`), or `iam` (as `users`, with tokens that they sign with the credentials of
   * their role, without a secret; Valkey, or Redis 7 or newer, with TLS).
   */
  readonly auth: (typeof importedAuthentications)[number];
  /** With `iam`: the cache, for which tokens are signed; left out for the replication group of `replicationGroupId`. */
  readonly cacheArn?: string | undefined;
  /** With `iam`: the users of `publisher`, `operator` (the other functions) and of the service of each subscription. */
  readonly users: readonly RedisUserSettings[];
  /** The secret with the auth token, or with `username` and `password`; left out with `iam`. */
  readonly authSecretArn?: string | undefined;
  /** The secret's own KMS key; left out where Secrets Manager uses `aws/secretsmanager`. */
  readonly kmsKeyArn?: string | undefined;
  /** Replicas that must confirm a write, 0-5. */
  readonly replicas: number;
  /** Name of the replication group, as ElastiCache lists it. */
  readonly replicationGroupId: string;
  /**
   * What confirms a write: `replicas` (the publisher waits for them), `engine` (the reply, of ElastiCache with synchronous durability or of
   * MemoryDB), or `primary` (the reply of one node: a failover loses the newest messages; for a cache or a test).
   */
  readonly durability: Durability;
  /** Whether Redis runs in cluster mode; the queues' names then have a hash tag, as in `{model_events}:site`. */
  readonly clusterMode: boolean;
  /** Primaries of a Redis in cluster mode, 1-500; the alarms watch the nodes of each. */
  readonly shards: number;
}

export const redisAuthentications = ['users', 'token', 'iam'] as const;

/** What the stack can create; all but `group` run in cluster mode. */
export const createdRedisKinds = ['group', 'cluster', 'serverless', 'memorydb'] as const;
export type CreatedRedisKind = (typeof createdRedisKinds)[number];

/** A Redis that the stack `ModelEventsRedis-<environment>` creates, with its users, key and network rules. */
export interface CreatedRedisSettings {
  /** Which of the two kinds it is. */
  readonly source: 'created';
  /**
   * `group` (a replication group of ElastiCache), `cluster` (the same in cluster mode), `serverless` (a cache of ElastiCache Serverless)
   * or `memorydb` (a cluster of MemoryDB). All but `group` run in cluster mode: the queues' names have a hash tag. Choose it before the
   * first deployment: an update cannot change it.
   */
  readonly kind: CreatedRedisKind;
  /** As in `cache.t4g.small`, for `memorydb` as in `db.t4g.small`; `serverless` has none. */
  readonly nodeType?: string | undefined;
  /** Replicas beside each primary, 1-5; `serverless` has no such setting. */
  readonly replicas?: number | undefined;
  /** Primaries of a `cluster` or `memorydb`. */
  readonly shards: number;
  /**
   * What confirms a write. `group` and `cluster`: each replica (`replicas`, the default), or the primary alone (`primary`). `cluster` also
   * offers `engine`: a transaction log in several zones, with Valkey 9 and nodes of the families m, r and c. `memorydb` always has `engine`,
   * `serverless` always `primary`.
   */
  readonly durability: Durability;
  /** Where it listens; `serverless` always on 6379. */
  readonly port: number;
  /** Version of Valkey: for `memorydb` by default `7.3`, with durability `engine` in a `cluster` `9.0`, otherwise `8.0`. */
  readonly engineVersion: string;
  /** How long the daily snapshots are kept. */
  readonly snapshotRetentionDays: number;
  /**
   * How clients authenticate: `users`, one for the publisher, one for the other functions and one for each consumer, with the rights to
   * its own queue only and a password each; `iam`, the same users with tokens that clients sign with the credentials of their role, without
   * a secret; or `token`, one for all, which `serverless` and `memorydb` do not have. Choose it before the first deployment: an update
   * does not exchange token and users.
   */
  readonly auth: (typeof redisAuthentications)[number];
  /** How often the auth token, or each user's password, is rotated; unused with `iam`. */
  readonly tokenRotationDays: number;
  /** Keeps Redis, token and key when the stack is deleted. */
  readonly retainOnDestroy: boolean;
}

export type RedisSettings = ImportedRedisSettings | CreatedRedisSettings;

/** Whether the configured Redis runs in cluster mode. */
export const isClusterMode = (redis: RedisSettings): boolean =>
  redis.source === 'imported' ? redis.clusterMode : redis.kind !== 'group';

/** A service that gets every message, and its queue. */
export interface SubscriptionSettings {
  /** As in `hokusai-token`; replays address subscriptions by it. */
  readonly service: string;
  /** Its queue's key: `model_events` or `model_events:<name>`, in cluster mode with a hash tag. */
  readonly queue: string;
  /** Retries before a message is dead-lettered, also after lost leases. */
  readonly maxRetries: number;
  /** How long a plain consumer may hold a message. */
  readonly plainLeaseSeconds: number;
}

export const alarmScopes = ['all', 'essential'] as const;

export const serviceRoles = ['producer', 'consumer'] as const;

/** A service on ECS that puts registrations on the bus, or takes messages from its queue. */
export interface ServiceSettings {
  /** As in `hokusai-api`. */
  readonly name: string;
  /** Family of its task definition, as in `hokusai-api-development`. */
  readonly family: string;
  /** The container in it that talks to Redis or to the bus. */
  readonly container: string;
  /** What it does with model events. */
  readonly role: (typeof serviceRoles)[number];
  /** A consumer's own queue, one of the subscriptions'; a producer has none. */
  readonly queue?: string | undefined;
  /** Where the container listens; left out where it does not. */
  readonly port?: number | undefined;
  /** Name of the ECS cluster. */
  readonly cluster: string;
  /** CPU units: 1024 are one vCPU. */
  readonly cpu: number;
  /** Memory of its task. */
  readonly memoryMegabytes: number;
  /** Security group of the running service, with its rules, also those to an imported Redis; absent if the app creates one. */
  readonly securityGroupId?: string | undefined;
  /** Security groups that may connect to `port`, as that of a load balancer; only if the app creates the service's group. */
  readonly clientSecurityGroupIds: readonly string[];
  /** Target group of a load balancer, of the target type `ip`, in which ECS registers `port`. */
  readonly targetGroupArn?: string | undefined;
  /** Service of Cloud Map, with records of the type A, in which ECS registers the tasks. */
  readonly discoveryServiceArn?: string | undefined;
  /** Role of the running tasks: it keeps its permissions, and gets those of the wiring; absent if the app creates one. */
  readonly taskRoleArn?: string | undefined;
  /** Managed policies of the account for the role that the app creates. */
  readonly taskPolicyArns: readonly string[];
  /**
   * Words of the command by which ECS checks the container, run without a shell. It must succeed while Redis is away: ECS
   * replaces a container that fails. Absent if the load balancer's check, or the end of the process, is enough.
   */
  readonly healthCheckCommand?: readonly string[] | undefined;
}

/** The function that writes to Redis. */
export interface PublisherSettings {
  /** SQS messages in one invocation, at most. */
  readonly batchSize: number;
  /** How long a batch may wait to become full. */
  readonly maximumBatchingWindowSeconds: number;
  /** Invocations at one time for new registrations, and half as many for redeliveries; each has a connection to Redis. */
  readonly maximumConcurrency: number;
  /** Time of one invocation, retries included. */
  readonly timeoutSeconds: number;
  /** Memory of the function, whose share of a processor grows with it. */
  readonly memoryMegabytes: number;
  /**
   * Instances of the function that Lambda keeps initialized, so that the first registration after a pause meets no cold start; 0 for none.
   * They cost money while they wait: see docs/deployment.md.
   */
  readonly provisionedConcurrency: number;
}

/** CodeDeploy's configurations for Lambda, without `CodeDeployDefault.Lambda` before the name. */
export const trafficShifts = [
  'AllAtOnce',
  'Canary10Percent5Minutes',
  'Canary10Percent10Minutes',
  'Canary10Percent15Minutes',
  'Canary10Percent30Minutes',
  'Linear10PercentEvery1Minute',
  'Linear10PercentEvery2Minutes',
  'Linear10PercentEvery3Minutes',
  'Linear10PercentEvery10Minutes',
] as const;

/** How new versions of publisher, monitor and operations replace the old ones. */
export interface DeploymentSettings {
  /** How CodeDeploy moves the invocations to a new version. Errors or slow invocations of that version move them back. */
  readonly trafficShift: (typeof trafficShifts)[number];
  /**
   * Reserves concurrent executions for monitor (2) and operations (5), so that other functions of the account cannot take them. Lambda
   * refuses it in an account that would have less than 100 left.
   */
  readonly reserveConcurrency: boolean;
}

/** The SQS queue before the publisher. */
export interface BufferSettings {
  /** How long registrations wait for a publisher that does not come. */
  readonly retentionDays: number;
  /** How long a batch that was not published, or that no replica confirmed, stays hidden before it is delivered again. */
  readonly visibilityTimeoutSeconds: number;
  /** Further deliveries before the buffer's dead letter queue. */
  readonly maxReceiveCount: number;
}

/** The thresholds in {@link AlarmSettings}. */
export interface AlarmThresholds extends HealthThresholds {
  /** Messages that wait in one queue. */
  readonly queueDepth: number;
  /** Age of the message that waits longest in one queue. */
  readonly oldestMessageSeconds: number;
  /** Age of the oldest unfinished claim. */
  readonly oldestClaimSeconds: number;
  /** Time since a consumer last read one queue; more than the pause between the runs of a consumer that is started by a schedule. */
  readonly consumerSeenSeconds: number;
  /** Dead letters of one queue that are no reason for an alarm. */
  readonly deadLetters: number;
  /** Age of the registration that waits longest in the buffer. */
  readonly bufferAgeSeconds: number;
  /** 99th percentile of the time from a batch's receipt to the acknowledged write. */
  readonly publishLatencyMilliseconds: number;
  /** Objective: 99 % of the messages are handled within this time of their registration. */
  readonly handledWithinSeconds: number;
  /** Used share of the memory that Redis may use. */
  readonly memoryUsedPercent: number;
  /** Age of the Redis token. */
  readonly tokenAgeDays: number;
}

/** Thresholds of the alarms; those of `HealthThresholds` apply to the health checks as well. */
export interface AlarmSettings extends AlarmThresholds {
  /**
   * `essential` leaves out the objectives (`availability-…`, `handled-late-…`) and the alarms on single nodes of Redis, which cost
   * more than all the others: see docs/cost.md.
   */
  readonly scope: (typeof alarmScopes)[number];
  /** Where the team reads docs/runbook.md; the alarms' descriptions link to its sections. */
  readonly runbookUrl: string;
}

/** E-mail addresses that receive alarms; other subscribers are added to the topics in the stack's outputs. */
export interface NotificationSettings {
  /** Of the one that pages on-call. */
  readonly pages: readonly string[];
  /** Of the others. */
  readonly tickets: readonly string[];
  /** Others subscribe to the topics in the stack's outputs: no address is required here. */
  readonly otherSubscribers: boolean;
}

/** Tags of every resource, for cost reports and for whoever looks at it. Each resource also has `environment` and `version`. */
export interface TagSettings {
  /** Who answers for it, as in a team's name. */
  readonly owner?: string | undefined;
  /** Who pays for it. */
  readonly costCenter?: string | undefined;
}

/** One environment, as `config/<environment>.json` describes it, with the defaults filled in. */
export interface Environment {
  /** Its name, as the file is called. */
  readonly environment: string;
  /** The AWS account that it is deployed to. */
  readonly account: string;
  /** The AWS region that it is deployed to. */
  readonly region: string;
  readonly tags: TagSettings;
  /** The policy that limits every role of the stacks; left out if the account requires none. */
  readonly permissionsBoundaryArn?: string | undefined;
  /**
   * The repository on GitHub whose workflow deploys this environment, as in `owner/name`; where its OIDC tokens name the ids too,
   * `owner@id/name@id`. Left out if no role for it is needed.
   */
  readonly repository?: string | undefined;
  readonly vpc: VpcSettings;
  readonly redis: RedisSettings;
  /** The services that get every message, each with its queue. */
  readonly subscriptions: readonly SubscriptionSettings[];
  readonly services: readonly ServiceSettings[];
  readonly publisher: PublisherSettings;
  readonly deployment: DeploymentSettings;
  readonly buffer: BufferSettings;
  readonly alarms: AlarmSettings;
  readonly notifications: NotificationSettings;
  /** How long registrations can be replayed. */
  readonly archiveRetentionDays: number;
  /** How long the functions' logs are kept. */
  readonly logRetentionDays: number;
  /** How long a second delivery of one event is recognised. */
  readonly seenHours: number;
}

/** Defaults of settings that a file omits. */
export const defaults = {
  vpc: { interfaceEndpoints: false, otherEndpoints: false },
  redis: {
    port: 6379,
    durability: 'replicas',
    clusterMode: false,
    shards: 1,
    kind: 'group',
    snapshotRetentionDays: 7,
    auth: 'users',
    tokenRotationDays: 30,
    retainOnDestroy: true,
  },
  service: { cpu: 256, memoryMegabytes: 512 },
  publisher: {
    batchSize: 10,
    maximumBatchingWindowSeconds: 0,
    maximumConcurrency: 10,
    // Two of Redis' time-outs; what fails then is delivered again. SQS advises to hide a batch six times as long.
    timeoutSeconds: 7,
    memoryMegabytes: 512,
    provisionedConcurrency: 0,
  },
  // The monitor runs once a minute: a canary of 10 % would meet about one of its runs in ten.
  deployment: { trafficShift: 'Linear10PercentEvery1Minute', reserveConcurrency: false },
  // 45 s: when a replica is back, everything is confirmed within a minute. 1000 deliveries, the most that SQS counts, last half a
  // day: an outage of Redis of a night fits before the dead letter queue.
  buffer: { retentionDays: 4, visibilityTimeoutSeconds: 45, maxReceiveCount: 1000 },
  alarms: {
    // Shared with the health check of the services; the reasons are in contract/health-thresholds.ts.
    ...defaultHealthThresholds,
    // Six times as long as SQS hides a failed batch.
    bufferAgeSeconds: 300,
    // The requirement.
    publishLatencyMilliseconds: 100,
    // The objective.
    handledWithinSeconds: 60,
    // A fifth of the memory is time enough to enlarge it, or to empty a queue.
    memoryUsedPercent: 80,
    // An operator rotates the token of an imported Redis, every quarter; a created Redis does by itself, every month.
    tokenAgeDays: 90,
  },
  notifications: { otherSubscribers: false },
  archiveRetentionDays: 90,
  logRetentionDays: 90,
  seenHours: 24,
} as const;
