/** The emulated account responds as AWS does in the calls of tests, doctor and commands. */
import {
  ModifyReplicationGroupCommand,
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
} from '@aws-sdk/client-elasticache';
import { DescribeSecurityGroupsCommand, DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  CreateRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
  SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { readEnvironment } from '../../../config/read-environment';
import { type AwsEmulator, startAwsEmulator } from '../../../dev/emulators/aws-emulator';
import { clientOptions, prepareAccount } from '../../support/aws-account';

const environment = readEnvironment('development');
const { redis } = environment;
if (redis.source !== 'imported') throw new Error('development is to have an imported Redis');
const ReplicationGroupId = redis.replicationGroupId;

let emulator: AwsEmulator;
beforeAll(async () => {
  emulator = await startAwsEmulator();
  await prepareAccount(emulator, environment, 'the-token-of-this-test');
});
afterAll(async () => {
  await emulator.stop();
});

test('the account has the resources of the configuration, with the same ids', async () => {
  const ec2 = new EC2Client(clientOptions(emulator));
  const { privateSubnetIds, vpcId } = environment.vpc;
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [...privateSubnetIds] }));
  expect(Subnets.map((subnet) => subnet.VpcId)).toEqual(privateSubnetIds.map(() => vpcId));
  await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [redis.securityGroupId] }));

  const secret = await new SecretsManagerClient(clientOptions(emulator)).send(
    new GetSecretValueCommand({ SecretId: redis.authSecretArn }),
  );
  expect(secret.SecretString).toBe('{"auth_token":"the-token-of-this-test"}');

  const { ReplicationGroups: [group] = [] } = await new ElastiCacheClient(clientOptions(emulator)).send(
    new DescribeReplicationGroupsCommand({ ReplicationGroupId }),
  );
  expect(group?.NodeGroups?.[0]?.PrimaryEndpoint).toEqual({ Address: redis.host, Port: redis.port });
  expect(group?.MemberClusters).toHaveLength(redis.replicas + 1);
});

test('a replication group accepts a new token, is "modifying" for a while, and then "available"', async () => {
  const elastiCache = new ElastiCacheClient(clientOptions(emulator));
  const rotate = (AuthToken: string) =>
    elastiCache.send(
      new ModifyReplicationGroupCommand({
        ReplicationGroupId,
        AuthToken,
        AuthTokenUpdateStrategy: 'ROTATE',
        ApplyImmediately: true,
      }),
    );
  const status = async () => {
    const { ReplicationGroups } = await elastiCache.send(new DescribeReplicationGroupsCommand({ ReplicationGroupId }));
    return ReplicationGroups?.[0]?.Status;
  };
  await expect(rotate('too@short')).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
  await rotate('another-token-of-this-test');
  await expect(rotate('yet-another-token-of-it')).rejects.toMatchObject({ name: 'InvalidReplicationGroupStateFault' });
  expect([await status(), await status()]).toEqual(['modifying', 'available']);
});

test('a simulated action is allowed, implicitly denied or explicitly denied, and a condition requires its context value', async () => {
  const iam = new IAMClient(clientOptions(emulator));
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName: 'reader', AssumeRolePolicyDocument: '{}' }));
  const secrets = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:hokusai/';
  const Statement = [
    { Effect: 'Allow', Action: 'secretsmanager:Get*', Resource: `${secrets}*` },
    { Effect: 'Deny', Action: '*', Resource: `${secrets}forbidden` },
    {
      Effect: 'Allow',
      Action: ['kms:Decrypt'],
      Resource: '*',
      Condition: { StringEquals: { 'kms:ViaService': 'secretsmanager.us-east-1.amazonaws.com' } },
    },
  ];
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: 'reader',
      PolicyName: 'p',
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }),
    }),
  );
  const decision = async (action: string, resource: string, via?: string) => {
    const { EvaluationResults: [result] = [] } = await iam.send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn: Role?.Arn,
        ActionNames: [action],
        ResourceArns: [resource],
        ...(via && {
          ContextEntries: [{ ContextKeyName: 'kms:ViaService', ContextKeyType: 'string', ContextKeyValues: [via] }],
        }),
      }),
    );
    return result?.EvalDecision;
  };
  expect(await decision('secretsmanager:GetSecretValue', `${secrets}redis`)).toBe('allowed');
  expect(await decision('secretsmanager:PutSecretValue', `${secrets}redis`)).toBe('implicitDeny');
  expect(await decision('secretsmanager:GetSecretValue', `${secrets}forbidden`)).toBe('explicitDeny');
  expect(await decision('kms:Decrypt', '*')).toBe('implicitDeny');
  expect(await decision('kms:Decrypt', '*', 'secretsmanager.us-east-1.amazonaws.com')).toBe('allowed');
});

test('StartMessageMoveTask returns dead letters to their queue, and is refused for a queue that is not a dead letter queue', async () => {
  const sqs = new SQSClient(clientOptions(emulator));
  const create = async (QueueName: string, Attributes: Record<string, string> = {}) => {
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    const { Attributes: { QueueArn = '' } = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
    );
    return { QueueUrl, QueueArn };
  };
  const dead = await create('dead');
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.QueueArn, maxReceiveCount: 1 });
  const live = await create('live', { RedrivePolicy });
  for (const MessageBody of ['one', 'two']) await sqs.send(new SendMessageCommand({ ...dead, MessageBody }));

  await sqs.send(new StartMessageMoveTaskCommand({ SourceArn: dead.QueueArn }));
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ ...live, MaxNumberOfMessages: 10 }));
  expect(Messages.map(({ Body }) => Body).sort()).toEqual(['one', 'two']);
  expect((await sqs.send(new ReceiveMessageCommand(dead))).Messages).toBeUndefined();

  await expect(sqs.send(new StartMessageMoveTaskCommand({ SourceArn: live.QueueArn }))).rejects.toThrow(
    'must be configured as a Dead Letter Queue',
  );
});

test('a stack with a resource type that the emulator does not support is refused', async () => {
  const body = new URLSearchParams({
    Action: 'CreateStack',
    StackName: 'unknown',
    TemplateBody: JSON.stringify({ Resources: { Telescope: { Type: 'AWS::Astronomy::Telescope' } } }),
  });
  const authorization = 'AWS4-HMAC-SHA256 Credential=test/20261123/us-east-1/cloudformation/aws4_request';
  const answer = await fetch(emulator.url, { method: 'POST', headers: { authorization }, body });
  expect(await answer.text()).toContain('does not know AWS::Astronomy::Telescope');
  expect(answer.ok).toBe(false);
});
