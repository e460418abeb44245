/** The stack of the ECS services, deployed by name into an account with the parameters of their images. */
import {
  CreateClusterCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListTaskDefinitionsCommand,
} from '@aws-sdk/client-ecs';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { readEnvironment } from '../../config/read-environment';
import { redisHostParameter, redisPortParameter, serviceImageParameter } from '../../contract/parameter-names';
import { clientOptions } from '../support/aws-account';
import { useDeployment } from './deployment';

jest.setTimeout(120_000);

const environment = readEnvironment('development');
const { environment: name, services, redis } = environment;
if (redis.source !== 'imported') throw new Error('development is to have an imported Redis');
const { authSecretArn, host, port } = redis;
const deployment = useDeployment(environment);
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
    const queue = container?.environment?.find((variable) => variable.name === 'MODEL_EVENTS_QUEUE')?.value;
    expect(queue).toBe(service.queue);
  }
});
