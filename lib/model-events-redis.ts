import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct, type IDependable } from 'constructs';
import { type CreatedRedisSettings, defaults } from '../config/environment';
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
  /** @default 'cache.t4g.small' */
  readonly nodeType?: string;
  /** Replicas beside the primary, 1-5; each must confirm a write. @default 1 */
  readonly replicas?: number;
  /** How long the logs of Redis and of the rotation are kept. @default RetentionDays.THREE_MONTHS */
  readonly logRetention?: RetentionDays;
  /** Folder with a bundle for each function. @default the bundles of this package */
  readonly bundles?: string | undefined;
}

/** What is known of a Redis that another app or stack creates. */
export interface ExistingRedisSettings extends Pick<RedisEndpoint, 'port' | 'replicas'> {
  /** How clients authenticate. @default 'users' */
  readonly auth?: CreatedRedisSettings['auth'];
  /** The subscriptions of the pipeline, of which each service has a user. @default none: only the functions have users */
  readonly subscriptions?: readonly Subscription[];
}

/** A Valkey of two or more nodes, with its users, its key and the rotation of their passwords. */
export class ModelEventsRedis extends Construct implements RedisEndpoint {
  /** The one of an environment that another app or stack deploys, by its SSM parameters, which are read at each deployment. */
  static fromEnvironmentName(
    scope: Construct,
    environmentName: string,
    settings: ExistingRedisSettings = {},
  ): RedisEndpoint {
    const parameter = (name: string): string => StringParameter.valueForStringParameter(scope, name);
    const { port, replicas, auth = defaults.redis.auth, subscriptions = [] } = settings;
    const references = redisReferences(scope, {
      securityGroupId: parameter(redisSecurityGroupParameter(environmentName)),
      authSecretArn: parameter(redisAuthSecretParameter(environmentName)),
      kmsKeyArn: parameter(redisKeyParameter(environmentName)),
    });
    const { encryptionKey } = references.authSecret;
    const secretOf = (user: string): ISecret =>
      Secret.fromSecretAttributes(scope, `RedisSecret-${user}`, {
        secretCompleteArn: parameter(redisUserSecretParameter(environmentName, user)),
        ...(encryptionKey === undefined ? {} : { encryptionKey }),
      });
    return {
      ...(port === undefined ? {} : { port }),
      ...(replicas === undefined ? {} : { replicas }),
      addressParameters: [],
      // The parameter of the one secret is that of the operator.
      ...(auth === 'users'
        ? {
            userSecrets: {
              operator: references.authSecret,
              ...Object.fromEntries(subscriptions.map(({ service }) => [service, secretOf(service)])),
            },
          }
        : {}),
      // Containers get it from ECS: the getter creates no unused template parameter.
      get host() {
        return parameter(redisHostParameter(environmentName));
      },
      ...references,
    };
  }

  readonly host: string;
  readonly port: number;
  readonly securityGroup: ISecurityGroup;
  readonly authSecret: ISecret;
  readonly userSecrets: Readonly<Record<string, ISecret>> | undefined;
  readonly replicas: number;
  readonly replicationGroupId: string;
  readonly addressParameters: readonly IDependable[];
  readonly serviceEndpoints: ServiceAddresses | undefined;
  readonly rotation: LambdaFunction;

  constructor(scope: Construct, id: string, props: ModelEventsRedisProps) {
    super(scope, id);
    const { vpc, environmentName = defaultEnvironmentName, bundles = builtBundles } = props;
    const { interfaceEndpoints = false, logRetention: logRetentionDays = defaults.logRetentionDays } = props;
    const settings = {
      nodeType: 'cache.t4g.small',
      replicas: 1,
      ...defaults.redis,
      ...props,
      source: 'created',
    } as const;
    const network = new Network(this, 'Network', {
      vpc,
      subnets: props.vpcSubnets,
      interfaceEndpoints,
      services: ['secretsmanager', 'elasticache', 'sqs'],
    });
    const redis = new CreatedRedis(this, 'Redis', {
      environment: environmentName,
      settings,
      vpc,
      subnets: network.subnets,
      logRetentionDays,
      subscriptions: props.subscriptions ?? [],
    });
    const accessOf = (id: string, user?: string): RedisAccess =>
      new RedisAccess(this, id, {
        environment: environmentName,
        endpoint: redis,
        ...(user === undefined ? {} : { user }),
      });
    const others = Object.keys(redis.userSecrets ?? {}).filter((name) => name !== 'operator');
    const accesses = [accessOf('Access'), ...others.map((name) => accessOf(`Access-${name}`, name))] as const;
    for (const { authSecretArn } of accesses) {
      network.allow('secretsmanager', [...secretActions.read, ...secretActions.rotate], authSecretArn);
    }
    if (redis.userSecrets === undefined) network.allow('elasticache', rotationActions, redis.replicationGroupArn);
    for (const user of redis.userArns) network.allow('elasticache', userRotationActions, user);
    // The pipeline's queues are created after Redis; the functions' roles name them.
    network.allow('sqs', bufferActions, Stack.of(this).formatArn({ service: 'sqs', resource: '*' }));
    this.rotation = new Rotation(this, 'Rotation', {
      environment: { environment: environmentName, logRetentionDays },
      redis,
      accesses,
      network,
      days: settings.tokenRotationDays,
      bundle: join(bundles, 'rotation'),
    }).function;
    this.host = redis.host;
    this.port = redis.port;
    this.securityGroup = redis.securityGroup;
    this.authSecret = redis.authSecret;
    this.userSecrets = redis.userSecrets;
    this.replicas = redis.replicas;
    this.replicationGroupId = redis.replicationGroupId;
    this.addressParameters = redis.addressParameters;
    this.serviceEndpoints = network.endpoints;
  }
}
