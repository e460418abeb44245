/** The environment's ECS services in an emulated account: roles, task definitions with their wiring, services. */
import { AuthorizeSecurityGroupIngressCommand, CreateSecurityGroupCommand } from '@aws-sdk/client-ec2';
import {
  type ContainerDefinition,
  CreateClusterCommand,
  CreateServiceCommand,
  CreateTaskSetCommand,
  DeleteServiceCommand,
  DescribeServicesCommand,
  type ECSClient,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import type { ServiceSettings } from '../../config/environment';
import { type ContainerWiring, containerWiring, type Right } from '../../contract/container-wiring';
import { development, redis } from './development';
import type { EmulatedAccount } from './emulated-account';

const roleArn = (name: string): string => `arn:aws:iam::${development.account}:role/${name}`;

export function wiringOf(service: ServiceSettings): ContainerWiring {
  const { environment, account, region, subscriptions } = development;
  return containerWiring({ environment, account, region, subscriptions, authSecretArn: redis.authSecretArn }, service);
}

/** A service's container with correct wiring and variables of its own. */
export function containerOf(service: ServiceSettings): ContainerDefinition {
  const { variables, secrets } = wiringOf(service);
  return {
    name: service.container,
    image: `${development.account}.dkr.ecr.us-east-1.amazonaws.com/${service.name}:1.4.2`,
    essential: true,
    environment: [
      { name: 'DATABASE_URL', value: 'postgres://app:database-password@db/app' },
      ...Object.entries(variables).map(([name, value]) => ({ name, value })),
    ],
    secrets: [
      { name: 'SESSION_KEY', valueFrom: `arn:aws:ssm:us-east-1:${development.account}:parameter/hokusai/session-key` },
      ...Object.entries(secrets).map(([name, valueFrom]) => ({ name, valueFrom })),
    ],
    logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': `/ecs/${service.name}` } },
    ulimits: [{ name: 'nofile', softLimit: 65_536, hardLimit: 65_536 }],
  };
}

/** The same container without some of its variables and secrets. */
export function without(container: ContainerDefinition, ...names: readonly string[]): ContainerDefinition {
  const keep = ({ name = '' }: { name?: string | undefined }): boolean => !names.includes(name);
  return {
    ...container,
    environment: container.environment?.filter(keep),
    secrets: container.secrets?.filter(keep),
  };
}

/** Registers a revision with this container, and runs it, by the service itself or by a task set, unless `run` is `leave`. */
export async function register(
  { ecs }: EmulatedAccount,
  service: ServiceSettings,
  container: ContainerDefinition,
  run: 'run' | 'task set' | 'leave' = 'run',
): Promise<void> {
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: service.family,
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      cpu: String(service.cpu),
      memory: String(service.memoryMegabytes),
      executionRoleArn: roleArn(`${service.name}-execution`),
      taskRoleArn: roleArn(`${service.name}-task`),
      containerDefinitions: [container],
      ephemeralStorage: { sizeInGiB: 30 },
      tags: [{ key: 'team', value: 'registry' }],
    }),
  );
  const arn = taskDefinition?.taskDefinitionArn ?? '';
  if (run === 'run') await start(ecs, service, arn);
  if (run === 'task set') await startTaskSet(ecs, service, arn);
}

/** Recreates the service: the emulator's UpdateService does not change deployments. */
async function start(ecs: ECSClient, { cluster, family }: ServiceSettings, taskDefinition: string): Promise<void> {
  const { services: [before] = [] } = await ecs.send(new DescribeServicesCommand({ cluster, services: [family] }));
  await ecs.send(new DeleteServiceCommand({ cluster, service: family, force: true }));
  await ecs.send(
    new CreateServiceCommand({
      cluster,
      serviceName: family,
      taskDefinition,
      desiredCount: 1,
      launchType: 'FARGATE',
      networkConfiguration: before?.networkConfiguration,
      loadBalancers: before?.loadBalancers,
    }),
  );
}

/** Recreates the service under the deployment controller of another program, which starts task sets. */
async function startTaskSet(ecs: ECSClient, settings: ServiceSettings, taskDefinition: string): Promise<void> {
  const { cluster, family: service } = settings;
  const { services: [before] = [] } = await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
  await ecs.send(new DeleteServiceCommand({ cluster, service, force: true }));
  const deploymentController = { type: 'EXTERNAL' } as const;
  await ecs.send(new CreateServiceCommand({ cluster, serviceName: service, desiredCount: 1, deploymentController }));
  const networkConfiguration = before?.networkConfiguration;
  await ecs.send(new CreateTaskSetCommand({ cluster, service, taskDefinition, networkConfiguration }));
}

/** Grants a service's role exactly these permissions. */
export async function allow(
  { iam }: EmulatedAccount,
  service: ServiceSettings,
  kind: 'execution' | 'task',
  rights: readonly Right[],
): Promise<void> {
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: `${service.name}-${kind}`,
      PolicyName: 'own',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: 'logs:PutLogEvents', Resource: '*' },
          ...rights.map(({ action, resource }) => ({ Effect: 'Allow', Action: action, Resource: resource })),
        ],
      }),
    }),
  );
}

export async function makeServices(account: EmulatedAccount): Promise<void> {
  const { ec2, ecs, iam } = account;
  const group = await ec2.send(
    new CreateSecurityGroupCommand({
      VpcId: development.vpc.vpcId,
      GroupName: 'services',
      Description: 'Services',
      // The group of the configuration.
      TagSpecifications: [
        {
          ResourceType: 'security-group',
          Tags: [{ Key: '_custom_id_', Value: development.services[0]?.securityGroupId }],
        },
      ],
    }),
  );
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: redis.securityGroupId,
      IpPermissions: [
        { IpProtocol: 'tcp', FromPort: 6379, ToPort: 6379, UserIdGroupPairs: [{ GroupId: group.GroupId }] },
      ],
    }),
  );
  for (const clusterName of new Set(development.services.map(({ cluster }) => cluster))) {
    await ecs.send(new CreateClusterCommand({ clusterName }));
  }
  for (const service of development.services) {
    const wiring = wiringOf(service);
    for (const kind of ['execution', 'task'] as const) {
      const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [] });
      await iam.send(new CreateRoleCommand({ RoleName: `${service.name}-${kind}`, AssumeRolePolicyDocument }));
      await allow(account, service, kind, kind === 'execution' ? wiring.executionRights : wiring.taskRights);
    }
    await register(account, service, containerOf(service), 'leave');
    await ecs.send(
      new CreateServiceCommand({
        cluster: service.cluster,
        serviceName: service.family,
        taskDefinition: service.family,
        desiredCount: 1,
        launchType: 'FARGATE',
        ...(service.targetGroupArn === undefined
          ? {}
          : {
              loadBalancers: [
                {
                  targetGroupArn: service.targetGroupArn,
                  containerName: service.container,
                  containerPort: service.port,
                },
              ],
            }),
        networkConfiguration: {
          awsvpcConfiguration: {
            subnets: [...development.vpc.privateSubnetIds],
            securityGroups: [group.GroupId ?? ''],
          },
        },
      }),
    );
  }
}
