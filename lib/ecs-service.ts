import { Annotations, Duration, Fn, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { type ISecurityGroup, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  type ContainerDefinition,
  ContainerImage,
  FargateService,
  FargateTaskDefinition,
  type HealthCheck,
  type ICluster,
  LogDriver,
} from 'aws-cdk-lib/aws-ecs';
import { type IRole, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { Environment, ServiceSettings } from '../config/environment';
import { serviceImageParameter } from '../contract/parameter-names';
import { holdsConnectionCommand, listensCommand } from './container-health';
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
    });
    modelEvents.wire(taskDefinition, container, {
      ...wiringOf(environment, service),
      client: fargate,
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
      healthCheck: healthCheckOf(service, environment.redis.port),
      // As long as Fargate lets a container finish what it holds.
      stopTimeout: Duration.seconds(120),
      ...(service.port === undefined ? {} : { portMappings: [{ containerPort: service.port }] }),
    });
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

  private securityGroup({ service, cluster }: EcsServiceProps): ISecurityGroup {
    if (service.securityGroupId !== undefined) {
      // Whether it lets everything out does not show here: the rule to Redis is added in any case.
      return SecurityGroup.fromSecurityGroupId(this, 'SecurityGroup', service.securityGroupId, {
        allowAllOutbound: false,
      });
    }
    const group = new SecurityGroup(this, 'SecurityGroup', {
      vpc: cluster.vpc,
      // What the service calls besides is its team's affair; who may call it, too.
      description: `${service.name}: everything out, nothing in`,
      allowAllOutbound: true,
    });
    Annotations.of(group).acknowledgeWarning(
      '@aws-cdk/aws-ec2:ipv4IgnoreEgressRule',
      'The way to Redis is part of everything.',
    );
    return group;
  }
}

/** A consumer that lost Redis for five minutes is started anew; a deployment whose tasks never get there is rolled back. */
function healthCheckOf({ role, port }: ServiceSettings, redisPort: number): HealthCheck {
  const consumes = role === 'consumer' && port === undefined;
  return {
    command: ['CMD-SHELL', consumes ? holdsConnectionCommand(redisPort) : listensCommand(port)],
    interval: Duration.seconds(30),
    timeout: Duration.seconds(5),
    retries: consumes ? 10 : 3,
    startPeriod: Duration.minutes(2),
  };
}
