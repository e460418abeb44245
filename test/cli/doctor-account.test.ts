/** Further findings of doctor: network, key, cache settings, parameters, rotation. */
import {
  AuthorizeSecurityGroupIngressCommand,
  DescribeRouteTablesCommand,
  DeleteRouteCommand,
  DeleteSubnetCommand,
} from '@aws-sdk/client-ec2';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { PutSecretValueCommand, UpdateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { clientOptions } from '../support/aws-account';
import { replaceGroup, setEviction } from './account-parts';
import { development, redis } from './development';
import { diagnose, useHealthyAccount } from './healthy-account';

const the = useHealthyAccount();

const foundBy = async (check: string): Promise<string[]> => {
  const { findings } = await diagnose(the.account, check);
  return findings.map(({ result, found }) => `${result}: ${found}`);
};

test('doctor reports a subnet that does not exist', async () => {
  await the.account.ec2.send(new DeleteSubnetCommand({ SubnetId: development.vpc.privateSubnetIds[1] }));
  expect(await foundBy('network')).toEqual(['fail: subnet subnet-0b1c2d3e4f5a60718 does not exist']);
});

test('doctor reports subnets without a route to Secrets Manager', async () => {
  const { RouteTables: tables = [] } = await the.account.ec2.send(new DescribeRouteTablesCommand({}));
  const table = tables.find(({ Routes }) => Routes?.some(({ NatGatewayId }) => NatGatewayId !== undefined));
  await the.account.ec2.send(
    new DeleteRouteCommand({ RouteTableId: table?.RouteTableId, DestinationCidrBlock: '0.0.0.0/0' }),
  );
  expect(await foundBy('secrets-manager-route')).toEqual([
    expect.stringMatching(/^fail: subnet-0a1b2c3d4e5f60718 has no route to the internet/),
    expect.stringMatching(/^fail: subnet-0b1c2d3e4f5a60718 has no route to the internet/),
  ]);
});

test('doctor reports a security group that is not attached to Redis', async () => {
  the.account.node.securityGroupId = 'sg-0ffffffffffffffff';
  expect(await foundBy('security-groups')).toContainEqual(
    'fail: sg-0a1b2c3d4e5f60718 is not a security group of hokusai-redis-development (it has sg-0ffffffffffffffff)',
  );
});

test('a Redis that any address may connect to is a warning', async () => {
  await the.account.ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: redis.securityGroupId,
      IpPermissions: [{ IpProtocol: 'tcp', FromPort: 0, ToPort: 65_535, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    }),
  );
  expect(await foundBy('security-groups')).toEqual([
    'warn: sg-0a1b2c3d4e5f60718 allows any address to connect to port 6379',
  ]);
});

test('doctor reports a replication group in one zone, without replica, with another endpoint', async () => {
  await replaceGroup(the.account, {
    MultiAZEnabled: false,
    AutomaticFailoverEnabled: false,
    NumCacheClusters: 1,
    Tags: [{ Key: '_custom_id_', Value: 'zzzzzz' }],
  });
  expect(await foundBy('replication-group')).toEqual([
    'fail: hokusai-redis-development is not Multi-AZ',
    'fail: hokusai-redis-development has no automatic failover',
    expect.stringMatching(/^fail: the primary endpoint is master\..*zzzzzz.*, the configuration has master\..*lenvj6/),
    'fail: the group has 0 replicas, the configuration waits for 1: no write is confirmed, and SQS keeps every event',
  ]);
});

test('doctor reports a replication group in cluster mode that the configuration does not name as one', async () => {
  await replaceGroup(the.account, {
    ClusterMode: 'enabled',
    NumCacheClusters: undefined,
    NumNodeGroups: 2,
    ReplicasPerNodeGroup: 1,
  });
  expect(await foundBy('replication-group')).toContain(
    'fail: hokusai-redis-development has cluster mode enabled: keys that change together would be on different nodes',
  );
});

test('doctor reports an engine before version 7', async () => {
  the.account.node.engineVersion = '6.2.6';
  expect(await foundBy('replication-group')).toEqual([
    'fail: hokusai-redis-development runs engine 6.2.6: before version 7 a full Redis cannot be drained',
  ]);
});

test('an eviction policy other than noeviction is a warning', async () => {
  await setEviction(the.account, 'volatile-lru');
  const { code, findings } = await diagnose(the.account, 'eviction');
  expect(findings).toEqual([expect.objectContaining({ result: 'warn' })]);
  expect(findings[0]?.found).toMatch(/^hokusai: volatile-lru;/);
  expect(code).toBe(0);
});

test('doctor reports a secret with a key that is not in the configuration', async () => {
  const kms = new KMSClient(clientOptions(the.account.emulator));
  const { KeyMetadata: key } = await kms.send(new CreateKeyCommand({}));
  await the.account.secrets.send(new UpdateSecretCommand({ SecretId: redis.authSecretArn, KmsKeyId: key?.Arn }));
  expect(await foundBy('key')).toEqual([
    `fail: the secret is encrypted with ${key?.Arn ?? ''}; the configuration has no key`,
  ]);
});

test('doctor reports a secret without the key auth_token', async () => {
  const SecretString = JSON.stringify({ password: 'a-token-under-another-key' });
  await the.account.secrets.send(new UpdateSecretCommand({ SecretId: redis.authSecretArn, SecretString }));
  expect(await foundBy('secret')).toEqual([
    'fail: hokusai/redis/development/auth-token has no string under the key auth_token',
  ]);
});

test('a rotated token passes if no task is older', async () => {
  const SecretString = JSON.stringify({ auth_token: 'second-token-of-this-redis' });
  await the.account.secrets.send(new PutSecretValueCommand({ SecretId: redis.authSecretArn, SecretString }));
  expect(await foundBy('task-age')).toEqual([expect.stringMatching(/^ok: all tasks are newer than the rotation of 2/)]);
});

test('doctor stops after the identity check if the profile belongs to another account', async () => {
  const { out, code } = await the.account.run(
    'doctor',
    '-e',
    'elsewhere',
    '--config',
    'test/cli/configurations',
    '--json',
  );
  expect(JSON.parse(out)).toMatchObject({ ok: false, failed: 1 });
  expect(out).toContain('the profile is in account 123456789012');
  expect(code).toBe(1);
});
