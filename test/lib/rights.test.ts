import type { Template } from 'aws-cdk-lib/assertions';
import type { ImportedRedisSettings } from '../../config/environment';
import { arnOf, createdRedis, development, only, production, synthesized, templatesOf } from './synthesized';

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const template = synthesized();
const redis = development.redis as ImportedRedisSettings;
const traces = { Action: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'], Resource: '*' };
const alarmStates = { Action: 'cloudwatch:DescribeAlarms', Resource: '*' };
const networkInterfaces = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];
const log = (of: Template, part = '') => ({
  Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  Resource: arnOf(only(of, 'AWS::Logs::LogGroup', part).id),
});

test('each role of the pipeline stack and the Redis stack belongs to a function, or to CodeDeploy', () => {
  expect(Object.keys(rightsByRole(template)).sort()).toEqual([
    expect.stringMatching(/^DeploymentsRole/),
    expect.stringMatching(/^HealthFunctionRole/),
    expect.stringMatching(/^MonitorFunctionRole/),
    expect.stringMatching(/^OperationsFunctionRole/),
    expect.stringMatching(/^PublisherFunctionRole/),
  ]);
  expect(Object.keys(rightsByRole(createdRedis()))).toEqual([expect.stringMatching(/^RotationFunctionRole/)]);
});

test('the publisher has exactly these permissions', () => {
  expect(allowed(template, 'Publisher')).toEqual([
    traces,
    { Action: networkInterfaces, Resource: '*' },
    { Action: 'secretsmanager:GetSecretValue', Resource: redis.authSecretArn },
    log(template, 'Publisher'),
    {
      Action: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
      Resource: ['IngressBuffer7', 'IngressRedeliveries'].map((part) =>
        arnOf(only(template, 'AWS::SQS::Queue', part).id),
      ),
    },
  ]);
});

test('the health function has exactly these permissions', () => {
  expect(allowed(template, 'Health')).toEqual([
    traces,
    { Action: networkInterfaces, Resource: '*' },
    { Action: 'secretsmanager:GetSecretValue', Resource: redis.authSecretArn },
    log(template, 'Health'),
  ]);
});

test('the monitor has exactly these permissions: it calls no SQS', () => {
  expect(allowed(template, 'Monitor')).toEqual([
    traces,
    { Action: networkInterfaces, Resource: '*' },
    { Action: 'secretsmanager:GetSecretValue', Resource: redis.authSecretArn },
    log(template, 'Monitor'),
  ]);
});

test('the operations function has exactly these permissions', () => {
  expect(allowed(template, 'Operations')).toEqual([
    traces,
    { Action: networkInterfaces, Resource: '*' },
    { Action: 'secretsmanager:GetSecretValue', Resource: redis.authSecretArn },
    log(template, 'Operations'),
    { Action: 'sqs:SendMessage', Resource: arnOf(only(template, 'AWS::SQS::Queue', 'IngressBuffer7').id) },
  ]);
});

test('CodeDeploy changes the alias `live` of the three functions that it deploys, and reads alarms', () => {
  const functions = ['Monitor', 'Operations', 'Publisher'].map((part) =>
    arnOf(only(template, 'AWS::Lambda::Function', part).id),
  );
  expect(allowed(template, 'Deployments')).toEqual([
    {
      Action: ['lambda:GetAlias', 'lambda:GetProvisionedConcurrencyConfig', 'lambda:UpdateAlias'],
      Resource: [...functions, ...functions.map((arn) => ({ 'Fn::Join': ['', [arn, ':live']] }))],
    },
    alarmStates,
  ]);
});

test('the rotation function of a token has exactly these permissions', () => {
  const created = createdRedis({ auth: 'token' });
  const secretArn = { Ref: only(created, 'AWS::SecretsManager::Secret', 'AuthToken').id };
  expect(allowed(created)).toEqual([
    traces,
    { Action: networkInterfaces, Resource: '*' },
    {
      Action: [
        'secretsmanager:DescribeSecret',
        'secretsmanager:GetSecretValue',
        'secretsmanager:PutSecretValue',
        'secretsmanager:UpdateSecretVersionStage',
      ],
      Resource: secretArn,
    },
    {
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: arnOf(only(created, 'AWS::KMS::Key').id),
      Condition: {
        StringEquals: {
          'kms:ViaService': 'secretsmanager.us-east-1.amazonaws.com',
          'kms:EncryptionContext:SecretARN': secretArn,
        },
      },
    },
    log(created, 'Rotation'),
    {
      Action: ['elasticache:DescribeReplicationGroups', 'elasticache:ModifyReplicationGroup'],
      Resource: 'arn:aws:elasticache:us-east-1:123456789012:replicationgroup:hokusai-redis-production',
    },
  ]);
});

test.each([
  ['Publisher', () => template],
  ['Health', () => template],
  ['Monitor', () => template],
  ['Rotation', () => createdRedis()],
])('only Lambda, not the code of %s, may use the network interface permissions', (name, of) => {
  expect(statements(of(), name).filter(({ Effect }) => Effect === 'Deny')).toEqual([
    {
      Effect: 'Deny',
      Action: networkInterfaces,
      Resource: '*',
      Condition: { Null: { 'lambda:SourceFunctionArn': 'false' } },
    },
  ]);
});

test('no other permission has a wildcard in the action or in the resource', () => {
  const { pipeline, redis: created } = templatesOf(production);
  for (const of of [template, pipeline, created as Template]) {
    const forAllResources = [networkInterfaces, traces.Action, alarmStates.Action].map((actions) =>
      JSON.stringify(actions),
    );
    const others = allowed(of).filter(({ Action }) => !forAllResources.includes(JSON.stringify(Action)));
    expect(JSON.stringify(others)).not.toContain('*');
  }
});

test('only Lambda may assume each function role, and only CodeDeploy the role of the deployments', () => {
  for (const of of [template, createdRedis()]) {
    for (const [id, { Properties }] of Object.entries(of.findResources('AWS::IAM::Role'))) {
      const Service = id.startsWith('Deployments') ? 'codedeploy.amazonaws.com' : 'lambda.amazonaws.com';
      expect(
        (Properties as { AssumeRolePolicyDocument: { Statement: unknown } }).AssumeRolePolicyDocument.Statement,
      ).toEqual([{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service } }]);
    }
  }
});

test('no role has a managed policy', () => {
  for (const of of [template, createdRedis()]) {
    for (const role of Object.values(of.findResources('AWS::IAM::Role'))) {
      expect(role['Properties']).not.toHaveProperty('ManagedPolicyArns');
    }
  }
});

test('a secret with a customer managed key may be decrypted for this secret and through Secrets Manager only', () => {
  const kmsKeyArn = 'arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef';
  expect(allowed(synthesized({ redis: { ...redis, kmsKeyArn } }))).toContainEqual({
    Action: 'kms:Decrypt',
    Resource: kmsKeyArn,
    Condition: {
      StringEquals: {
        'kms:ViaService': 'secretsmanager.us-east-1.amazonaws.com',
        'kms:EncryptionContext:SecretARN': redis.authSecretArn,
      },
    },
  });
});

test("the publisher is in the private subnets of Redis' VPC, with its own security group", () => {
  const group = only(template, 'AWS::EC2::SecurityGroup', 'Publisher');
  expect(group.properties['VpcId']).toBe(development.vpc.vpcId);
  expect(only(template, 'AWS::Lambda::Function', 'Publisher').properties['VpcConfig']).toEqual({
    SubnetIds: development.vpc.privateSubnetIds,
    SecurityGroupIds: [{ 'Fn::GetAtt': [group.id, 'GroupId'] }],
  });
});

test('the publisher reaches port 6379 of Redis and 443 for Secrets Manager, nothing else, and nothing reaches it', () => {
  const group = only(template, 'AWS::EC2::SecurityGroup', 'Publisher');
  expect(group.properties['SecurityGroupIngress']).toBeUndefined();
  expect(group.properties['SecurityGroupEgress']).toEqual([
    {
      CidrIp: '0.0.0.0/0',
      IpProtocol: 'tcp',
      FromPort: 443,
      ToPort: 443,
      Description: 'AWS services that the function calls',
    },
  ]);
  expect(only(template, 'AWS::EC2::SecurityGroupEgress', 'Publisher').properties).toMatchObject({
    GroupId: { 'Fn::GetAtt': [group.id, 'GroupId'] },
    DestinationSecurityGroupId: redis.securityGroupId,
    IpProtocol: 'tcp',
    FromPort: 6379,
    ToPort: 6379,
  });
});

test('the security group of Redis allows the publisher on port 6379', () => {
  expect(only(template, 'AWS::EC2::SecurityGroupIngress', 'Publisher').properties).toMatchObject({
    GroupId: redis.securityGroupId,
    SourceSecurityGroupId: { 'Fn::GetAtt': [only(template, 'AWS::EC2::SecurityGroup', 'Publisher').id, 'GroupId'] },
    IpProtocol: 'tcp',
    FromPort: 6379,
    ToPort: 6379,
  });
});

/** The statements of the roles whose logical id contains `part`. */
function statements(of: Template, part = ''): Statement[] {
  return Object.entries(rightsByRole(of)).flatMap(([role, rights]) => (role.includes(part) ? rights : []));
}

/** The statements of all policies, including those without a role. */
function rightsByRole(of: Template): Record<string, Statement[]> {
  const rights: Record<string, Statement[]> = {};
  for (const role of Object.keys(of.findResources('AWS::IAM::Role'))) rights[role] = [];
  // The policy with the permissions for Lambda itself comes first.
  const policies = Object.entries(of.findResources('AWS::IAM::Policy')).sort(([a], [b]) => b.localeCompare(a));
  for (const [, { Properties }] of policies) {
    const { Roles: roles, PolicyDocument: document } = Properties as {
      Roles: { Ref: string }[];
      PolicyDocument: { Statement: Statement[] };
    };
    for (const { Ref: role } of roles) rights[role] = [...(rights[role] ?? []), ...document.Statement];
  }
  return rights;
}

function allowed(of: Template, part = ''): { readonly Action: string | string[]; readonly Resource: unknown }[] {
  return statements(of, part)
    .filter(({ Effect }) => Effect === 'Allow')
    .map(({ Action, Resource, Condition }) => ({
      Action,
      Resource,
      ...(Condition === undefined ? {} : { Condition }),
    }));
}
