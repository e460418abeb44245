import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct, type IDependable } from 'constructs';
import { type CreatedRedisSettings, defaults } from '../config/environment';
import {
  redisAuthSecretParameter,
  redisHostParameter,
  redisKeyParameter,
  redisSecurityGroupParameter,
} from '../contract/parameter-names';
import { CreatedRedis } from './created-redis';
import { Network } from './network';
import { bufferActions } from './operations';
import { defaultEnvironmentName } from './pipeline-settings';
import { RedisAccess, secretActions } from './redis-access';
import { type RedisEndpoint, redisReferences } from './redis-endpoint';
import { builtBundles } from './redis-function';
import { Rotation, rotationActions } from './rotation';
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

/** A Valkey of two or more nodes, with its token, its key and the rotation of the token. */
export class ModelEventsRedis extends Construct implements RedisEndpoint {
  /** The one of an environment that another app or stack deploys, by its SSM parameters, which are read at each deployment. */
  static fromEnvironmentName(
    scope: Construct,
    environmentName: string,
    settings: Pick<RedisEndpoint, 'port' | 'replicas'> = {},
  ): RedisEndpoint {
    const parameter = (name: string): string => StringParameter.valueForStringParameter(scope, name);
    return {
      ...settings,
      addressParameters: [],
      // Containers get it from ECS: the getter creates no unused template parameter.
      get host() {
        return parameter(redisHostParameter(environmentName));
      },
      ...redisReferences(scope, {
        securityGroupId: parameter(redisSecurityGroupParameter(environmentName)),
        authSecretArn: parameter(redisAuthSecretParameter(environmentName)),
        kmsKeyArn: parameter(redisKeyParameter(environmentName)),
      }),
    };
  }

  readonly host: string;
  readonly port: number;
  readonly securityGroup: ISecurityGroup;
  readonly authSecret: ISecret;
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
    });
    const access = new RedisAccess(this, 'Access', { environment: environmentName, endpoint: redis });
    network.allow('secretsmanager', [...secretActions.read, ...secretActions.rotate], access.authSecretArn);
    network.allow('elasticache', rotationActions, redis.replicationGroupArn);
    // The pipeline's queues are created after Redis; the functions' roles name them.
    network.allow('sqs', bufferActions, Stack.of(this).formatArn({ service: 'sqs', resource: '*' }));
    this.rotation = new Rotation(this, 'Rotation', {
      environment: { environment: environmentName, logRetentionDays },
      redis,
      access,
      network,
      days: settings.tokenRotationDays,
      bundle: join(bundles, 'rotation'),
    }).function;
    this.host = redis.host;
    this.port = redis.port;
    this.securityGroup = redis.securityGroup;
    this.authSecret = redis.authSecret;
    this.replicas = redis.replicas;
    this.replicationGroupId = redis.replicationGroupId;
    this.addressParameters = redis.addressParameters;
    this.serviceEndpoints = network.endpoints;
  }
}
