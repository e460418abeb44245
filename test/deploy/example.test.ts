/** The example app of the constructs, with the package that `make package` makes, deployed into an account with a VPC and a Redis. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateClusterCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListTaskDefinitionsCommand,
} from '@aws-sdk/client-ecs';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { readEnvironment } from '../../config/read-environment';
import { clientOptions } from '../support/aws-account';
import { registered } from '../support/events';
import { endpointOf } from '../support/redis';
import { BufferMapping } from './buffer-mapping';
import { consumeOne } from './consume-one';
import { startDeployed } from './deployed-function';
import { useDeployment } from './deployment';
import { Vpc } from './vpc';

jest.setTimeout(300_000);

const root = join(__dirname, '../..');
const environment = readEnvironment('development');
if (environment.redis.source !== 'imported') throw new Error('development is to have an imported Redis');
const { host, port, authSecretArn } = environment.redis;
const stack = 'ModelEventsExample';
const parameters = ['/hokusai/example/redis/host', '/hokusai/example/redis/port'];

const deployment = useDeployment(environment);

/** A user's project: the example, the packed constructs and aws-cdk-lib; nothing of this repository's sources. */
function installExample(folder: string): void {
  if (!existsSync(join(root, 'lib/dist/index.cjs'))) {
    throw new Error('lib/dist/index.cjs is missing: run `npm run build -- constructs` first (make test does)');
  }
  const installed = join(folder, 'node_modules/@hokusai/model-events-cdk');
  mkdirSync(installed, { recursive: true });
  const npm = ['pack', join(root, 'lib'), '--pack-destination', folder, '--loglevel=error', '--no-update-notifier'];
  const tarball = execFileSync('npm', npm, { cwd: root, encoding: 'utf8' }).trim();
  execFileSync('tar', ['-xzf', join(folder, tarball), '-C', installed, '--strip-components=1']);
  for (const name of ['aws-cdk-lib', 'constructs']) {
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  }
  copyFileSync(join(root, 'examples/cdk-app.ts'), join(folder, 'cdk-app.ts'));
}

beforeAll(async () => {
  const { emulator, project } = deployment;
  await new ECSClient(clientOptions(emulator)).send(new CreateClusterCommand({ clusterName: 'hokusai-development' }));
  const folder = join(project.folder, 'example');
  installExample(folder);
  const run = `'${root}/node_modules/.bin/node' --require '${root}/node_modules/tsx/dist/cjs/index.cjs' cdk-app.ts`;
  await project.deploy(stack, '--app', `cd '${folder}' && ${run}`);
});

test('a registration on the bus of the example reaches the consumer of its subscription', async () => {
  const { emulator, redis } = deployment;
  const vpc = await Vpc.create();
  deployment.onEnd(() => vpc.close());
  await vpc.placeRedis(host, port, redis);
  const publisher = await startDeployed(deployment, vpc, { purpose: 'publisher (example)', stack });
  const { QueueUrls: queues = [] } = await new SQSClient(clientOptions(emulator)).send(new ListQueuesCommand({}));
  const buffer = queues.find((url) => /\/ModelEventsExample-ModelEventsIngressBuffer[0-9A-F]{8}-/.test(url)) ?? '';
  const mapping = new BufferMapping(emulator, buffer, publisher);

  await deployment.put(
    'hokusai.registry',
    registered({ model_id: 'example-1', event_id: 'example-1' }),
    'hokusai-example',
  );
  expect(await mapping.deliver()).toHaveLength(1);
  expect(await mapping.depth()).toBe(0);
  const consumed = await consumeOne(endpointOf(redis), 'model_events:site');
  expect(consumed).toMatchObject({ message_id: 'example-1', payload: { model_id: 'example-1' } });
});

test('the wired container gets its queue, and the address and token by reference to what exists in the account', async () => {
  const ecs = new ECSClient(clientOptions(deployment.emulator));
  const { taskDefinitionArns: [taskDefinition] = [] } = await ecs.send(new ListTaskDefinitionsCommand({}));
  const described = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
  const [container] = described.taskDefinition?.containerDefinitions ?? [];
  expect(container?.environment).toContainEqual({ name: 'MODEL_EVENTS_QUEUE', value: 'model_events:site' });
  expect(container?.secrets).toEqual([
    { name: 'REDIS_HOST', valueFrom: `arn:aws:ssm:us-east-1:123456789012:parameter${parameters[0] ?? ''}` },
    { name: 'REDIS_PORT', valueFrom: `arn:aws:ssm:us-east-1:123456789012:parameter${parameters[1] ?? ''}` },
    { name: 'REDIS_AUTH_TOKEN', valueFrom: `${authSecretArn}:auth_token::` },
  ]);
  const { Parameters: found = [] } = await new SSMClient(clientOptions(deployment.emulator)).send(
    new GetParametersCommand({ Names: parameters }),
  );
  expect(Object.fromEntries(found.map(({ Name, Value }) => [Name, Value]))).toEqual({
    [parameters[0] ?? '']: host,
    [parameters[1] ?? '']: String(port),
  });
});
