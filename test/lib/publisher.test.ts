import type { ImportedRedisSettings } from '../../config/environment';
import { parseSubscriptions } from '../../contract/subscriptions';
import { development, only, arnOf, synthesized } from './synthesized';

const template = synthesized();
const redis = development.redis as ImportedRedisSettings;
const publisher = only(template, 'AWS::Lambda::Function', 'Publisher');
const live = { Ref: only(template, 'AWS::Lambda::Alias', 'Publisher').id };
const buffer = only(template, 'AWS::SQS::Queue', 'IngressBuffer7');
const redeliveries = only(template, 'AWS::SQS::Queue', 'IngressRedeliveries');

test('the publisher runs on Node 24 and arm64, from the bundle, for at most 7 s', () => {
  expect(publisher.properties).toMatchObject({
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    Handler: 'index.handler',
    Timeout: 7,
    MemorySize: 512,
  });
});

test('the publisher gets the Redis endpoint, the secret and the subscriptions', () => {
  expect(variables()).toEqual({
    MODEL_EVENTS_ENVIRONMENT: 'development',
    MODEL_EVENTS_SUBSCRIPTIONS: 'hokusai-token=model_events,hokusai-site=model_events:site',
    MODEL_EVENTS_MIN_REPLICA_ACKS: '1',
    MODEL_EVENTS_SEEN_HOURS: '24',
    REDIS_HOST: redis.host,
    REDIS_PORT: '6379',
    REDIS_AUTH_SECRET_ARN: redis.authSecretArn,
  });
});

test('the publisher gets the subscriptions of the configuration', () => {
  expect(parseSubscriptions(String(variables()['MODEL_EVENTS_SUBSCRIPTIONS']))).toEqual(development.subscriptions);
});

test('the template refers to the token by the ARN of its secret only', () => {
  const text = JSON.stringify(template.toJSON());
  expect(text).not.toContain('{{resolve:');
  expect(text.toLowerCase()).not.toContain('auth_token"');
  expect(text.toLowerCase()).not.toContain('password');
});

test('batches of 10 are delivered to at most 10 publishers at a time, and one bad record does not fail its batch', () => {
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    EventSourceArn: arnOf(buffer.id),
    FunctionName: live,
    BatchSize: 10,
    MaximumBatchingWindowInSeconds: 0,
    ScalingConfig: { MaximumConcurrency: 10 },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
});

test('redeliveries have invocations of their own, half as many, so that they delay no new registration', () => {
  template.resourceCountIs('AWS::Lambda::EventSourceMapping', 2);
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    EventSourceArn: arnOf(redeliveries.id),
    FunctionName: live,
    BatchSize: 100,
    MaximumBatchingWindowInSeconds: 1,
    ScalingConfig: { MaximumConcurrency: 5 },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
});

test('batch size, window, concurrency, timeout and memory are configurable', () => {
  const changed = synthesized({
    publisher: {
      batchSize: 100,
      maximumBatchingWindowSeconds: 1,
      maximumConcurrency: 4,
      timeoutSeconds: 6,
      memoryMegabytes: 256,
      provisionedConcurrency: 0,
    },
  });
  changed.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    BatchSize: 100,
    MaximumBatchingWindowInSeconds: 1,
    ScalingConfig: { MaximumConcurrency: 4 },
  });
  changed.hasResourceProperties('AWS::Lambda::EventSourceMapping', { ScalingConfig: { MaximumConcurrency: 2 } });
  changed.hasResourceProperties('AWS::Lambda::Function', { Timeout: 6, MemorySize: 256 });
});

test('with provisioned concurrency, Lambda keeps instances of the version that the alias names', () => {
  const provisioned = synthesized({ publisher: { ...development.publisher, provisionedConcurrency: 2 } });
  expect(only(provisioned, 'AWS::Lambda::Alias', 'Publisher').properties['ProvisionedConcurrencyConfig']).toEqual({
    ProvisionedConcurrentExecutions: 2,
  });
  expect(only(template, 'AWS::Lambda::Alias', 'Publisher').properties).not.toHaveProperty(
    'ProvisionedConcurrencyConfig',
  );
});

test("the publisher's log group is the only one and has the configured retention", () => {
  const log = only(template, 'AWS::Logs::LogGroup', 'Publisher');
  expect(log.properties['RetentionInDays']).toBe(30);
  expect(publisher.properties['LoggingConfig']).toMatchObject({ LogGroup: { Ref: log.id } });
});

test('the publisher has no URL and no permission for another service to invoke it', () => {
  const opened = {
    ...template.findResources('AWS::Lambda::Url'),
    ...template.findResources('AWS::Lambda::Permission'),
  };
  expect(JSON.stringify(opened)).not.toContain(publisher.id);
});

test('the outputs name the bus, the queues, the archive and the function', () => {
  expect(Object.keys(template.findOutputs('*')).sort()).toEqual([
    'ArchiveName',
    'BufferDeadLettersUrl',
    'BufferUrl',
    'BusName',
    'DashboardUrl',
    'HealthUrl',
    'OperationsName',
    'PagesTopicArn',
    'PublisherName',
    'TicketsTopicArn',
    'UndeliverableUrl',
  ]);
});

function variables(): Record<string, unknown> {
  return (publisher.properties['Environment'] as { Variables: Record<string, unknown> }).Variables;
}

test('every function is traced, and writes JSON logs, with those of Lambda itself', () => {
  const functions = Object.values(template.findResources('AWS::Lambda::Function'));
  expect(functions).toHaveLength(4);
  for (const { Properties } of functions as { Properties: Record<string, unknown> }[]) {
    expect(Properties).toMatchObject({ TracingConfig: { Mode: 'Active' }, LoggingConfig: { LogFormat: 'JSON' } });
  }
});

test.each([
  ['replicas', '1'],
  ['engine', '0'],
  ['primary', '0'],
] as const)(
  'with the durability %s the publisher and the monitor expect %s confirming replicas',
  (durability, expected) => {
    const template = synthesized({ redis: { ...development.redis, durability } as typeof development.redis });
    for (const name of ['Publisher', 'Monitor']) {
      const { Environment } = only(template, 'AWS::Lambda::Function', name).properties as {
        Environment: { Variables: Record<string, string> };
      };
      expect(Environment.Variables['MODEL_EVENTS_MIN_REPLICA_ACKS']).toBe(expected);
    }
  },
);
