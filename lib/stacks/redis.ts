import { join } from 'node:path';
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Environment } from '../../config/environment';
import { CreatedRedis } from '../created-redis';
import { depthActions } from '../monitor';
import { Network } from '../network';
import { bufferActions } from '../operations';
import { isProtected } from '../protection';
import { RedisAccess, secretActions } from '../redis-access';
import type { RedisEndpoint } from '../redis-endpoint';
import { builtBundles } from '../redis-function';
import { Rotation, rotationActions } from '../rotation';
import type { ServiceAddresses } from '../service-endpoints';

export interface RedisStackProps extends StackProps {
  readonly environment: Environment;
  /** Folder with a bundle for each function. @default dist/lambda, where `npm run build` writes them */
  readonly bundles?: string;
}

/** The environment's Redis, if the configuration creates one. */
export class RedisStack extends Stack {
  readonly endpoint: RedisEndpoint;
  /** VPC endpoints of AWS services; undefined if the VPC has a NAT gateway. */
  readonly endpoints: ServiceAddresses | undefined;
  /** Rotates the token. */
  readonly rotation: LambdaFunction;

  constructor(scope: Construct, id: string, props: RedisStackProps) {
    const { environment, bundles = builtBundles, ...stackProps } = props;
    const { redis: settings } = environment;
    if (settings.source !== 'created')
      throw new Error(`The Redis of ${environment.environment} is imported: no stack creates it`);
    super(scope, id, {
      description: `Model events (${environment.environment}): Redis, its token and their rotation`,
      env: { account: environment.account, region: environment.region },
      terminationProtection: isProtected(environment),
      ...stackProps,
    });
    const network = new Network(this, 'Network', { environment, services: ['secretsmanager', 'elasticache', 'sqs'] });
    const redis = new CreatedRedis(this, 'Redis', {
      environment: environment.environment,
      settings,
      vpc: network.vpc,
      subnets: network.subnets,
      logRetentionDays: environment.logRetentionDays,
    });
    const access = new RedisAccess(this, 'Access', { environment, endpoint: redis.endpoint });
    const { authSecretArn } = redis.endpoint;
    network.allow('secretsmanager', [...secretActions.read, ...secretActions.rotate], authSecretArn);
    network.allow('elasticache', rotationActions, redis.replicationGroupArn);
    // The pipeline's queues are created after this stack; the functions' roles name them.
    network.allow('sqs', [...depthActions, ...bufferActions], this.formatArn({ service: 'sqs', resource: '*' }));
    const rotation = new Rotation(this, 'Rotation', {
      environment,
      redis,
      access,
      network,
      days: settings.tokenRotationDays,
      bundle: join(bundles, 'rotation'),
    });
    this.rotation = rotation.function;
    this.endpoint = redis.endpoint;
    this.endpoints = network.endpoints;

    new CfnOutput(this, 'RedisHost', { description: 'Primary endpoint of Redis', value: redis.endpoint.host });
    new CfnOutput(this, 'AuthSecretArn', { description: "Secret with Redis' token", value: authSecretArn });
  }
}
