import { Template } from 'aws-cdk-lib/assertions';
import type { Environment } from '../../config/environment';
import { development, only } from './synthesized';
import { serviceNamed, TaskStack } from './wired-task';

const producer = serviceNamed('hokusai-api');
const consumer = serviceNamed('hokusai-site');
const parameter = 'arn:aws:ssm:us-east-1:123456789012:parameter/hokusai/development/redis';
const secret = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:hokusai/redis/development/auth-token-0GWWJx';

function wired(service = consumer, environment: Environment = development): Template {
  const stack = new TaskStack(environment);
  stack.wired(service);
  return Template.fromStack(stack);
}

test('a container gets host, port and token as three secret variables that ECS reads, and never as a URL', () => {
  expect(containerOf(wired()).Secrets).toEqual([
    { Name: 'REDIS_HOST', ValueFrom: `${parameter}/host` },
    { Name: 'REDIS_PORT', ValueFrom: `${parameter}/port` },
    { Name: 'REDIS_AUTH_TOKEN', ValueFrom: `${secret}:auth_token::` },
  ]);
});

test('a consumer gets the name of its own queue, so that no two services share a queue, its environment and its retry limit', () => {
  expect(containerOf(wired(consumer)).Environment).toEqual([
    { Name: 'MODEL_EVENTS_QUEUE', Value: 'model_events:site' },
    { Name: 'MODEL_EVENTS_ENVIRONMENT', Value: 'development' },
    { Name: 'MODEL_EVENTS_MAX_RETRIES', Value: '3' },
  ]);
  expect(containerOf(wired(serviceNamed('hokusai-token'))).Environment).toEqual([
    { Name: 'MODEL_EVENTS_QUEUE', Value: 'model_events' },
    { Name: 'MODEL_EVENTS_ENVIRONMENT', Value: 'development' },
    { Name: 'MODEL_EVENTS_MAX_RETRIES', Value: '3' },
  ]);
});

test('a producer gets the name of its bus, and may put events on this bus only and check that it exists', () => {
  const template = wired(producer);
  expect(containerOf(template).Environment).toEqual([{ Name: 'MODEL_EVENTS_BUS', Value: 'hokusai-development' }]);
  expect(statements(template, 'TaskRole')).toEqual([
    {
      Effect: 'Allow',
      Action: ['events:DescribeEventBus', 'events:PutEvents'],
      Resource: 'arn:aws:events:us-east-1:123456789012:event-bus/hokusai-development',
    },
  ]);
});

test('a consumer has no AWS permissions', () => {
  expect(statements(wired(), 'TaskRole')).toEqual([]);
});

test('the execution role may read exactly the secret and parameters of the container (incident: it could not read the secret)', () => {
  expect(statements(wired(), 'ExecutionRole')).toEqual([
    { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: secret },
    { Effect: 'Allow', Action: 'ssm:GetParameters', Resource: [`${parameter}/host`, `${parameter}/port`] },
  ]);
});

test('the execution role may decrypt a secret with a customer managed key, for this secret only', () => {
  const { redis } = development;
  const kmsKeyArn = 'arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef';
  const template = wired(consumer, { ...development, redis: { ...redis, kmsKeyArn } as Environment['redis'] });
  expect(statements(template, 'ExecutionRole')).toContainEqual({
    Effect: 'Allow',
    Action: 'kms:Decrypt',
    Resource: kmsKeyArn,
    Condition: {
      StringEquals: {
        'kms:ViaService': 'secretsmanager.us-east-1.amazonaws.com',
        'kms:EncryptionContext:SecretARN': secret,
      },
    },
  });
});

test('both security groups allow port 6379 between each other only', () => {
  const template = wired();
  const client = { 'Fn::GetAtt': [only(template, 'AWS::EC2::SecurityGroup').id, 'GroupId'] };
  const redis = 'sg-0a1b2c3d4e5f60718';
  const port = { IpProtocol: 'tcp', FromPort: 6379, ToPort: 6379 };
  expect(only(template, 'AWS::EC2::SecurityGroupIngress').properties).toMatchObject({
    ...port,
    GroupId: redis,
    SourceSecurityGroupId: client,
  });
  expect(only(template, 'AWS::EC2::SecurityGroupEgress').properties).toMatchObject({
    ...port,
    GroupId: client,
    DestinationSecurityGroupId: redis,
  });
});

test('a wired container keeps its other variables', () => {
  const stack = new TaskStack();
  const task = stack.wired(consumer);
  task.defaultContainer?.addEnvironment('LOG_LEVEL', 'debug');
  expect(containerOf(Template.fromStack(stack)).Environment).toContainEqual({ Name: 'LOG_LEVEL', Value: 'debug' });
});

test('the template does not contain the token', () => {
  expect(JSON.stringify(wired().toJSON())).not.toContain('{{resolve:');
});

interface Container {
  readonly Environment?: unknown;
  readonly Secrets?: unknown;
}

function containerOf(template: Template): Container {
  const [container] = only(template, 'AWS::ECS::TaskDefinition').properties['ContainerDefinitions'] as Container[];
  return container ?? {};
}

function statements(template: Template, role: string): unknown[] {
  const policies = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([id]) => id.includes(role));
  return policies.flatMap(
    ([, policy]) =>
      (policy as { Properties: { PolicyDocument: { Statement: unknown[] } } }).Properties.PolicyDocument.Statement,
  );
}
