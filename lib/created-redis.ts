import { ArnFormat, CfnResource, RemovalPolicy, type Resource, SecretValue, Stack } from 'aws-cdk-lib';
import { type ISubnet, type IVpc, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { CreatedRedisKind, CreatedRedisSettings } from '../config/environment';
import type { Durability } from '../contract/durability';
import { createdKinds, type IamUsers, iamUsersOf, type UserService, userServiceOf } from '../config/created-redis';
import { replicationGroupIdOf } from '../config/replication-group-id';
import {
  redisAuthSecretParameter,
  redisHostParameter,
  redisKeyParameter,
  redisPortParameter,
  redisSecurityGroupParameter,
} from '../contract/parameter-names';
import { redisUserId } from '../contract/redis-users';
import type { Subscription } from '../contract/subscriptions';
import type { RedisEndpoint } from './redis-endpoint';
import type { CreateKind } from './redis-kinds/kind';
import { createMemoryDbCluster } from './redis-kinds/memorydb-cluster';
import { createReplicationGroup } from './redis-kinds/replication-group';
import { createServerlessCache } from './redis-kinds/serverless-cache';
import { RedisUsers } from './redis-users';

export interface CreatedRedisProps {
  /** Name of the environment. */
  readonly environment: string;
  readonly settings: CreatedRedisSettings;
  readonly vpc: IVpc;
  readonly subnets: readonly ISubnet[];
  readonly logRetentionDays: number;
  /** Whose services get a user each, without `auth: 'token'`. */
  readonly subscriptions: readonly Subscription[];
}

/** The key in the secret's JSON; ECS, the functions and doctor know it too. */
const tokenKey = 'auth_token';

/** What Secrets Manager's generator may use and ElastiCache does not take in a token: all but `!&#$^<>-`. */
const notInTokens = ' "\'%()*+,./:;=?@[\\]_`{|}~';

const kinds: Readonly<Record<CreatedRedisKind, CreateKind>> = {
  group: createReplicationGroup,
  cluster: createReplicationGroup,
  serverless: createServerlessCache,
  memorydb: createMemoryDbCluster,
};

/** A Valkey in two or more zones, of the configured kind, with its key, its users or token, and the addresses that others look up. */
export class CreatedRedis extends Construct implements RedisEndpoint {
  readonly host: string;
  readonly port: number;
  readonly kind: CreatedRedisKind;
  readonly durability: Durability;
  readonly replicas: number;
  readonly shards: number | undefined;
  readonly securityGroup: SecurityGroup;
  readonly authSecret: ISecret | undefined;
  readonly userSecrets: Readonly<Record<string, ISecret>> | undefined;
  readonly iam: IamUsers | undefined;
  /** The replication group, cache or cluster. */
  readonly resource: CfnResource;
  readonly replicationGroupId: string;
  readonly addressParameters: readonly StringParameter[];
  private readonly environment: string;
  private readonly users: RedisUsers | undefined;
  private readonly removalPolicy: RemovalPolicy;

  constructor(scope: Construct, id: string, props: CreatedRedisProps) {
    super(scope, id);
    const { settings, environment } = props;
    this.environment = environment;
    this.kind = settings.kind;
    // All or nothing: a Redis that is kept needs its network, key and token, and its users the addresses. A first deployment
    // that fails deletes what it created (DeletionPolicy RetainExceptOnCreate, "DeletionPolicy attribute" of
    // CloudFormation's template reference): with Retain the fixed names would block the next one.
    this.removalPolicy = settings.retainOnDestroy ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;
    const key = new Key(this, 'Key', {
      description: `Model events: Redis and its token (${environment})`,
      enableKeyRotation: true,
      removalPolicy: this.removalPolicy,
    });
    if (settings.auth !== 'token') {
      this.users = new RedisUsers(this, 'Users', {
        environment,
        subscriptions: props.subscriptions,
        key,
        excludeCharacters: notInTokens,
        removalPolicy: this.removalPolicy,
        service: this.userService,
        iam: settings.auth === 'iam',
        waits: settings.durability === 'replicas',
      });
      if (settings.auth === 'users') this.userSecrets = this.users.secrets;
    }
    const token = this.users === undefined ? this.tokenSecret(environment, key) : undefined;
    this.authSecret = token ?? this.userSecrets?.['operator'];
    this.securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc: props.vpc,
      description: `Model events: Redis (${environment})`,
      allowAllOutbound: false,
    });
    this.keep(this.securityGroup);

    // The name is part of the rights to it. A change that would replace the group fails on it, instead of losing the queues.
    this.replicationGroupId = replicationGroupIdOf({ environment, redis: settings });
    if (settings.auth === 'iam') {
      const { account, region } = Stack.of(this);
      this.iam = iamUsersOf(this.kind, { environment, account, region }, props.subscriptions);
    }
    const { resource, host } = kinds[settings.kind](this, {
      environment,
      name: this.replicationGroupId,
      settings,
      subnetIds: props.subnets.map(({ subnetId }) => subnetId),
      securityGroupId: this.securityGroup.securityGroupId,
      keyArn: key.keyArn,
      authentication:
        token === undefined ? { users: this.users?.groupName ?? '' } : { token: this.firstToken(token, key) },
      logRetentionDays: props.logRetentionDays,
      removalPolicy: this.removalPolicy,
    });
    this.resource = resource;
    this.host = host;
    this.port = settings.port;
    this.durability = settings.durability;
    this.replicas = settings.replicas ?? 0;
    this.shards = createdKinds[settings.kind].hasShards ? settings.shards : undefined;
    this.addressParameters = this.publish(environment, key);
  }

  /** ARN of the group, by its name: rights to it can be given before it is there. */
  get replicationGroupArn(): string {
    return Stack.of(this).formatArn({
      service: 'elasticache',
      resource: 'replicationgroup',
      resourceName: this.replicationGroupId,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  /** The service that has its users. */
  get userService(): UserService {
    return userServiceOf(this.kind);
  }

  /** ARNs of its users; none without users. */
  get userArns(): string[] {
    const { userService: service } = this;
    return Object.keys(this.userSecrets ?? {}).map((name) =>
      Stack.of(this).formatArn({
        service,
        resource: 'user',
        resourceName: redisUserId(this.environment, name),
        arnFormat: service === 'memorydb' ? ArnFormat.SLASH_RESOURCE_NAME : ArnFormat.COLON_RESOURCE_NAME,
      }),
    );
  }

  private tokenSecret(environment: string, key: Key): ISecret {
    return new Secret(this, 'AuthToken', {
      secretName: `hokusai/redis/${environment}/auth-token`,
      description: 'Auth token of Redis; ElastiCache accepts this one and the one before',
      encryptionKey: key,
      generateSecretString: {
        secretStringTemplate: '{}',
        generateStringKey: tokenKey,
        passwordLength: 64,
        excludeCharacters: notInTokens,
      },
      removalPolicy: this.removalPolicy,
      // CDK's class declares `secretFullArn` wider than its interface does.
    }) as ISecret;
  }

  /**
   * A dynamic reference to the token with which the group is created: CloudFormation resolves it when it calls ElastiCache; no template
   * contains it. It does so again at each update of the group ("Get a secret or secret value from Secrets Manager" in the CloudFormation
   * guide), and `AuthToken` is conditionally create-only (schema of AWS::ElastiCache::ReplicationGroup): a reference to the current
   * version would be another token after the first rotation, and would fail or replace the group. So it is to a copy that nothing
   * rotates. The copy itself is never updated: it has no property that changes and, as a plain resource, no tags.
   */
  private firstToken(token: ISecret, key: Key): string {
    const copy = new CfnResource(this, 'FirstToken', {
      type: 'AWS::SecretsManager::Secret',
      properties: {
        Description: 'The first auth token of Redis, for CloudFormation only; the rotation revokes it',
        KmsKeyId: key.keyArn,
        SecretString: JSON.stringify({ [tokenKey]: token.secretValueFromJson(tokenKey).unsafeUnwrap() }),
      },
    });
    copy.applyRemovalPolicy(this.removalPolicy);
    return SecretValue.secretsManager(copy.ref, { jsonField: tokenKey }).unsafeUnwrap();
  }

  /** Writes down what containers, other stacks and operators look up. */
  private publish(environment: string, key: Key): StringParameter[] {
    const parameters = {
      Host: [redisHostParameter(environment), this.host],
      Port: [redisPortParameter(environment), String(this.port)],
      SecurityGroupId: [redisSecurityGroupParameter(environment), this.securityGroup.securityGroupId],
      ...(this.authSecret === undefined
        ? {}
        : { AuthSecretArn: [redisAuthSecretParameter(environment), this.authSecret.secretArn] }),
      KeyArn: [redisKeyParameter(environment), key.keyArn],
    } as const;
    return Object.entries(parameters).map(([id, [parameterName, stringValue]]) => {
      const parameter = new StringParameter(this, id, { parameterName, stringValue });
      this.keep(parameter);
      return parameter;
    });
  }

  private keep(...resources: readonly Resource[]): void {
    for (const resource of resources) resource.applyRemovalPolicy(this.removalPolicy);
  }
}
