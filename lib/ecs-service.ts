import { Annotations, Duration, Fn, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { type ISecurityGroup, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  type CfnService,
  type ContainerDefinition,
  ContainerImage,
  FargateService,
  FargateTaskDefinition,
  type HealthCheck,
  type ICluster,
  LogDriver,
} from 'aws-cdk-lib/aws-ecs';
import { type IRole, ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { Environment, ServiceSettings } from '../config/environment';
import { serviceImageParameter } from '../contract/parameter-names';
import type { IModelEvents, WireOptions } from './model-events-base';

export interface EcsServiceProps {
  readonly environment: Environment;
  readonly service: ServiceSettings;
  readonly modelEvents: IModelEvents;
  readonly cluster: ICluster;
}

/** What a configured service does with model events. */
export function wiringOf({ subscriptions }: Environment, { role, queue }: ServiceSettings): WireOptions {
  const subscription = subscriptions.find((each) => each.queue === queue)?.service;
  return { subscription, producer: role === 'producer' };
}

/** One producer or consumer on Fargate, in the private subnets, wired, with the image that its own pipeline has named. */
export class EcsService extends Construct {
  constructor(scope: Construct, id: string, props: EcsServiceProps) {
    super(scope, id);
    const { environment, service, modelEvents, cluster } = props;
    // Read when the stack is deployed: without an image in the account no task definition is registered.
    const image = StringParameter.valueForStringParameter(
      this,
      serviceImageParameter(environment.environment, service.name),
    );
    const taskDefinition = new FargateTaskDefinition(this, 'Task', {
      family: service.family,
      cpu: service.cpu,
      memoryLimitMiB: service.memoryMegabytes,
      executionRole: this.executionRole(image, service),
      ...this.taskRole(service),
    });
    const container = this.addContainer(taskDefinition, image, props);
    const fargate = new FargateService(this, 'Service', {
      // As people know it. Where the cluster has a service of this name, CloudFormation refuses to create a second one.
      serviceName: service.family,
      cluster,
      taskDefinition,
      securityGroups: [this.securityGroup(props)],
      vpcSubnets: { subnets: cluster.vpc.privateSubnets },
      assignPublicIp: false,
      // No number of tasks: it stays what it is.
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { enable: true, rollback: true },
      ...(service.targetGroupArn === undefined ? {} : { healthCheckGracePeriod: Duration.minutes(2) }),
    });
    this.register(fargate, service);
    modelEvents.wire(taskDefinition, container, {
      ...wiringOf(environment, service),
      ...(this.hasRules(props) ? {} : { client: fargate }),
    });
    // ECS reads image and secrets when the first task starts: the role's policy has to be there before.
    fargate.node.addDependency(taskDefinition.obtainExecutionRole());
    Validations.of(taskDefinition).acknowledge({
      id: 'AwsSolutions-ECS2',
      reason:
        'The plain variables are names of a queue and a bus; addresses and token come from SSM and Secrets Manager.',
    });
  }

  private addContainer(
    taskDefinition: FargateTaskDefinition,
    image: string,
    { environment, service }: EcsServiceProps,
  ): ContainerDefinition {
    const logGroup = new LogGroup(this, 'Log', {
      // The configuration admits only the numbers that the type knows.
      retention: environment.logRetentionDays as unknown as RetentionDays,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    return taskDefinition.addContainer(service.container, {
      image: ContainerImage.fromRegistry(image),
      logging: LogDriver.awsLogs({ logGroup, streamPrefix: service.name }),
      ...healthCheckOf(service),
      // As long as Fargate lets a container finish what it holds.
      stopTimeout: Duration.seconds(120),
      ...(service.port === undefined ? {} : { portMappings: [{ containerPort: service.port }] }),
    });
  }

  /** The running tasks' role, or a new one with the configured policies; both get the rights of the wiring. */
  private taskRole({ name, taskRoleArn, taskPolicyArns }: ServiceSettings): { taskRole?: IRole } {
    if (taskRoleArn !== undefined) return { taskRole: Role.fromRoleArn(this, 'TaskRole', taskRoleArn) };
    if (taskPolicyArns.length === 0) return {};
    return {
      taskRole: new Role(this, 'TaskRole', {
        description: `The container of ${name} calls AWS with it`,
        assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com'),
        managedPolicies: taskPolicyArns.map((arn, index) =>
          ManagedPolicy.fromManagedPolicyArn(this, `TaskPolicy${index}`, arn),
        ),
      }),
    };
  }

  /** Makes the tasks known to a load balancer and to Cloud Map, which are not of this app, and admits their clients. */
  private register(fargate: FargateService, service: ServiceSettings): void {
    const { container, port, targetGroupArn, discoveryServiceArn, clientSecurityGroupIds } = service;
    const resource = fargate.node.defaultChild as CfnService;
    if (discoveryServiceArn !== undefined) resource.serviceRegistries = [{ registryArn: discoveryServiceArn }];
    // The configuration requires a port for the rest.
    if (port === undefined) return;
    if (targetGroupArn !== undefined)
      resource.loadBalancers = [{ targetGroupArn, containerName: container, containerPort: port }];
    for (const id of clientSecurityGroupIds) {
      fargate.connections.allowFrom(securityGroupById(this, id), Port.tcp(port), `Clients of ${service.name}`);
    }
    const reachable = targetGroupArn ?? discoveryServiceArn ?? service.securityGroupId ?? clientSecurityGroupIds[0];
    if (reachable !== undefined) return;
    Annotations.of(this).addWarningV2(
      `model-events:unreachable-service:${service.name}`,
      `${service.name} listens on ${port}, and no other program can connect to it: set targetGroupArn or discoveryServiceArn, and clientSecurityGroupIds or securityGroupId, of the service in config.`,
    );
  }

  private executionRole(image: string, { name }: ServiceSettings): IRole {
    const role = new Role(this, 'ExecutionRole', {
      description: `ECS starts ${name} with it: image, secrets, log`,
      assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com'),
    });
    role.addToPolicy(
      new PolicyStatement({
        actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
        resources: [this.repositoryArn(image)],
      }),
    );
    role.addToPolicy(new PolicyStatement({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }));
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'ecr:GetAuthorizationToken knows no resource.',
    });
    return role;
  }

  /** Of an image in ECR: ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY, then :TAG or @DIGEST or both. */
  private repositoryArn(image: string): string {
    const registry = Fn.split('.', image);
    const behindRegistry = Fn.select(1, Fn.split('.amazonaws.com/', image));
    const repository = Fn.select(0, Fn.split(':', Fn.select(0, Fn.split('@', behindRegistry))));
    return Stack.of(this).formatArn({
      service: 'ecr',
      account: Fn.select(0, registry),
      region: Fn.select(3, registry),
      resource: 'repository',
      resourceName: repository,
    });
  }

  /**
   * Between the groups of a running service and of an existing Redis are rules already; EC2 refuses them a second time, and with
   * them the deployment. `doctor` finds the ones that are missing.
   */
  private hasRules({ service, environment }: EcsServiceProps): boolean {
    return service.securityGroupId !== undefined && environment.redis.source === 'imported';
  }

  private securityGroup({ service, cluster }: EcsServiceProps): ISecurityGroup {
    if (service.securityGroupId !== undefined) {
      // Whether it lets everything out does not show here: the rule to a new Redis is added in any case.
      return securityGroupById(this, service.securityGroupId, false);
    }
    const group = new SecurityGroup(this, 'SecurityGroup', {
      vpc: cluster.vpc,
      // What the service calls besides is its team's affair.
      description: `${service.name}: everything out, its clients in`,
      allowAllOutbound: true,
    });
    Annotations.of(group).acknowledgeWarning(
      '@aws-cdk/aws-ec2:ipv4IgnoreEgressRule',
      'The way to Redis is part of everything.',
    );
    return group;
  }
}

/** One construct for each group of the stack: two of one group would add one rule twice, which EC2 refuses. */
function securityGroupById(scope: Construct, id: string, allowAllOutbound = true): ISecurityGroup {
  const stack = Stack.of(scope);
  const known = stack.node.tryFindChild(`SecurityGroup-${id}`) as ISecurityGroup | undefined;
  return known ?? SecurityGroup.fromSecurityGroupId(stack, `SecurityGroup-${id}`, id, { allowAllOutbound });
}

/**
 * Without a shell, which an image may not have. There is no default: a check of Redis would replace every consumer when Redis
 * is away ("Determine Amazon ECS task health using container health checks").
 */
function healthCheckOf({ healthCheckCommand: command }: ServiceSettings): { healthCheck?: HealthCheck } {
  if (command === undefined) return {};
  return {
    healthCheck: {
      command: ['CMD', ...command],
      interval: Duration.seconds(30),
      timeout: Duration.seconds(5),
      retries: 3,
      startPeriod: Duration.minutes(2),
    },
  };
}
