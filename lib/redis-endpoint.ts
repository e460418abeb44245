import { type ISecurityGroup, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct, IDependable } from 'constructs';
import type { IamUsers } from '../config/created-redis';
import { importedIamUsers } from '../config/redis-authentication';
import type { CreatedRedisKind, Environment } from '../config/environment';
import type { Durability } from '../contract/durability';
import type { ServiceAddresses } from './service-endpoints';

/** A Redis that functions and containers can be connected to: an existing one, or a `ModelEventsRedis`. */
export interface RedisEndpoint {
  /** The primary's host name; TLS verifies the certificate against it. */
  readonly host: string;
  /** @default 6379 */
  readonly port?: number;
  /** Redis' own; clients are let into it. */
  readonly securityGroup: ISecurityGroup;
  /**
   * The secret with the auth token: JSON with the field `auth_token`. It needs its complete ARN and, if it has one, its key.
   * @default none: `iam` is required
   */
  readonly authSecret?: ISecret | undefined;
  /**
   * Secrets with `username` and `password`, if Redis has users: of `publisher`, `operator`, and of each subscription's service.
   * @default `authSecret` is for all
   */
  readonly userSecrets?: Readonly<Record<string, ISecret>> | undefined;
  /** IAM authentication. @default clients authenticate with a token or password */
  readonly iam?: IamUsers | undefined;
  /** Replicas that must confirm a write, 0-5. @default 1 */
  readonly replicas?: number;
  /** What confirms a write; the publisher waits for the replicas only if it is they. @default 'replicas' */
  readonly durability?: Durability;
  /** Primaries of a Redis in cluster mode. @default it has no cluster mode */
  readonly shards?: number | undefined;
  /** What it is, which decides the metrics that AWS publishes. @default 'group', in cluster mode 'cluster' */
  readonly kind?: CreatedRedisKind;
  /** Name of the replication group, Serverless cache or MemoryDB cluster. @default no alarms on the metrics that AWS publishes of it */
  readonly replicationGroupId?: string;
  /**
   * What creates the SSM parameters `/hokusai/<environment>/redis/host` and `…/port`, from which ECS gives containers the address;
   * empty if they exist already.
   * @default the pipeline creates them
   */
  readonly addressParameters?: readonly IDependable[];
  /** The function that rotates its token. @default no alarms on it */
  readonly rotation?: LambdaFunction;
  /** Interface endpoints that were created with it, for the pipeline's functions too. @default those of the pipeline */
  readonly serviceEndpoints?: ServiceAddresses | undefined;
}

/** The ids and ARNs of an endpoint, of which `redisReferences` makes references. */
export interface RedisIds {
  readonly securityGroupId: string;
  readonly authSecretArn: string;
  /** @default `aws/secretsmanager` */
  readonly kmsKeyArn?: string | undefined;
}

/** References to a security group, a secret and its key by their ids, as `RedisEndpoint` wants them. */
export function redisReferences(
  scope: Construct,
  { securityGroupId, authSecretArn, kmsKeyArn }: RedisIds,
): { readonly securityGroup: ISecurityGroup; readonly authSecret: ISecret } {
  return {
    securityGroup: SecurityGroup.fromSecurityGroupId(scope, 'RedisSecurityGroup', securityGroupId),
    authSecret: Secret.fromSecretAttributes(scope, 'RedisAuthSecret', {
      secretCompleteArn: authSecretArn,
      ...(kmsKeyArn === undefined ? {} : { encryptionKey: Key.fromKeyArn(scope, 'RedisKey', kmsKeyArn) }),
    }),
  };
}

/** The Redis that the configuration describes as being there already. */
export function importedEndpoint(
  scope: Construct,
  { environment, redis, account, region }: Environment,
): RedisEndpoint {
  if (redis.source === 'imported') {
    const { clusterMode, shards, authSecretArn, securityGroupId, ...endpoint } = redis;
    const login =
      authSecretArn === undefined
        ? {
            securityGroup: SecurityGroup.fromSecurityGroupId(scope, 'RedisSecurityGroup', securityGroupId),
            iam: importedIamUsers(redis, { account, region }),
          }
        : redisReferences(scope, { ...redis, authSecretArn });
    return {
      ...endpoint,
      ...login,
      shards: clusterMode ? shards : undefined,
      // Whoever created this Redis wrote its address into the parameters.
      addressParameters: [],
    };
  }
  throw new Error(
    `The Redis of ${environment} is created by a stack: hand that stack's endpoint to the stacks that use Redis, as bin/app.ts does`,
  );
}
