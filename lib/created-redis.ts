import { ArnFormat, CfnResource, RemovalPolicy, type Resource, SecretValue, Stack, Validations } from 'aws-cdk-lib';
import { type ISubnet, type IVpc, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { CfnParameterGroup, CfnReplicationGroup, CfnSubnetGroup } from 'aws-cdk-lib/aws-elasticache';
import { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { CreatedRedisSettings } from '../config/environment';
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

/** A Valkey of two or more nodes in as many zones, with its key, its users and the addresses that others look up. */
export class CreatedRedis extends Construct implements RedisEndpoint {
  readonly host: string;
  readonly port: number;
  readonly replicas: number;
  readonly securityGroup: SecurityGroup;
  readonly authSecret: ISecret;
  readonly userSecrets: Readonly<Record<string, ISecret>> | undefined;
  readonly replicationGroup: CfnReplicationGroup;
  readonly replicationGroupId: string;
  readonly addressParameters: readonly StringParameter[];
  private readonly environment: string;
  private readonly users: RedisUsers | undefined;
  private readonly removalPolicy: RemovalPolicy;

  constructor(scope: Construct, id: string, props: CreatedRedisProps) {
    super(scope, id);
    const { settings, environment } = props;
    this.environment = environment;
    // All or nothing: a Redis that is kept needs its network, key and token, and its users the addresses. A first deployment
    // that fails deletes what it created (DeletionPolicy RetainExceptOnCreate, "DeletionPolicy attribute" of
    // CloudFormation's template reference): with Retain the fixed names would block the next one.
    this.removalPolicy = settings.retainOnDestroy ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;
    const key = new Key(this, 'Key', {
      description: `Model events: Redis and its token (${environment})`,
      enableKeyRotation: true,
      removalPolicy: this.removalPolicy,
    });
    if (settings.auth === 'users') {
      this.users = new RedisUsers(this, 'Users', {
        environment,
        subscriptions: props.subscriptions,
        key,
        excludeCharacters: notInTokens,
        removalPolicy: this.removalPolicy,
      });
      this.userSecrets = this.users.secrets;
    }
    this.authSecret = this.userSecrets?.['operator'] ?? this.tokenSecret(environment, key);
    this.securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc: props.vpc,
      description: `Model events: Redis (${environment})`,
      allowAllOutbound: false,
    });
    this.keep(this.securityGroup);

    // The name is part of the rights to it. A change that would replace the group fails on it, instead of losing the queues.
    this.replicationGroupId = replicationGroupIdOf({ environment, redis: settings });
    this.replicationGroup = this.createGroup(props, key);
    this.host = this.replicationGroup.attrPrimaryEndPointAddress;
    this.port = settings.port;
    this.replicas = settings.replicas;
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

  /** ARNs of its users; none without users. */
  get userArns(): string[] {
    return Object.keys(this.userSecrets ?? {}).map((name) =>
      Stack.of(this).formatArn({
        service: 'elasticache',
        resource: 'user',
        resourceName: redisUserId(this.environment, name),
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
    );
  }

  private createGroup(props: CreatedRedisProps, key: Key): CfnReplicationGroup {
    const { settings, environment } = props;
    const subnetGroup = new CfnSubnetGroup(this, 'Subnets', {
      description: `Model events: Redis (${environment})`,
      subnetIds: props.subnets.map(({ subnetId }) => subnetId),
    });
    const parameterGroup = new CfnParameterGroup(this, 'Parameters', {
      cacheParameterGroupFamily: `valkey${settings.engineVersion.split('.')[0] ?? ''}`,
      description: `Model events: Redis (${environment})`,
      // A full Redis must refuse writes, which are retried, instead of evicting keys, which would be lost.
      properties: { 'maxmemory-policy': 'noeviction' },
    });
    const slowLog = new LogGroup(this, 'SlowLog', {
      retention: props.logRetentionDays as unknown as RetentionDays,
      removalPolicy: this.removalPolicy,
    });
    const group = new CfnReplicationGroup(this, 'Group', {
      replicationGroupId: this.replicationGroupId,
      replicationGroupDescription: `Model events (${environment})`,
      engine: 'valkey',
      engineVersion: settings.engineVersion,
      cacheNodeType: settings.nodeType,
      cacheParameterGroupName: parameterGroup.ref,
      clusterMode: 'disabled',
      numCacheClusters: settings.replicas + 1,
      automaticFailoverEnabled: true,
      multiAzEnabled: true,
      autoMinorVersionUpgrade: true,
      cacheSubnetGroupName: subnetGroup.ref,
      securityGroupIds: [this.securityGroup.securityGroupId],
      port: settings.port,
      transitEncryptionEnabled: true,
      transitEncryptionMode: 'required',
      atRestEncryptionEnabled: true,
      kmsKeyId: key.keyArn,
      ...(this.users === undefined ? { authToken: this.firstToken(key) } : { userGroupIds: [this.users.group.ref] }),
      snapshotRetentionLimit: settings.snapshotRetentionDays,
      snapshotWindow: '06:00-07:00',
      preferredMaintenanceWindow: 'sun:08:00-sun:09:00',
      logDeliveryConfigurations: [
        {
          logType: 'slow-log',
          logFormat: 'json',
          destinationType: 'cloudwatch-logs',
          destinationDetails: { cloudWatchLogsDetails: { logGroup: slowLog.logGroupName } },
        },
      ],
    });
    if (this.users !== undefined) {
      Validations.of(group).acknowledge({
        id: 'AwsSolutions-AEC6',
        reason: 'Users with passwords of their own authenticate; AUTH has one token for all.',
      });
    }
    for (const resource of [subnetGroup, parameterGroup, group]) resource.applyRemovalPolicy(this.removalPolicy);
    return group;
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
  private firstToken(key: Key): string {
    const copy = new CfnResource(this, 'FirstToken', {
      type: 'AWS::SecretsManager::Secret',
      properties: {
        Description: 'The first auth token of Redis, for CloudFormation only; the rotation revokes it',
        KmsKeyId: key.keyArn,
        SecretString: JSON.stringify({ [tokenKey]: this.authSecret.secretValueFromJson(tokenKey).unsafeUnwrap() }),
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
      AuthSecretArn: [redisAuthSecretParameter(environment), this.authSecret.secretArn],
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
