/** The stack of the ECS services, deployed by name into an account with the parameters of their images. */
import { join } from 'node:path';
import {
  CreateClusterCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListTaskDefinitionsCommand,
} from '@aws-sdk/client-ecs';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { CreateSecurityGroupCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { readEnvironment } from '../../config/read-environment';
import { redisHostParameter, redisPortParameter, serviceImageParameter } from '../../contract/parameter-names';
import { clientOptions } from '../support/aws-account';
import { runProgram } from '../cli/program';
import { useDeployment } from './deployment';

jest.setTimeout(120_000);

const environment = readEnvironment('development');
const { environment: name, services, redis } = environment;
if (redis.source !== 'imported') throw new Error('development is to have an imported Redis');
const { authSecretArn, host, port } = redis;
/** The others keep the role and the security group of their running tasks. */
const created = 'hokusai-site';
const deployment = useDeployment(environment, true, (written) => {
  for (const service of written['services'] as Record<string, unknown>[]) {
    if (service['name'] !== created) continue;
    delete service['securityGroupId'];
    delete service['taskRoleArn'];
  }
});
const stack = 'Services/ModelEventsServices-development';

test('`deploy --all` does not deploy the services', async () => {
  const ecs = new ECSClient(clientOptions(deployment.emulator));
  expect((await ecs.send(new ListTaskDefinitionsCommand({}))).taskDefinitionArns).toEqual([]);
});

test('without the image parameters of the teams no task definition is registered', async () => {
  await expect(deployment.project.deploy(stack)).rejects.toThrow(/Unable to fetch parameters .*services\/.*\/image/);
  const ecs = new ECSClient(clientOptions(deployment.emulator));
  expect((await ecs.send(new ListTaskDefinitionsCommand({}))).taskDefinitionArns).toEqual([]);
});

test('with their image parameters the services are deployed, each with address, token and image by reference', async () => {
  const ssm = new SSMClient(clientOptions(deployment.emulator));
  const image = (service: string) => `123456789012.dkr.ecr.us-east-1.amazonaws.com/${service}:2026-11-23`;
  const values = {
    [redisHostParameter(name)]: host,
    [redisPortParameter(name)]: String(port),
    ...Object.fromEntries(services.map((service) => [serviceImageParameter(name, service.name), image(service.name)])),
  };
  for (const [Name, Value] of Object.entries(values))
    await ssm.send(new PutParameterCommand({ Name, Value, Type: 'String' }));
  const ecs = new ECSClient(clientOptions(deployment.emulator));
  for (const clusterName of new Set(services.map(({ cluster }) => cluster)))
    await ecs.send(new CreateClusterCommand({ clusterName }));

  await prepareRunningTasks();

  await deployment.project.deploy(stack);
  for (const service of services) {
    const { services: [running] = [] } = await ecs.send(
      new DescribeServicesCommand({ cluster: service.cluster, services: [service.family] }),
    );
    const { taskDefinition } = await ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: running?.taskDefinition }),
    );
    const container = taskDefinition?.containerDefinitions?.find((each) => each.name === service.container);
    expect(taskDefinition?.family).toBe(service.family);
    expect(container?.image).toBe(image(service.name));
    const secrets = (container?.secrets ?? []).map((secret) => `${secret.name ?? ''} ${secret.valueFrom ?? ''}`);
    expect(secrets.sort()).toEqual([
      `REDIS_AUTH_TOKEN ${authSecretArn}:auth_token::`,
      `REDIS_HOST arn:aws:ssm:us-east-1:123456789012:parameter${redisHostParameter(name)}`,
      `REDIS_PORT arn:aws:ssm:us-east-1:123456789012:parameter${redisPortParameter(name)}`,
    ]);
    expect(running?.loadBalancers?.map(({ targetGroupArn }) => targetGroupArn)).toEqual(
      service.targetGroupArn === undefined ? [] : [service.targetGroupArn],
    );
    const isKept = service.name !== created;
    const { securityGroups = [] } = running?.networkConfiguration?.awsvpcConfiguration ?? {};
    expect(securityGroups.includes(service.securityGroupId ?? '')).toBe(isKept);
    expect(taskDefinition?.taskRoleArn === service.taskRoleArn).toBe(isKept);
    const queue = container?.environment?.find((variable) => variable.name === 'MODEL_EVENTS_QUEUE')?.value;
    expect(queue).toBe(service.queue);
  }
});

test('after the deployment `ecs diff` reports no loss: the role and the group that the stack created are its own', async () => {
  const { emulator, project } = deployment;
  const words = ['ecs', 'diff', '-e', name, '--json', '--config', join(project.folder, 'config')];
  const { code, out } = await runProgram(words, emulator.environment);
  expect(JSON.parse(out)).toMatchObject({ ok: true, lost: 0 });
  expect(code).toBe(0);
});

/** The roles and the security group of running tasks, which the configuration names. */
async function prepareRunningTasks(): Promise<void> {
  const options = clientOptions(deployment.emulator);
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [] });
  for (const { taskRoleArn } of services) {
    const RoleName = taskRoleArn?.split('/').at(-1);
    await new IAMClient(options).send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  }
  await new EC2Client(options).send(
    new CreateSecurityGroupCommand({
      VpcId: environment.vpc.vpcId,
      GroupName: 'services',
      Description: 'Services',
      TagSpecifications: [
        { ResourceType: 'security-group', Tags: [{ Key: '_custom_id_', Value: services[0]?.securityGroupId }] },
      ],
    }),
  );
}
