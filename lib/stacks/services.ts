import { Stack, Stage, type StackProps } from 'aws-cdk-lib';
import { Cluster, type ICluster } from 'aws-cdk-lib/aws-ecs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import type { Environment } from '../../config/environment';
import {
  redisAuthSecretParameter,
  redisHostParameter,
  redisKeyParameter,
  redisSecurityGroupParameter,
} from '../../contract/parameter-names';
import { EcsService } from '../ecs-service';
import { importedVpc } from '../imported-vpc';
import { isProtected } from '../protection';
import { RedisAccess } from '../redis-access';
import { importedEndpoint, type RedisEndpoint, redisReferences } from '../redis-endpoint';
import { refuseUnwiredContainers } from '../wiring-aspect';

export interface ServicesStackProps extends StackProps {
  readonly environment: Environment;
}

/**
 * The ECS services of producers and consumers. They are in the account already, so this stack is deployed on purpose only:
 * it is in a Stage, which `cdk deploy --all` skips, and is deployed by its full name,
 * `npx cdk deploy -c environment=development Services/ModelEventsServices-development`.
 */
export class ServicesStack extends Stack {
  constructor(scope: Construct, id: string, props: ServicesStackProps) {
    const { environment, ...stackProps } = props;
    super(scope, id, {
      // Not the Stage's name before it.
      stackName: id,
      description: `Model events (${environment.environment}): the services that produce and consume them`,
      env: { account: environment.account, region: environment.region },
      terminationProtection: isProtected(environment),
      ...stackProps,
    });
    refuseUnwiredContainers(this, environment);

    const vpc = importedVpc(this, environment.vpc);
    const redis = new RedisAccess(this, 'Redis', {
      environment: environment.environment,
      endpoint: this.endpoint(environment),
    });
    const clusters = new Map<string, ICluster>();
    for (const service of environment.services) {
      const { cluster: clusterName } = service;
      const cluster =
        clusters.get(clusterName) ??
        Cluster.fromClusterAttributes(this, `Cluster-${clusterName}`, { clusterName, vpc, securityGroups: [] });
      clusters.set(clusterName, cluster);
      new EcsService(this, service.name, { environment, service, redis, cluster });
    }
  }

  /** A Stage cannot refer to a stack outside: what another stack creates is looked up when this one is deployed. */
  private endpoint({ environment, redis, ...others }: Environment): RedisEndpoint {
    if (redis.source === 'imported') return importedEndpoint(this, { environment, redis, ...others });
    const parameter = (name: string): string => StringParameter.valueForStringParameter(this, name);
    return {
      // Containers get it from ECS: the getter creates no unused template parameter.
      get host() {
        return parameter(redisHostParameter(environment));
      },
      port: redis.port,
      ...redisReferences(this, {
        securityGroupId: parameter(redisSecurityGroupParameter(environment)),
        authSecretArn: parameter(redisAuthSecretParameter(environment)),
        kmsKeyArn: parameter(redisKeyParameter(environment)),
      }),
    };
  }
}

/** Puts the stack where `cdk deploy --all` does not look; where the configuration has no services there is none. */
export function addServices(app: Construct, environment: Environment): ServicesStack | undefined {
  if (environment.services.length === 0) return undefined;
  return new ServicesStack(new Stage(app, 'Services'), `ModelEventsServices-${environment.environment}`, {
    environment,
  });
}
