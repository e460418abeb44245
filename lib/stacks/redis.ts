import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Environment } from '../../config/environment';
import { importedVpc } from '../imported-vpc';
import { ModelEventsRedis } from '../model-events-redis';
import { isProtected } from '../protection';

export interface RedisStackProps extends StackProps {
  readonly environment: Environment;
  /** Folder with a bundle for each function. @default dist/lambda, where `npm run build` writes them */
  readonly bundles?: string;
}

/** The environment's Redis, if the configuration creates one. */
export class RedisStack extends Stack {
  readonly redis: ModelEventsRedis;

  constructor(scope: Construct, id: string, props: RedisStackProps) {
    const { environment, bundles, ...stackProps } = props;
    const { redis: settings } = environment;
    if (settings.source !== 'created')
      throw new Error(`The Redis of ${environment.environment} is imported: no stack creates it`);
    super(scope, id, {
      description: `Model events (${environment.environment}): Redis, its token and their rotation`,
      env: { account: environment.account, region: environment.region },
      terminationProtection: isProtected(environment),
      ...stackProps,
    });
    // The configuration admits only the numbers that the type knows.
    const logRetention = environment.logRetentionDays as unknown as RetentionDays;
    // The id `Default` is no part of logical ids: those of deployed resources stay.
    this.redis = new ModelEventsRedis(this, 'Default', {
      ...settings,
      environmentName: environment.environment,
      vpc: importedVpc(this, environment.vpc),
      interfaceEndpoints: environment.vpc.interfaceEndpoints,
      subscriptions: environment.subscriptions,
      logRetention,
      bundles,
    });
    const { host, authSecret } = this.redis;
    new CfnOutput(this, 'RedisHost', { description: 'Primary endpoint of Redis', value: host });
    if (authSecret === undefined) return;
    new CfnOutput(this, 'AuthSecretArn', { description: "Secret with Redis' token", value: authSecret.secretArn });
  }
}
