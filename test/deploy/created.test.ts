/** An environment without NAT whose Redis is created with its users, deployed into an empty account; and their passwords, rotated. */
import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { DescribeReplicationGroupsCommand, DescribeUsersCommand, ElastiCacheClient } from '@aws-sdk/client-elasticache';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { GetSecretValueCommand, RotateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { readEnvironment } from '../../config/read-environment';
import { functionEnv } from '../../contract/function-env';
import { redisHostParameter, redisPortParameter } from '../../contract/parameter-names';
import { redisUserId, redisUsers, redisUserSecret } from '../../contract/redis-users';
import { type LocalElastiCache, startElastiCache } from '../../dev/emulators/elasticache';
import type { LocalFunction } from '../../dev/emulators/function-process';
import { connect } from '../../queue/connection';
import { credentialsIn, type RedisCredentials } from '../../queue/secret-text';
import { clientOptions } from '../support/aws-account';
import { registered } from '../support/events';
import { endpointOf } from '../support/redis';
import { BufferMapping } from './buffer-mapping';
import { consumeOne } from './consume-one';
import { deployedFunction, startDeployed } from './deployed-function';
import { useDeployment } from './deployment';
import { Vpc } from './vpc';

jest.setTimeout(120_000);

const name = 'production';
const environment = readEnvironment(name);
const stacks = { redis: `ModelEventsRedis-${name}`, pipeline: `ModelEvents-${name}` };
const group = `hokusai-redis-${name}`;

const deployment = useDeployment(environment, true, (written) => {
  written['vpc'] = { ...(written['vpc'] as object), interfaceEndpoints: true };
  delete written['services'];
});
const names = redisUsers(environment.subscriptions).map((user) => user.name);
let host: string;

beforeAll(() => {
  host = deployment.project.outputs(stacks.redis)['RedisHost'] ?? '';
});

/** What the secret of a user holds. */
async function userOf(user: string): Promise<Required<RedisCredentials>> {
  const { SecretString = '' } = await new SecretsManagerClient(clientOptions(deployment.emulator)).send(
    new GetSecretValueCommand({ SecretId: redisUserSecret(name, user), VersionStage: 'AWSCURRENT' }),
  );
  const { username = '', token } = credentialsIn(SecretString);
  return { username, token };
}

test('Redis is created with two nodes and encryption, and its users with generated passwords and the rights of their scripts', async () => {
  const { ReplicationGroups: [made] = [] } = await new ElastiCacheClient(clientOptions(deployment.emulator)).send(
    new DescribeReplicationGroupsCommand({ ReplicationGroupId: group }),
  );
  expect(made).toMatchObject({
    MultiAZ: 'enabled',
    AutomaticFailover: 'enabled',
    TransitEncryptionEnabled: true,
    TransitEncryptionMode: 'required',
    AtRestEncryptionEnabled: true,
    AuthTokenEnabled: false,
    NodeGroups: [{ PrimaryEndpoint: { Address: host } }],
  });
  expect(made?.MemberClusters).toHaveLength(2);
  const { Users: users = [] } = await new ElastiCacheClient(clientOptions(deployment.emulator)).send(
    new DescribeUsersCommand({}),
  );
  const rights = redisUsers(environment.subscriptions).map(({ name: user, accessString }) => [
    redisUserId(name, user),
    accessString,
  ]);
  expect(Object.fromEntries(users.map(({ UserId: id, AccessString: access }) => [id, access]))).toMatchObject(
    Object.fromEntries(rights) as Record<string, string>,
  );
  const passwords = await Promise.all(names.map(async (user) => (await userOf(user)).token));
  expect(new Set(passwords).size).toBe(names.length);
  for (const password of passwords) expect(password).toMatch(/^[A-Za-z0-9!&#$^<>-]{16,128}$/);
});

test('the address in the SSM parameters is the endpoint of that Redis', async () => {
  const ssm = new SSMClient(clientOptions(deployment.emulator));
  const valueOf = async (Name: string) => (await ssm.send(new GetParameterCommand({ Name }))).Parameter?.Value;
  expect(await valueOf(redisHostParameter(name))).toBe(host);
  expect(await valueOf(redisPortParameter(name))).toBe(String(environment.redis.port));
});

describe('with the users in use', () => {
  let elasticache: LocalElastiCache;
  let publisher: LocalFunction;
  let rotation: LocalFunction;
  let mapping: BufferMapping;

  beforeAll(async () => {
    const { emulator, redis, project } = deployment;
    // Simulates ElastiCache: a Redis with the deployed users, which accepts further passwords on ModifyUser.
    const nodes = await Promise.all(
      [redis.primary, redis.replica ?? redis.primary].map(({ port }) => connect({ ...endpointOf(redis), port })),
    );
    deployment.onEnd(() => nodes.forEach((node) => node.disconnect()));
    elasticache = await startElastiCache({ replicationGroupId: group, nodes, token: redis.token });
    deployment.onEnd(() => elasticache.stop());
    for (const { name: user, accessString } of redisUsers(environment.subscriptions)) {
      const { username, token } = await userOf(user);
      for (const node of nodes) await node.acl('SETUSER', username, 'reset', `>${token}`, ...accessString.split(' '));
    }

    const vpc = await Vpc.create();
    deployment.onEnd(() => vpc.close());
    await vpc.placeRedis(host, environment.redis.port, redis);
    const { Environment } = await deployedFunction(deployment, 'rotation');
    const { AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets = '', AWS_ENDPOINT_URL_ELASTICACHE: changes = '' } =
      Environment?.Variables ?? {};
    await vpc.placeEndpoint(new URL(secrets).hostname, emulator.url);
    await vpc.placeEndpoint(new URL(changes).hostname, elasticache.url);

    publisher = await startDeployed(deployment, vpc, { purpose: 'publisher', stack: stacks.pipeline });
    rotation = await startDeployed(deployment, vpc, { purpose: 'rotation', stack: stacks.redis });
    mapping = new BufferMapping(emulator, project.outputs(stacks.pipeline)['BufferUrl'] ?? '', publisher);
  });

  /** Sends a registration through bus, buffer, publisher and queue to a consumer. */
  async function deliver(modelId: string): Promise<void> {
    await deployment.put('hokusai.registry', registered({ model_id: modelId }));
    await mapping.deliver();
    expect(await mapping.depth()).toBe(0);
    const consumed = await consumeOne(
      { ...endpointOf(deployment.redis), ...(await userOf('hokusai-token')) },
      'model_events',
    );
    expect(consumed.payload.model_id).toBe(modelId);
  }

  test('a registration reaches a consumer through interface endpoints, with TLS, each with its own user', () =>
    deliver('before the rotation'));

  test('a rotation gives a user and its secret a new password, and the pipeline works with the old and the new one', async () => {
    for (const user of ['publisher', 'hokusai-token']) {
      const old = await userOf(user);
      const SecretId = redisUserSecret(name, user);
      const { VersionId, ARN } = await new SecretsManagerClient(clientOptions(deployment.emulator)).send(
        new RotateSecretCommand({ SecretId }),
      );
      for (const Step of ['createSecret', 'setSecret', 'testSecret', 'finishSecret'])
        await rotation.invoke({ Step, SecretId: ARN, ClientRequestToken: VersionId });
      const current = await userOf(user);
      expect(current.username).toBe(old.username);
      expect(current.token).not.toBe(old.token);
    }
    expect(elasticache.userChanges).toEqual([
      [redisUserId(name, 'publisher'), 2],
      [redisUserId(name, 'hokusai-token'), 2],
    ]);

    await deliver('with the connection of the old password');
    await publisher.kill();
    await deliver('with the new password');
  });
});

test('after a rotation, an update of the replication group leaves its users as they are', async () => {
  const { project } = deployment;
  project.configure((written) => Object.assign(written['redis'] as object, { snapshotRetentionDays: 14 }));
  await project.deploy(stacks.redis);
  const { ReplicationGroups: [made] = [] } = await new ElastiCacheClient(clientOptions(deployment.emulator)).send(
    new DescribeReplicationGroupsCommand({ ReplicationGroupId: group }),
  );
  expect(made?.SnapshotRetentionLimit).toBe(14);
});

test('CloudFormation refuses to give a deployed Redis a token, and leaves it as it is', async () => {
  const { project } = deployment;
  const configure = (auth: 'users' | 'token') =>
    project.configure((written) => Object.assign(written['redis'] as object, { auth }));
  configure('token');
  await expect(project.deploy(stacks.redis)).rejects.toThrow(
    /Cannot delete export \S+ as it is in use by ModelEvents-production/,
  );
  configure('users');
  const { ReplicationGroups: [kept] = [] } = await new ElastiCacheClient(clientOptions(deployment.emulator)).send(
    new DescribeReplicationGroupsCommand({ ReplicationGroupId: group }),
  );
  expect(kept).toMatchObject({ Status: 'available', AuthTokenEnabled: false });
});

test('a second deployment without a change has no differences', async () => {
  await deployment.project.diff();
});

test('CloudFormation refuses to remove endpoints that functions use; the pipeline first, fewer replicas and no endpoints follow', async () => {
  const { project } = deployment;
  const configure = (replicas: number, interfaceEndpoints: boolean) =>
    project.configure((written) => {
      Object.assign(written['redis'] as object, { replicas });
      Object.assign(written['vpc'] as object, { interfaceEndpoints });
    });
  configure(2, true);
  await project.deploy();
  expect(await deployed()).toEqual({ nodes: 3, confirmations: '2', endpoints: 3, ownEndpoint: true });

  configure(1, false);
  await expect(project.deploy()).rejects.toThrow(/Cannot delete export \S+ as it is in use by ModelEvents-production/);
  expect(await deployed()).toEqual({ nodes: 3, confirmations: '2', endpoints: 3, ownEndpoint: true });

  // The command of "Remove endpoints or replicas" in docs/deployment.md, in its two steps.
  await project.deploy('--exclusively', stacks.pipeline);
  expect(await deployed()).toEqual({ nodes: 3, confirmations: '1', endpoints: 3, ownEndpoint: false });
  await project.deploy();
  expect(await deployed()).toEqual({ nodes: 2, confirmations: '1', endpoints: 0, ownEndpoint: false });
}, 300_000);

/** What both stacks agree on: the nodes and the confirmations that the publisher waits for, the endpoints and who uses them. */
async function deployed(): Promise<Readonly<Record<string, unknown>>> {
  const client = clientOptions(deployment.emulator);
  const { ReplicationGroups: [redis] = [] } = await new ElastiCacheClient(client).send(
    new DescribeReplicationGroupsCommand({ ReplicationGroupId: group }),
  );
  const { StackResources: resources = [] } = await new CloudFormationClient(client).send(
    new DescribeStackResourcesCommand({ StackName: stacks.redis }),
  );
  const { Environment: { Variables: variables = {} } = {} } = await deployedFunction(deployment, 'publisher');
  return {
    nodes: redis?.MemberClusters?.length,
    confirmations: variables[functionEnv.minReplicaAcks],
    endpoints: resources.filter(({ ResourceType }) => ResourceType === 'AWS::EC2::VPCEndpoint').length,
    ownEndpoint: 'AWS_ENDPOINT_URL_SECRETS_MANAGER' in variables,
  };
}

test('destroy keeps Redis, its users, its addresses and its dependencies, and nothing else', async () => {
  const kept = Object.values(deployment.project.template(stacks.redis).Resources)
    .filter(({ DeletionPolicy }) => DeletionPolicy?.startsWith('Retain'))
    .map(({ Type }) => Type);
  expect([...new Set(kept)].sort()).toEqual([
    'AWS::EC2::SecurityGroup',
    'AWS::ElastiCache::ParameterGroup',
    'AWS::ElastiCache::ReplicationGroup',
    'AWS::ElastiCache::SubnetGroup',
    'AWS::ElastiCache::User',
    'AWS::ElastiCache::UserGroup',
    'AWS::KMS::Key',
    'AWS::Logs::LogGroup',
    'AWS::SSM::Parameter',
    'AWS::SecretsManager::Secret',
  ]);
  await deployment.project.destroy();
  const { ReplicationGroups = [] } = await new ElastiCacheClient(clientOptions(deployment.emulator)).send(
    new DescribeReplicationGroupsCommand({}),
  );
  expect(ReplicationGroups.map(({ ReplicationGroupId }) => ReplicationGroupId)).toEqual([group]);
  for (const user of names) expect((await userOf(user)).token).not.toBe('');
  const { Functions = [] } = await new LambdaClient(clientOptions(deployment.emulator)).send(
    new ListFunctionsCommand({}),
  );
  expect(Functions).toEqual([]);
});
