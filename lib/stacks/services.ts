import { Stack, Stage, type StackProps } from 'aws-cdk-lib';
import { Cluster, type ICluster } from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import type { Environment } from '../../config/environment';
import { EcsService, wiringOf } from '../ecs-service';
import { importedVpc } from '../imported-vpc';
import { ModelEvents } from '../model-events';
import type { IModelEvents } from '../model-events-base';
import { ModelEventsRedis } from '../model-events-redis';
import { isProtected } from '../protection';
import { importedEndpoint } from '../redis-endpoint';

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
    const vpc = importedVpc(this, environment.vpc);
    const modelEvents = deployedModelEvents(this, environment);
    const clusters = new Map<string, ICluster>();
    for (const service of environment.services) {
      const { cluster: clusterName } = service;
      const cluster =
        clusters.get(clusterName) ??
        Cluster.fromClusterAttributes(this, `Cluster-${clusterName}`, { clusterName, vpc, securityGroups: [] });
      clusters.set(clusterName, cluster);
      new EcsService(this, service.name, { environment, service, modelEvents, cluster });
    }
  }
}

/** The pipeline of the environment, which other stacks deploy, with its configured services. */
export function deployedModelEvents(scope: Construct, environment: Environment): IModelEvents {
  const { redis } = environment;
  // The id `Default` is no part of logical ids: those of deployed resources stay.
  const modelEvents = ModelEvents.fromModelEventsAttributes(scope, 'Default', {
    environmentName: environment.environment,
    // A Stage cannot refer to a stack outside: what another stack creates is looked up when this one is deployed.
    redis:
      redis.source === 'created'
        ? ModelEventsRedis.fromEnvironmentName(scope, environment.environment, {
            ...redis,
            subscriptions: environment.subscriptions,
          })
        : importedEndpoint(scope, environment),
    subscriptions: environment.subscriptions,
  });
  for (const service of environment.services) {
    modelEvents.requireWired(service.family, service.container, wiringOf(environment, service));
  }
  return modelEvents;
}

/** Puts the stack where `cdk deploy --all` does not look; where the configuration has no services there is none. */
export function addServices(app: Construct, environment: Environment): ServicesStack | undefined {
  if (environment.services.length === 0) return undefined;
  return new ServicesStack(new Stage(app, 'Services'), `ModelEventsServices-${environment.environment}`, {
    environment,
  });
}
