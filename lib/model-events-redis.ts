import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { CreatedRedisSettings } from '../config/environment';
import {
  redisAuthSecretParameter,
  redisHostParameter,
  redisKeyParameter,
  redisSecurityGroupParameter,
} from '../contract/parameter-names';
import { CreatedRedis } from './created-redis';
import { depthActions } from './monitor';
import { Network } from './network';
import { bufferActions } from './operations';
import type { PipelineSettings } from './pipeline-settings';
import { RedisAccess, secretActions } from './redis-access';
import { type RedisEndpoint, redisReferences } from './redis-endpoint';
import { builtBundles } from './redis-function';
import { Rotation, rotationActions } from './rotation';
import type { ServiceAddresses } from './service-endpoints';

export interface ModelEventsRedisProps {
  readonly environment: Pick<PipelineSettings, 'environment' | 'logRetentionDays'>;
  readonly vpc: IVpc;
  readonly subnets?: SubnetSelection | undefined;
  readonly interfaceEndpoints: boolean;
  readonly settings: CreatedRedisSettings;
  /** Folder with a bundle for each function. @default dist/lambda, where `npm run build` writes them */
  readonly bundles?: string | undefined;
}

/** A Redis with its token, its key and the rotation of the token. */
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
  readonly serviceEndpoints: ServiceAddresses | undefined;
  readonly rotation: LambdaFunction;

  constructor(scope: Construct, id: string, props: ModelEventsRedisProps) {
    super(scope, id);
    const { environment, settings, bundles = builtBundles } = props;
    const network = new Network(this, 'Network', { ...props, services: ['secretsmanager', 'elasticache', 'sqs'] });
    const redis = new CreatedRedis(this, 'Redis', {
      environment: environment.environment,
      settings,
      vpc: network.vpc,
      subnets: network.subnets,
      logRetentionDays: environment.logRetentionDays,
    });
    const access = new RedisAccess(this, 'Access', { environment: environment.environment, endpoint: redis });
    network.allow('secretsmanager', [...secretActions.read, ...secretActions.rotate], access.authSecretArn);
    network.allow('elasticache', rotationActions, redis.replicationGroupArn);
    // The pipeline's queues are created after Redis; the functions' roles name them.
    network.allow(
      'sqs',
      [...depthActions, ...bufferActions],
      Stack.of(this).formatArn({ service: 'sqs', resource: '*' }),
    );
    this.rotation = new Rotation(this, 'Rotation', {
      environment,
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
    this.serviceEndpoints = network.endpoints;
  }
}
