import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { type ISecurityGroup, type IVpc, SecurityGroup, type SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct, type IDependable } from 'constructs';
import { createdKinds, type IamUsers, iamUsersOf, withKindDefaults } from '../config/created-redis';
import { type CreatedRedisKind, type CreatedRedisSettings, defaults } from '../config/environment';
import type { Durability } from '../contract/durability';
import {
  redisAuthSecretParameter,
  redisHostParameter,
  redisKeyParameter,
  redisSecurityGroupParameter,
  redisUserSecretParameter,
} from '../contract/parameter-names';
import type { Subscription } from '../contract/subscriptions';
import { CreatedRedis } from './created-redis';
import { Network } from './network';
import { bufferActions } from './operations';
import { defaultEnvironmentName } from './pipeline-settings';
import { RedisAccess, secretActions } from './redis-access';
import { type RedisEndpoint, redisReferences } from './redis-endpoint';
import { userServiceOf } from '../config/created-redis';
import { builtBundles } from './redis-function';
import { Rotation, rotationActions, userRotationActions } from './rotation';
import type { ServiceAddresses } from './service-endpoints';

/** Settings that are not listed here are those of a created Redis in docs/reference/configuration.md, with their defaults. */
export interface ModelEventsRedisProps extends Partial<Omit<CreatedRedisSettings, 'source'>> {
  /** The VPC of Redis. */
  readonly vpc: IVpc;
  /**
   * Subnets of Redis and of the function that rotates its token, in at least two zones. From there the function needs a way to AWS
   * services: a NAT gateway, or `interfaceEndpoints`.
   * @default the private subnets of the VPC
   */
  readonly vpcSubnets?: SubnetSelection;
  /** The subscriptions of the pipeline, of which each service gets a user. @default none: only the functions have users */
  readonly subscriptions?: readonly Subscription[];
  /** Creates interface endpoints for the AWS services that the functions call; the pipeline's functions use them too. @default false */
  readonly interfaceEndpoints?: boolean;
  /** Name of the environment. @default 'production' */
  readonly environmentName?: string;
  /** @default 'cache.t4g.small', for MemoryDB 'db.t4g.small' */
  readonly nodeType?: string | undefined;
  /** Replicas beside each primary, 1-5. @default 1 */
  readonly replicas?: number | undefined;
  /** How long the logs of Redis and of the rotation are kept. @default RetentionDays.THREE_MONTHS */
  readonly logRetention?: RetentionDays;
  /** Folder with a bundle for each function. @default the bundles of this package */
  readonly bundles?: string | undefined;
}

/** What is known of a Redis that another app or stack creates. */
export interface ExistingRedisSettings extends Pick<RedisEndpoint, 'port' | 'durability' | 'kind'> {
  /** Replicas that must confirm a write, 0-5. @default 1 */
  readonly replicas?: number | undefined;
  /** How clients authenticate. @default 'users' */
  readonly auth?: CreatedRedisSettings['auth'];
  /** The subscriptions of the pipeline, of which each service has a user. @default none: only the functions have users */
  readonly subscriptions?: readonly Subscription[];
}

/** A Valkey in two or more zones, with its users or token, its key and their rotation. */
export class ModelEventsRedis extends Construct implements RedisEndpoint {
  /** The one of an environment that another app or stack deploys, by its SSM parameters, which are read at each deployment. */
  static fromEnvironmentName(
    scope: Construct,
    environmentName: string,
    settings: ExistingRedisSettings = {},
  ): RedisEndpoint {
    const parameter = (name: string): string => StringParameter.valueForStringParameter(scope, name);
    const {
      port,
      replicas,
      durability,
      auth = defaults.redis.auth,
      subscriptions = [],
      kind = defaults.redis.kind,
    } = settings;
    const securityGroupId = parameter(redisSecurityGroupParameter(environmentName));
    const login = (): Pick<RedisEndpoint, 'securityGroup' | 'authSecret' | 'userSecrets' | 'iam'> => {
      if (auth === 'token') {
        return redisReferences(scope, {
          securityGroupId,
          authSecretArn: parameter(redisAuthSecretParameter(environmentName)),
          kmsKeyArn: parameter(redisKeyParameter(environmentName)),
        });
      }
      const securityGroup = SecurityGroup.fromSecurityGroupId(scope, 'RedisSecurityGroup', securityGroupId);
      if (auth === 'iam') {
        const { account, region } = Stack.of(scope);
        const place = { environment: environmentName, account, region };
        return { securityGroup, iam: iamUsersOf(kind, place, subscriptions) };
      }
      const once = <Made>(id: string, make: () => Made): Made =>
        (scope.node.tryFindChild(id) as Made | undefined) ?? make();
      const secretAt = (id: string, name: string): ISecret =>
        once(id, () =>
          Secret.fromSecretAttributes(scope, id, {
            secretCompleteArn: parameter(name),
            encryptionKey: once('RedisKey', () =>
              Key.fromKeyArn(scope, 'RedisKey', parameter(redisKeyParameter(environmentName))),
            ),
          }),
        );
      // The parameter of the one secret is that of the operator. Getters create no template parameter that nothing uses.
      return {
        securityGroup,
        userSecrets: byGetters([
          ['operator', () => secretAt('RedisAuthSecret', redisAuthSecretParameter(environmentName))],
          ...subscriptions.map(({ service }): [string, () => ISecret] => [
            service,
            () => secretAt(`RedisSecret-${service}`, redisUserSecretParameter(environmentName, service)),
          ]),
        ]),
      };
    };
    return {
      kind,
      ...(port === undefined ? {} : { port }),
      ...(replicas === undefined ? {} : { replicas }),
      ...(durability === undefined ? {} : { durability }),
      addressParameters: [],
      // Containers get it from ECS: the getter creates no unused template parameter.
      get host() {
        return parameter(redisHostParameter(environmentName));
      },
      ...login(),
    };
  }

  readonly host: string;
  readonly port: number;
  readonly securityGroup: ISecurityGroup;
  readonly authSecret: ISecret | undefined;
  readonly userSecrets: Readonly<Record<string, ISecret>> | undefined;
  readonly iam: IamUsers | undefined;
  readonly kind: CreatedRedisKind;
  readonly durability: Durability;
  readonly replicas: number;
  readonly shards: number | undefined;
  readonly replicationGroupId: string;
  readonly addressParameters: readonly IDependable[];
  readonly serviceEndpoints: ServiceAddresses | undefined;
  /** Undefined with IAM: no secret is left to rotate. */
  readonly rotation?: LambdaFunction;

  constructor(scope: Construct, id: string, props: ModelEventsRedisProps) {
    super(scope, id);
    const { vpc, environmentName = defaultEnvironmentName } = props;
    const { interfaceEndpoints = false, logRetention: logRetentionDays = defaults.logRetentionDays } = props;
    const { kind = defaults.redis.kind } = props;
    const { nodeTypes } = createdKinds[kind];
    const { durability: _, ...shared } = defaults.redis;
    const settings = withKindDefaults({
      ...(nodeTypes === undefined ? {} : { nodeType: `${nodeTypes}t4g.small`, replicas: 1 }),
      ...shared,
      ...props,
      kind,
      source: 'created',
    } as const);
    const userService = userServiceOf(kind);
    const network = new Network(this, 'Network', {
      vpc,
      subnets: props.vpcSubnets,
      interfaceEndpoints,
      services: settings.auth === 'iam' ? ['sqs'] : ['secretsmanager', userService, 'sqs'],
    });
    const redis = new CreatedRedis(this, 'Redis', {
      environment: environmentName,
      settings,
      vpc,
      subnets: network.subnets,
      logRetentionDays,
      subscriptions: props.subscriptions ?? [],
    });
    if (redis.iam === undefined) this.rotation = this.rotate(redis, network, settings.tokenRotationDays, props);
    // The pipeline's queues are created after Redis; the functions' roles name them.
    network.allow('sqs', bufferActions, Stack.of(this).formatArn({ service: 'sqs', resource: '*' }));
    this.host = redis.host;
    this.port = redis.port;
    this.securityGroup = redis.securityGroup;
    this.authSecret = redis.authSecret;
    this.userSecrets = redis.userSecrets;
    this.iam = redis.iam;
    this.kind = redis.kind;
    this.durability = redis.durability;
    this.replicas = redis.replicas;
    this.shards = redis.shards;
    this.replicationGroupId = redis.replicationGroupId;
    this.addressParameters = redis.addressParameters;
    this.serviceEndpoints = network.endpoints;
  }
  /** Creates the function that rotates the token, or each user's password. */
  private rotate(redis: CreatedRedis, network: Network, days: number, props: ModelEventsRedisProps): LambdaFunction {
    const { environmentName = defaultEnvironmentName, bundles = builtBundles } = props;
    const { logRetention: logRetentionDays = defaults.logRetentionDays } = props;
    const accessOf = (id: string, user?: string): RedisAccess =>
      new RedisAccess(this, id, {
        environment: environmentName,
        endpoint: redis,
        ...(user === undefined ? {} : { user }),
      });
    const others = Object.keys(redis.userSecrets ?? {}).filter((name) => name !== 'operator');
    const accesses = [accessOf('Access'), ...others.map((name) => accessOf(`Access-${name}`, name))] as const;
    for (const { authSecretArn = '' } of accesses)
      network.allow('secretsmanager', [...secretActions.read, ...secretActions.rotate], authSecretArn);
    if (redis.userSecrets === undefined) network.allow('elasticache', rotationActions, redis.replicationGroupArn);
    for (const user of redis.userArns) network.allow(redis.userService, userRotationActions[redis.userService], user);
    return new Rotation(this, 'Rotation', {
      environment: { environment: environmentName, logRetentionDays },
      redis,
      accesses,
      network,
      days,
      bundle: join(bundles, 'rotation'),
    }).function;
  }
}

function byGetters<Value>(entries: readonly (readonly [string, () => Value])[]): Readonly<Record<string, Value>> {
  const properties = entries.map(([name, get]) => [name, { get, enumerable: true }] as const);
  return Object.defineProperties({}, Object.fromEntries(properties));
}
