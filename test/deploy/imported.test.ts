/** The development environment, deployed by the CDK CLI into an empty account and driven through the services' own APIs. */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { CloudWatchClient, DescribeAlarmsCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { EventBridgeClient, ListEventBusesCommand, StartReplayCommand } from '@aws-sdk/client-eventbridge';
import { GetFunctionConfigurationCommand, LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Redis } from 'ioredis';
import { readEnvironment } from '../../config/read-environment';
import { readMessage } from '../../contract/message';
import { connect } from '../../queue/connection';
import { clientOptions } from '../support/aws-account';
import { registered } from '../support/events';
import { endpointOf } from '../support/redis';
import { BufferMapping } from './buffer-mapping';
import { commandsOf, Runner } from '../support/workflow';
import type { Template } from './cdk-project';
import { deployedFunction, startDeployed } from './deployed-function';
import { consumeOne } from './consume-one';
import { useDeployment } from './deployment';
import { Vpc } from './vpc';

jest.setTimeout(240_000);

const environment = readEnvironment('development');
if (environment.redis.source !== 'imported') throw new Error('development is to have an imported Redis');
const { host, port, authSecretArn } = environment.redis;
const stack = 'ModelEvents-development';

const deployment = useDeployment(environment);
let client: Redis;
let outputs: Readonly<Record<string, string>>;
let template: Template;

beforeAll(async () => {
  const { redis, project } = deployment;
  client = await connect(endpointOf(redis));
  deployment.onEnd(() => client.disconnect());
  outputs = project.outputs(stack);
  template = project.template(stack);
});

/** The ids of the models in a queue. */
async function modelsIn(queue: string): Promise<string[]> {
  const messages = await client.lrange(queue, 0, -1);
  return messages.map((text) => readMessage(text).payload.model_id);
}

describe('the deployed pipeline', () => {
  let mapping: BufferMapping;
  beforeAll(async () => {
    const { emulator, redis } = deployment;
    const vpc = await Vpc.create();
    deployment.onEnd(() => vpc.close());
    await vpc.placeRedis(host, port, redis);
    const publisher = await startDeployed(deployment, vpc, { purpose: 'publisher', stack });
    mapping = new BufferMapping(emulator, outputs['BufferUrl'] ?? '', publisher);
  });
  beforeEach(() => client.flushall());

  test('a registration on the bus reaches every consumer and is deleted from the buffer', async () => {
    await deployment.put('hokusai.registry', registered({ model_id: 'deployed-1', event_id: 'registration-1' }));
    expect(await mapping.deliver()).toHaveLength(1);
    expect(await mapping.depth()).toBe(0);
    for (const queue of ['model_events', 'model_events:site']) {
      const consumed = await consumeOne(endpointOf(deployment.redis), queue);
      expect(consumed).toMatchObject({ message_id: 'registration-1', payload: { model_id: 'deployed-1' } });
    }
  });

  test('events of other sources never reach the buffer', async () => {
    await deployment.put('another.source', registered());
    expect(await mapping.depth()).toBe(0);
  });

  test('a smoke event ends in the smoke list, and no subscription sees it', async () => {
    await deployment.put('hokusai.smoke', registered({ model_id: 'smoke-1' }));
    await mapping.deliver();
    expect(await modelsIn('model_events:smoke')).toEqual(['smoke-1']);
    expect(await client.exists('model_events', 'model_events:site', 'model_events:dlq')).toBe(0);
  });

  test('a registration that violates the contract is dead-lettered, and the others of its batch arrive', async () => {
    await deployment.put('hokusai.registry', registered({ token_symbol: 'no spaces' }));
    await deployment.put('hokusai.registry', registered({ model_id: 'neighbour' }));
    await mapping.deliver();
    expect(await modelsIn('model_events')).toEqual(['neighbour']);
    expect(await client.llen('model_events:dlq')).toBe(1);
  });

  test('after Redis lost its data, a replay of the archive delivers the registrations to the selected service', async () => {
    await deployment.put('hokusai.registry', registered({ model_id: 'replayed', event_id: 'registration-2' }));
    await mapping.deliver();
    await client.flushall();
    const { account, region } = environment;
    await new EventBridgeClient(clientOptions(deployment.emulator)).send(
      new StartReplayCommand({
        ReplayName: 'hokusai-site.after-the-loss',
        EventSourceArn: `arn:aws:events:${region}:${account}:archive/${outputs['ArchiveName'] ?? ''}`,
        EventStartTime: new Date(Date.now() - 3600_000),
        EventEndTime: new Date(Date.now() + 1000),
        Destination: { Arn: `arn:aws:events:${region}:${account}:event-bus/${outputs['BusName'] ?? ''}` },
      }),
    );
    while ((await mapping.deliver()).length > 0);
    expect(await modelsIn('model_events:site')).toContain('replayed');
    expect(await modelsIn('model_events')).toEqual([]);
    expect(await modelsIn('model_events:smoke')).toEqual([]);
  });

  test('while Redis is down, the buffer keeps the registration', async () => {
    await deployment.redis.primary.kill();
    await deployment.put('hokusai.registry', registered({ model_id: 'patient' }));
    await mapping.deliver();
    expect(await mapping.depth()).toBe(1);
    await deployment.redis.primary.restart();
  });
});

test('the function gets the complete ARN of the secret and never the token', async () => {
  const { Environment, FunctionName } = await deployedFunction(deployment, 'publisher');
  expect(FunctionName).toBe(outputs['PublisherName']);
  expect(Environment?.Variables).toMatchObject({ REDIS_HOST: host, REDIS_AUTH_SECRET_ARN: authSecretArn });
  expect(JSON.stringify(Environment)).not.toContain(deployment.redis.token);
});

test('the steps of the deployment workflow deploy again without a change, find no differences, and print them for a pull request', async () => {
  const { emulator, project } = deployment;
  const runner = new Runner({ ...emulator.environment, ENVIRONMENT: 'development', HOME: project.folder });
  deployment.onEnd(() => runner.remove());
  // The CDK CLI in the folder of the deployed project; the emulator's change sets fail without a message.
  const direct = '$([ "$2" = deploy ] && echo --method direct)';
  runner.program('npx', `cd '${project.folder}' && exec ${join(__dirname, '../../node_modules/.bin')}/"$@" ${direct}`);
  for (const [file, job, step, expected] of [
    ['deploy-environment.yml', 'deploy', 'Deploy', /\(no changes\)/],
    ['deploy-environment.yml', 'deploy', 'Expect no differences', /There were no differences/],
    ['deploy.yml', 'diff', 'Compare with the deployed stacks', /There were no differences/],
  ] as const) {
    const { code, output } = await runner.run(commandsOf(file, job, step));
    expect([step, code, output]).toEqual([step, 0, expect.stringMatching(expected)]);
  }
  expect(runner.read('diff.txt')).toMatch(/There were no differences/);
});

/** The configuration of the version that the alias `live` of a function names. */
async function liveVersion(purpose: string) {
  const { FunctionName } = await deployedFunction(deployment, purpose);
  const lambda = new LambdaClient(clientOptions(deployment.emulator));
  return lambda.send(new GetFunctionConfigurationCommand({ FunctionName, Qualifier: 'live' }));
}

test('batches go to the alias of the publisher', async () => {
  const lambda = new LambdaClient(clientOptions(deployment.emulator));
  const { EventSourceMappings = [] } = await lambda.send(new ListEventSourceMappingsCommand({}));
  expect(EventSourceMappings).toHaveLength(2);
  for (const { FunctionArn } of EventSourceMappings) expect(FunctionArn).toMatch(/:live$/);
});

test('another subscription changes only the functions that have the list of subscriptions, their live versions, alarms and the dashboard', async () => {
  const { Version: before } = await liveVersion('publisher');
  // CodeDeploy deploys nothing while an alarm of its group is in ALARM: those of a failing version are not the next one's.
  const cloudwatch = new CloudWatchClient(clientOptions(deployment.emulator));
  const AlarmName = `model-events-development-deployment-errors-publisher-${before ?? ''}`;
  const failing = { StateValue: 'ALARM', StateReason: 'the deployed version fails' } as const;
  await cloudwatch.send(new SetAlarmStateCommand({ AlarmName, ...failing }));
  deployment.project.configure((written) => {
    written['subscriptions'] = [
      ...environment.subscriptions,
      { service: 'hokusai-audit', queue: 'model_events:audit' },
    ];
  });
  await expect(deployment.project.diff()).rejects.toThrow('model_events:audit');
  await deployment.project.deploy();
  const changed = deployment.project.template(stack).Resources;
  const functions = Object.keys(changed).filter((id) =>
    JSON.stringify(changed[id]?.Properties?.['Environment'] ?? '').includes('MODEL_EVENTS_SUBSCRIPTIONS'),
  );
  const different = Object.keys(changed).filter((id) => !isDeepStrictEqual(changed[id], template.Resources[id]));
  const rest = different.filter((id) => !/^AWS::(CloudWatch::|Lambda::(Version|Alias)$)/.test(changed[id]?.Type ?? ''));
  expect(rest).toEqual(functions);
  for (const purpose of ['publisher', 'monitor', 'operations']) {
    const { Environment } = await liveVersion(purpose);
    expect(JSON.stringify(Environment)).toContain('model_events:audit');
  }
  const { MetricAlarms } = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: [AlarmName] }));
  expect(MetricAlarms).toEqual([]);
});

test('destroy deletes everything except the retained resources', async () => {
  await deployment.project.destroy();
  const { QueueUrls = [] } = await new SQSClient(clientOptions(deployment.emulator)).send(new ListQueuesCommand({}));
  expect(QueueUrls).toEqual([]);
  const { EventBuses = [] } = await new EventBridgeClient(clientOptions(deployment.emulator)).send(
    new ListEventBusesCommand({}),
  );
  expect(EventBuses.map(({ Name }) => Name)).toEqual(['default']);
});
