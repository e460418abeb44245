/** The constructs as another CDK app uses them: from lib/index.ts, without this project's configuration. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, RemovalPolicy, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { type IVpc, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { ContainerImage, FargateTaskDefinition, type FargateTaskDefinitionProps } from 'aws-cdk-lib/aws-ecs';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  type IModelEvents,
  ModelEvents,
  type ModelEventsProps,
  ModelEventsRedis,
  type RedisEndpoint,
} from '../../lib/index';
import { only } from './synthesized';

const folder = mkdtempSync(join(tmpdir(), 'model-events-'));
const bundles = join(folder, 'bundles');
for (const name of ['health', 'monitor', 'operations', 'publisher', 'rotation']) {
  mkdirSync(join(bundles, name), { recursive: true });
  writeFileSync(join(bundles, name, 'index.mjs'), '');
}
afterAll(() => rmSync(folder, { recursive: true }));

const image = ContainerImage.fromRegistry('public.ecr.aws/docker/library/busybox:stable');
const subscriptions = [
  { service: 'hokusai-token', queue: 'model_events' },
  { service: 'hokusai-site', queue: 'model_events:site', maxRetries: 5 },
];
const secretArn = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:redis-token-0GWWJx';

/** A stack without account and region, as `new Stack(app, id)` makes one. */
const newApp = (): App => new App({ outdir: mkdtempSync(join(folder, 'app-')) });
const newStack = (app = newApp(), id = 'Users'): Stack => new Stack(app, id);

// CDK's class declares optional properties wider than its interface does.
const vpcIn = (stack: Stack): IVpc => new Vpc(stack, 'Vpc', { maxAzs: 2 }) as IVpc;

const importedRedis = (stack: Stack): RedisEndpoint => ({
  host: 'redis.example.com',
  securityGroup: SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-0a1b2c3d4e5f60718'),
  authSecret: Secret.fromSecretCompleteArn(stack, 'Token', secretArn),
});

const pipeline = (stack: Stack, props: Partial<ModelEventsProps> = {}): ModelEvents =>
  new ModelEvents(stack, 'ModelEvents', {
    vpc: props.vpc ?? vpcIn(stack),
    redis: props.redis ?? importedRedis(stack),
    subscriptions,
    bundles,
    ...props,
  });

/** A pipeline that is deployed already. */
const deployed = (stack: Stack): IModelEvents =>
  ModelEvents.fromModelEventsAttributes(stack, 'ModelEvents', { redis: importedRedis(stack), subscriptions });

function taskIn(stack: Stack, environment: Record<string, string> = {}, props: FargateTaskDefinitionProps = {}) {
  const task = new FargateTaskDefinition(stack, 'Task', { family: 'site', ...props });
  return { task, container: task.addContainer('site', { image, environment }) };
}

/** The errors of synth; empty if it accepts the app. */
function refusals(stack: Stack): string[] {
  try {
    Stage.of(stack)?.synth();
    return [];
  } catch (error) {
    return (error as Error).message.split('\n').flatMap((line) => /(task definition .*)$/.exec(line)?.[1] ?? []);
  }
}

const statementsOf = (template: Template, role: string): unknown[] => {
  const policy = only(template, 'AWS::IAM::Policy', role).properties['PolicyDocument'];
  return (policy as { Statement: unknown[] }).Statement;
};

describe('ModelEvents with only a VPC, a Redis and subscriptions', () => {
  const stack = newStack();
  const modelEvents = pipeline(stack);
  modelEvents.grantPutEvents(new Role(stack, 'Registry', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }));
  const template = Template.fromStack(stack);

  test('creates the pipeline of the environment production, in a stack without account and region', () => {
    expect(only(template, 'AWS::Events::EventBus').properties['Name']).toBe('hokusai-production');
    expect(only(template, 'AWS::Events::Archive').properties['RetentionDays']).toBe(90);
    template.resourceCountIs('AWS::Lambda::Function', 4);
    const publisher = only(template, 'AWS::Lambda::Function', 'Publisher').properties;
    expect((publisher['Environment'] as { Variables: unknown }).Variables).toMatchObject({
      REDIS_HOST: 'redis.example.com',
      REDIS_PORT: '6379',
      REDIS_AUTH_SECRET_ARN: secretArn,
      MODEL_EVENTS_MIN_REPLICA_ACKS: '1',
      MODEL_EVENTS_SUBSCRIPTIONS: 'hokusai-token=model_events,hokusai-site=model_events:site maxRetries=5',
      MODEL_EVENTS_SEEN_HOURS: '24',
    });
  });

  test('keeps bus, archive and queues when the stack is deleted', () => {
    for (const type of ['AWS::Events::EventBus', 'AWS::Events::Archive', 'AWS::SQS::Queue']) {
      template.allResources(type, { DeletionPolicy: 'RetainExceptOnCreate' });
    }
  });

  test('writes the address of Redis into the SSM parameters from which ECS reads it', () => {
    const parameters = Object.values(template.findResources('AWS::SSM::Parameter')).map(
      ({ Properties }) => Properties as { Name: string; Value: string },
    );
    expect(Object.fromEntries(parameters.map(({ Name, Value }) => [Name, Value]))).toEqual({
      '/hokusai/production/redis/host': 'redis.example.com',
      '/hokusai/production/redis/port': '6379',
    });
  });

  test('grantPutEvents allows only PutEvents, on this bus only', () => {
    const bus = only(template, 'AWS::Events::EventBus').id;
    expect(statementsOf(template, 'Registry')).toEqual([
      { Action: 'events:PutEvents', Effect: 'Allow', Resource: { 'Fn::GetAtt': [bus, 'Arn'] } },
    ]);
  });
});

test('props override the defaults', () => {
  const stack = newStack();
  pipeline(stack, {
    environmentName: 'staging',
    removalPolicy: RemovalPolicy.DESTROY,
    publisher: { memoryMegabytes: 1024 },
    alarms: { queueDepth: 7, runbookUrl: 'https://wiki.example.com/runbook' },
  });
  const template = Template.fromStack(stack);
  expect(only(template, 'AWS::Events::EventBus').properties['Name']).toBe('hokusai-staging');
  template.allResources('AWS::SQS::Queue', { DeletionPolicy: 'Delete' });
  const { MemorySize, Timeout } = only(template, 'AWS::Lambda::Function', 'Publisher').properties;
  expect([MemorySize, Timeout]).toEqual([1024, 7]);
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'model-events-staging-queue-depth-hokusai-site',
    Threshold: 7,
  });
});

test('a created Redis has its users, key and rotation, and its pipeline wires a container in the same stack', () => {
  const stack = newStack();
  const vpc = vpcIn(stack);
  const subscriptions = [{ service: 'hokusai-site', queue: 'model_events:site' }];
  const redis = new ModelEventsRedis(stack, 'Redis', { vpc, bundles, subscriptions });
  const modelEvents = pipeline(stack, { vpc, redis, subscriptions });
  const { task, container } = taskIn(stack);
  modelEvents.wire(task, container, { subscription: 'hokusai-site' });
  expect(refusals(stack)).toEqual([]);
  const template = Template.fromStack(stack);
  expect(only(template, 'AWS::ElastiCache::ReplicationGroup').properties).toMatchObject({
    ReplicationGroupId: 'hokusai-redis-production',
    CacheNodeType: 'cache.t4g.small',
    NumCacheClusters: 2,
    TransitEncryptionMode: 'required',
  });
  template.resourceCountIs('AWS::SecretsManager::RotationSchedule', 3);
  template.resourceCountIs('AWS::ElastiCache::User', 3);
  const [definition] = Object.values(template.findResources('AWS::ECS::TaskDefinition'));
  const host = only(template, 'AWS::SSM::Parameter', 'Host').id;
  expect((definition as { DependsOn: string[] }).DependsOn).toContain(host);
});

test('an imported pipeline creates no resource, and a service in another stack gets access to Redis by its connections', () => {
  const alone = newStack();
  deployed(alone);
  expect(Template.fromStack(alone).toJSON()['Resources']).toBeUndefined();
  const stack = newStack();
  const modelEvents = deployed(stack);
  const client = new SecurityGroup(stack, 'Client', { vpc: vpcIn(stack), allowAllOutbound: false });
  client.connections.allowToDefaultPort(modelEvents);
  const template = Template.fromStack(stack);
  expect(only(template, 'AWS::EC2::SecurityGroupIngress').properties).toMatchObject({
    GroupId: 'sg-0a1b2c3d4e5f60718',
    FromPort: 6379,
    ToPort: 6379,
  });
});

test('metrics have the environment, the queue of the subscription and a suitable statistic, which options replace', () => {
  const modelEvents = deployed(newStack());
  const seen = (metric: { toMetricConfig(): { metricStat?: unknown } }) => metric.toMetricConfig().metricStat;
  expect(seen(modelEvents.metricQueueDepth('hokusai-site'))).toMatchObject({
    namespace: 'Hokusai/ModelEvents',
    metricName: 'QueueDepth',
    dimensions: [
      { name: 'Environment', value: 'production' },
      { name: 'Queue', value: 'model_events:site' },
    ],
    statistic: 'Maximum',
  });
  expect(seen(modelEvents.metricQueueDepth('hokusai-site', { statistic: 'Average' }))).toMatchObject({
    statistic: 'Average',
  });
  expect(seen(modelEvents.metricOldestMessageAge('hokusai-token'))).toMatchObject({ metricName: 'OldestMessageAge' });
  expect(seen(modelEvents.metricDeadLetterDepth('hokusai-token'))).toMatchObject({ metricName: 'DeadLetterDepth' });
  expect(seen(modelEvents.metricMessagesPublished())).toMatchObject({ statistic: 'Sum' });
  expect(seen(modelEvents.metricEndToEndLatency())).toMatchObject({ statistic: 'p99' });
  expect(seen(modelEvents.metricRedisAvailability())).toMatchObject({ statistic: 'Minimum' });
  expect(seen(modelEvents.metric('MemoryUsedPercent'))).toMatchObject({ statistic: 'Maximum' });
});

describe('errors name the fault and its remedy', () => {
  test('for an unknown subscription', () => {
    const stack = newStack();
    const modelEvents = deployed(stack);
    const { task, container } = taskIn(stack);
    const error = 'No subscription of service "site" in Users/ModelEvents. Available: hokusai-token, hokusai-site.';
    expect(() => modelEvents.metricQueueDepth('site')).toThrow(error);
    expect(() => modelEvents.wire(task, container, { subscription: 'site' })).toThrow(error);
  });

  test('for a container of another task definition, and one that is neither consumer nor producer', () => {
    const stack = newStack();
    const modelEvents = deployed(stack);
    const { task, container } = taskIn(stack);
    const other = new FargateTaskDefinition(stack, 'Other');
    expect(() => modelEvents.wire(other, container, { producer: true })).toThrow(
      'Container site is not in task definition Users/Other.',
    );
    expect(() => modelEvents.wire(task, container, {})).toThrow(
      'Container site is neither consumer nor producer: set `subscription`, or `producer: true`.',
    );
  });

  test('for a secret without its complete ARN, an invalid name and two subscriptions with one queue', () => {
    const stack = newStack();
    const redis = { ...importedRedis(stack), authSecret: Secret.fromSecretNameV2(stack, 'ByName', 'redis-token') };
    expect(() => pipeline(stack, { redis })).toThrow('The secret of Redis has no complete ARN');
    expect(() => pipeline(newStack(), { environmentName: 'Production' })).toThrow(
      'environmentName must be up to 20 lower-case letters, digits and dashes, and begin with a letter; got "Production"',
    );
    const twice = ['a', 'b'].map((service) => ({ service, queue: 'model_events' }));
    expect(() => pipeline(newStack(), { subscriptions: twice })).toThrow('duplicate: "model_events"');
  });

  test('for a queue without a hash tag where Redis has several primaries, or where another queue has one', () => {
    const inClusterMode =
      'subscriptions[0].queue must be a name with a hash tag, since Redis runs in cluster mode: one step changes several keys of a queue; ' +
      'got "model_events". Write "{model_events}".';
    const stack = newStack();
    expect(() => pipeline(stack, { redis: { ...importedRedis(stack), shards: 3 } })).toThrow(inClusterMode);
    const other = newStack();
    const redis = ModelEventsRedis.fromEnvironmentName(other, 'production', { kind: 'serverless', subscriptions });
    expect(() => ModelEvents.fromModelEventsAttributes(other, 'ModelEvents', { redis, subscriptions })).toThrow(
      inClusterMode,
    );
    const mixed = [
      { service: 'a', queue: '{model_events}' },
      { service: 'b', queue: 'model_events:b' },
    ];
    expect(() => pipeline(newStack(), { subscriptions: mixed })).toThrow(
      'got "model_events:b". Write "{model_events}:b", which shares a slot with {model_events}, or "{model_events:b}", which has a slot of its own.',
    );
  });
});

describe('synth refuses in every stack of the app', () => {
  const remedy = 'Wire the container with ModelEvents.wire().';

  test('a container with a queue but without the address and token of Redis', () => {
    const app = newApp();
    const stack = newStack(app);
    deployed(stack);
    taskIn(newStack(app, 'Other'), { MODEL_EVENTS_QUEUE: 'model_events:site' });
    expect(refusals(stack)).toEqual([
      expect.stringMatching(/^task definition site, container site: REDIS_HOST is missing; .*\/redis\/host\. Wire/),
      expect.stringContaining('REDIS_PORT is missing'),
      expect.stringContaining(`REDIS_AUTH_TOKEN is missing; ECS must read it from ${secretArn}:auth_token::.`),
      expect.stringContaining('it has no execution role'),
    ]);
  });

  test('a queue that no subscription has', () => {
    const stack = newStack();
    deployed(stack);
    taskIn(stack, { MODEL_EVENTS_QUEUE: 'model_events:typo' });
    expect(refusals(stack)).toEqual([
      'task definition site, container site: MODEL_EVENTS_QUEUE is "model_events:typo", which no subscription has: ' +
        `model_events, model_events:site. ${remedy}`,
    ]);
  });

  test('a wired container whose queue is overwritten later', () => {
    const stack = newStack();
    const modelEvents = deployed(stack);
    const { task, container } = taskIn(stack);
    modelEvents.wire(task, container, { subscription: 'hokusai-site' });
    container.addEnvironment('MODEL_EVENTS_QUEUE', 'model_events');
    expect(refusals(stack)).toEqual([
      `task definition site, container site: MODEL_EVENTS_QUEUE is "model_events", not "model_events:site". ${remedy}`,
    ]);
  });

  test('an unwired task definition of a family that requires it', () => {
    const stack = newStack();
    deployed(stack).requireWired('site', 'site', { subscription: 'hokusai-site' });
    taskIn(stack);
    expect(refusals(stack)).toContainEqual(expect.stringContaining('MODEL_EVENTS_QUEUE is missing'));
  });

  test('nothing of other containers, nor of those that are wired to one of two pipelines', () => {
    const app = newApp();
    const stack = newStack(app);
    deployed(stack);
    const other = newStack(app, 'Staging');
    const staging = ModelEvents.fromModelEventsAttributes(other, 'ModelEvents', {
      environmentName: 'staging',
      redis: importedRedis(other),
      subscriptions,
    });
    const { task, container } = taskIn(other);
    staging.wire(task, container, { subscription: 'hokusai-token', producer: true });
    task.addContainer('sidecar', { image, environment: { REDIS_HOST: 'cache.example.com' } });
    expect(refusals(stack)).toEqual([]);
  });
});
