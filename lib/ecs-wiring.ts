import { Stack } from 'aws-cdk-lib';
import type { IConnectable } from 'aws-cdk-lib/aws-ec2';
import { type ContainerDefinition, Secret } from 'aws-cdk-lib/aws-ecs';
import { Grant, type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { authTokenField, containerWiring, type WiredService } from '../contract/container-wiring';
import type { PipelineSettings } from './pipeline-settings';
import type { RedisAccess } from './redis-access';

export interface EcsWiringProps {
  readonly environment: Pick<PipelineSettings, 'environment' | 'subscriptions'>;
  readonly service: WiredService;
  readonly redis: RedisAccess;
  /** The container that talks to Redis or to the bus. */
  readonly container: ContainerDefinition;
  /** Opens the container's connections: the ECS service, or its security group. */
  readonly client: IConnectable;
}

/**
 * Gives a container of a producer or consumer what it needs: Redis' host and port from SSM, the token from its secret, its
 * queue or the bus by name; to the execution role the right to read exactly these, to a producer's task role the right to
 * put events on the bus; and the way to Redis, in both security groups.
 */
export class EcsWiring extends Construct {
  constructor(scope: Construct, id: string, props: EcsWiringProps) {
    super(scope, id);
    const { environment, service, redis, container, client } = props;
    const { account, region } = Stack.of(this);
    const { variables, secrets, executionRights, taskRights } = containerWiring(
      { ...environment, account, region, authSecretArn: redis.authSecretArn },
      service,
    );
    for (const [name, value] of Object.entries(variables)) container.addEnvironment(name, value);
    for (const [name, valueFrom] of Object.entries(secrets)) container.addSecret(name, new ReadAtStart(valueFrom));

    const { taskDefinition } = container;
    const executionRole = taskDefinition.obtainExecutionRole();
    redis.grantToken(executionRole);
    const parameters = executionRights.filter(({ action }) => action.startsWith('ssm:'));
    for (const { action, resource } of parameters) {
      executionRole.addToPrincipalPolicy(new PolicyStatement({ actions: [action], resources: [resource] }));
    }
    for (const { action, resource } of taskRights) {
      taskDefinition.taskRole.addToPrincipalPolicy(new PolicyStatement({ actions: [action], resources: [resource] }));
    }
    redis.allowFrom(client);
  }
}

/** What ECS reads when a task starts. CDK's own would grant more than that takes, so this one grants nothing. */
class ReadAtStart extends Secret {
  readonly hasField: boolean;

  /** @param arn as in `valueFrom` */
  constructor(readonly arn: string) {
    super();
    this.hasField = arn.endsWith(authTokenField);
  }

  override grantRead(grantee: IGrantable): Grant {
    return Grant.drop(grantee, 'EcsWiring grants exactly what ECS calls');
  }
}
