import type { Template } from 'aws-cdk-lib/assertions';
import { arnOf, development, only, synthesized } from './synthesized';

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const template = synthesized();
const { redis } = development;
const networkInterfaces = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

test('the publisher may do exactly this', () => {
  expect(allowed(template)).toEqual([
    { Action: networkInterfaces, Resource: '*' },
    { Action: 'secretsmanager:GetSecretValue', Resource: redis.authSecretArn },
    {
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: arnOf(only(template, 'AWS::Logs::LogGroup').id),
    },
    {
      Action: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
      Resource: arnOf(only(template, 'AWS::SQS::Queue', 'IngressBuffer7').id),
    },
  ]);
});

test('only Lambda, not the code it runs, may use the network interface rights', () => {
  expect(statements(template).filter(({ Effect }) => Effect === 'Deny')).toEqual([
    {
      Effect: 'Deny',
      Action: networkInterfaces,
      Resource: '*',
      Condition: { Null: { 'lambda:SourceFunctionArn': 'false' } },
    },
  ]);
});

test('no right comes with a managed policy', () => {
  for (const role of Object.values(template.findResources('AWS::IAM::Role'))) {
    expect(role['Properties']).not.toHaveProperty('ManagedPolicyArns');
  }
});

test('a secret with a key of its own may be decrypted, for this secret and by way of Secrets Manager only', () => {
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

test("the publisher stands in the private subnets of Redis' VPC, in a security group of its own", () => {
  const group = only(template, 'AWS::EC2::SecurityGroup');
  expect(group.properties['VpcId']).toBe(development.vpc.vpcId);
  expect(only(template, 'AWS::Lambda::Function').properties['VpcConfig']).toEqual({
    SubnetIds: development.vpc.privateSubnetIds,
    SecurityGroupIds: [{ 'Fn::GetAtt': [group.id, 'GroupId'] }],
  });
});

test('the publisher reaches port 6379 of Redis and 443 for Secrets Manager, nothing else, and nothing reaches it', () => {
  const group = only(template, 'AWS::EC2::SecurityGroup');
  expect(group.properties['SecurityGroupIngress']).toBeUndefined();
  expect(group.properties['SecurityGroupEgress']).toEqual([
    { CidrIp: '0.0.0.0/0', IpProtocol: 'tcp', FromPort: 443, ToPort: 443, Description: 'Secrets Manager' },
  ]);
  expect(only(template, 'AWS::EC2::SecurityGroupEgress').properties).toMatchObject({
    GroupId: { 'Fn::GetAtt': [group.id, 'GroupId'] },
    DestinationSecurityGroupId: redis.securityGroupId,
    IpProtocol: 'tcp',
    FromPort: 6379,
    ToPort: 6379,
  });
});

test('Redis lets the publisher in on port 6379', () => {
  expect(only(template, 'AWS::EC2::SecurityGroupIngress').properties).toMatchObject({
    GroupId: redis.securityGroupId,
    SourceSecurityGroupId: { 'Fn::GetAtt': [only(template, 'AWS::EC2::SecurityGroup').id, 'GroupId'] },
    IpProtocol: 'tcp',
    FromPort: 6379,
    ToPort: 6379,
  });
});

function statements(of: Template): Statement[] {
  return Object.values(of.findResources('AWS::IAM::Policy')).flatMap(
    (policy) =>
      (policy as { Properties: { PolicyDocument: { Statement: Statement[] } } }).Properties.PolicyDocument.Statement,
  );
}

function allowed(of: Template): object[] {
  return statements(of)
    .filter(({ Effect }) => Effect === 'Allow')
    .map(({ Action, Resource, Condition }) => ({
      Action,
      Resource,
      ...(Condition === undefined ? {} : { Condition }),
    }));
}
