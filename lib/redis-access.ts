import { Stack } from 'aws-cdk-lib';
import { Connections, type IConnectable, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { type CreatedRedisKind, defaults } from '../config/environment';
import type { Durability } from '../contract/durability';
import { functionEnv } from '../contract/function-env';
import { connectRights } from '../contract/iam-cache';
import type { RedisEndpoint } from './redis-endpoint';

export interface RedisAccessProps {
  /** Name of the environment. */
  readonly environment: string;
  readonly endpoint: RedisEndpoint;
  /** The user that connects, if Redis has users: `publisher`, `operator`, or the service of a subscription. @default 'operator' */
  readonly user?: string;
}

/** What is done with the token's secret, by whom. */
export const secretActions = {
  read: ['secretsmanager:GetSecretValue'],
  rotate: ['secretsmanager:DescribeSecret', 'secretsmanager:PutSecretValue', 'secretsmanager:UpdateSecretVersionStage'],
} as const;

/** The connection to Redis: host, port and the token's secret. It creates only security group rules and grants. */
export class RedisAccess extends Construct implements IConnectable {
  /** With IAM: the cache and the user. */
  readonly iam: { readonly cacheArn: string; readonly userId: string } | undefined;
  readonly port: number;
  /** Replicas of each primary. */
  readonly replicas: number;
  /** Whether Redis has users instead of an auth token. */
  readonly hasUsers: boolean;
  private readonly user: string;
  private readonly endpoint: RedisEndpoint;
  /** Of Redis; its port is the default. */
  readonly connections: Connections;
  private readonly environment: string;

  constructor(scope: Construct, id: string, props: RedisAccessProps) {
    super(scope, id);
    this.environment = props.environment;
    this.endpoint = props.endpoint;
    const { userSecrets, securityGroup, port = defaults.redis.port, replicas = 1 } = props.endpoint;
    const { iam } = props.endpoint;
    this.user = props.user ?? 'operator';
    const users = iam?.userIds ?? userSecrets;
    if (users !== undefined && !(this.user in users)) {
      throw new Error(
        `Redis has no user "${this.user}". Available: ${Object.keys(users).join(', ')}. Pass the subscriptions of the pipeline to ModelEventsRedis.`,
      );
    }
    this.hasUsers = users !== undefined;
    this.iam = iam && { cacheArn: iam.cacheArn, userId: iam.userIds[this.user] ?? '' };
    if (users === undefined && props.endpoint.authSecret === undefined) {
      throw new Error('The endpoint of Redis has neither authSecret nor iam: set one of them.');
    }
    this.port = port;
    this.replicas = replicas;
    // By id, so that the rules are in the client's stack, even if another stack creates Redis.
    this.connections = new Connections({
      securityGroups: [SecurityGroup.fromSecurityGroupId(this, 'SecurityGroup', securityGroup.securityGroupId)],
      defaultPort: Port.tcp(port),
    });
  }

  /** Complete ARN of the secret with the auth token, or with the user and its password; undefined with IAM. */
  get authSecretArn(): string | undefined {
    if (this.authSecret === undefined) return undefined;
    const { secretArn, secretFullArn } = this.authSecret;
    if (secretFullArn !== undefined) return secretFullArn;
    throw new Error(
      `The secret of Redis has no complete ARN: ${secretArn}. Import it with Secret.fromSecretCompleteArn(): an ARN without its last six characters is refused by ECS and by the rights to it.`,
    );
  }

  /** Only on demand: a secret by an SSM parameter adds a parameter to the template. */
  private get authSecret(): ISecret | undefined {
    if (this.iam !== undefined) return undefined;
    return this.endpoint.userSecrets?.[this.user] ?? this.endpoint.authSecret;
  }

  /** What Redis is; see {@link RedisEndpoint.kind}. */
  get kind(): CreatedRedisKind {
    return this.endpoint.kind ?? (this.shards === undefined ? 'group' : 'cluster');
  }

  /** Name of the replication group, Serverless cache or MemoryDB cluster; undefined if the endpoint has none. */
  get replicationGroupId(): string | undefined {
    return this.endpoint.replicationGroupId;
  }

  /** The secret's own KMS key; undefined if Secrets Manager uses `aws/secretsmanager`. */
  get kmsKeyArn(): string | undefined {
    return this.authSecret?.encryptionKey?.keyArn;
  }

  /** What confirms a write. */
  get durability(): Durability {
    return this.endpoint.durability ?? defaults.redis.durability;
  }

  /** Replicas that the publisher waits for. */
  get confirmingReplicas(): number {
    return this.durability === 'replicas' ? this.replicas : 0;
  }

  /** Primaries in cluster mode; undefined without it. */
  get shards(): number | undefined {
    return this.endpoint.shards;
  }

  /** A function's variables; it reads the token from the secret, or signs one. */
  get functionEnvironment(): Readonly<Record<string, string>> {
    return {
      [functionEnv.environment]: this.environment,
      [functionEnv.redisHost]: this.endpoint.host,
      [functionEnv.redisPort]: String(this.port),
      ...(this.authSecretArn === undefined ? {} : { [functionEnv.redisAuthSecretArn]: this.authSecretArn }),
      ...(this.iam === undefined
        ? {}
        : { [functionEnv.iamCacheArn]: this.iam.cacheArn, [functionEnv.redisUsername]: this.iam.userId }),
    };
  }

  /** Opens Redis' port, in both security groups and nowhere else. */
  allowFrom(client: IConnectable): void {
    client.connections.allowToDefaultPort(this, 'Redis');
  }

  /** The right to connect as this user: with IAM the user's on this cache; otherwise to read the token. */
  grantLogin(grantee: IGrantable): void {
    if (this.iam === undefined) {
      this.grantToken(grantee);
      return;
    }
    const rights = connectRights(this.iam.cacheArn, this.iam.userId);
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: [...new Set(rights.map(({ action }) => action))],
        resources: rights.map(({ resource }) => resource),
      }),
    );
  }

  /** The right to read the token: this secret alone, and its key only by way of Secrets Manager. */
  grantToken(grantee: IGrantable): void {
    this.grantSecret(grantee, secretActions.read, ['kms:Decrypt']);
  }

  /** The rights to give the secret another token, as a rotation does, besides reading it. */
  grantRotation(grantee: IGrantable): void {
    this.grantSecret(grantee, secretActions.rotate, ['kms:GenerateDataKey']);
  }

  private grantSecret(grantee: IGrantable, actions: readonly string[], keyActions: string[]): void {
    const { authSecretArn, kmsKeyArn } = this;
    if (authSecretArn === undefined) return;
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: [...actions], resources: [authSecretArn] }),
    );
    if (kmsKeyArn === undefined) return;
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: keyActions,
        resources: [kmsKeyArn],
        conditions: {
          StringEquals: {
            'kms:ViaService': `secretsmanager.${Stack.of(this).region}.amazonaws.com`,
            'kms:EncryptionContext:SecretARN': authSecretArn,
          },
        },
      }),
    );
  }
}
