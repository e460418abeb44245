/** An environment without NAT whose Redis is created, deployed into an empty account; and the token of that Redis, rotated. */
import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { DescribeReplicationGroupsCommand, ElastiCacheClient } from '@aws-sdk/client-elasticache';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { GetSecretValueCommand, RotateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { readEnvironment } from '../../config/read-environment';
import { functionEnv } from '../../contract/function-env';
import { redisHostParameter, redisPortParameter } from '../../contract/parameter-names';
import { type LocalElastiCache, startElastiCache } from '../../dev/emulators/elasticache';
import type { LocalFunction } from '../../dev/emulators/function-process';
import { connect } from '../../queue/connection';
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
let host: string;
let secretArn: string;

beforeAll(() => {
  const outputs = deployment.project.outputs(stacks.redis);
  [host, secretArn] = [outputs['RedisHost'] ?? '', outputs['AuthSecretArn'] ?? ''];
});

const tokenOf = async (stage = 'AWSCURRENT'): Promise<string> => {
  const { SecretString = '' } = await new SecretsManagerClient(clientOptions(deployment.emulator)).send(
    new GetSecretValueCommand({ SecretId: secretArn, VersionStage: stage }),
  );
  return (JSON.parse(SecretString) as { auth_token: string }).auth_token;
};

test('Redis is created with two nodes, encryption and a generated token that ElastiCache accepts', async () => {
  const { ReplicationGroups: [made] = [] } = await new ElastiCacheClient(clientOptions(deployment.emulator)).send(
    new DescribeReplicationGroupsCommand({ ReplicationGroupId: group }),
  );
  expect(made).toMatchObject({
    MultiAZ: 'enabled',
    AutomaticFailover: 'enabled',
    TransitEncryptionEnabled: true,
    TransitEncryptionMode: 'required',
    AtRestEncryptionEnabled: true,
    AuthTokenEnabled: true,
    NodeGroups: [{ PrimaryEndpoint: { Address: host } }],
  });
  expect(made?.MemberClusters).toHaveLength(2);
  expect(await tokenOf()).toMatch(/^[A-Za-z0-9!&#$^<>-]{16,128}$/);
});

test('the address in the SSM parameters is the endpoint of that Redis', async () => {
  const ssm = new SSMClient(clientOptions(deployment.emulator));
  const valueOf = async (Name: string) => (await ssm.send(new GetParameterCommand({ Name }))).Parameter?.Value;
  expect(await valueOf(redisHostParameter(name))).toBe(host);
  expect(await valueOf(redisPortParameter(name))).toBe(String(environment.redis.port));
});

describe('with the token in use', () => {
  let elasticache: LocalElastiCache;
  let publisher: LocalFunction;
  let rotation: LocalFunction;
  let mapping: BufferMapping;

  beforeAll(async () => {
    const { emulator, redis, project } = deployment;
    // Simulates ElastiCache: a Redis with that token, which accepts another one on ModifyReplicationGroup.
    const nodes = await Promise.all(
      [redis.primary, redis.replica ?? redis.primary].map(({ port }) => connect({ ...endpointOf(redis), port })),
    );
    deployment.onEnd(() => nodes.forEach((node) => node.disconnect()));
    const token = await tokenOf();
    elasticache = await startElastiCache({ replicationGroupId: group, nodes, token });
    deployment.onEnd(() => elasticache.stop());
    await elasticache.reset(token);

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
    const consumed = await consumeOne({ ...endpointOf(deployment.redis), token: await tokenOf() }, 'model_events');
    expect(consumed.payload.model_id).toBe(modelId);
  }

  test('a registration reaches a consumer through interface endpoints, with TLS and the generated token', () =>
    deliver('before the rotation'));

  test('a rotation gives Redis and the secret a new token, and the pipeline works with the old and the new one', async () => {
    const old = await tokenOf();
    const { VersionId } = await new SecretsManagerClient(clientOptions(deployment.emulator)).send(
      new RotateSecretCommand({ SecretId: secretArn }),
    );
    for (const Step of ['createSecret', 'setSecret', 'testSecret', 'finishSecret'])
      await rotation.invoke({ Step, SecretId: secretArn, ClientRequestToken: VersionId });
    expect(await tokenOf()).not.toBe(old);
    expect(elasticache.tokens).toEqual([old, await tokenOf()]);

    await deliver('with the connection of the old token');
    await publisher.kill();
    await deliver('with the new token');
  });
});

test('after a rotation, an update of the replication group leaves its token as it is', async () => {
  const { project } = deployment;
  project.configure((written) => Object.assign(written['redis'] as object, { snapshotRetentionDays: 14 }));
  await project.deploy(stacks.redis);
  const { ReplicationGroups: [made] = [] } = await new ElastiCacheClient(clientOptions(deployment.emulator)).send(
    new DescribeReplicationGroupsCommand({ ReplicationGroupId: group }),
  );
  expect(made?.SnapshotRetentionLimit).toBe(14);
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

test('destroy keeps Redis, its token, its addresses and its dependencies, and nothing else', async () => {
  const kept = Object.values(deployment.project.template(stacks.redis).Resources)
    .filter(({ DeletionPolicy }) => DeletionPolicy?.startsWith('Retain'))
    .map(({ Type }) => Type);
  expect([...new Set(kept)].sort()).toEqual([
    'AWS::EC2::SecurityGroup',
    'AWS::ElastiCache::ParameterGroup',
    'AWS::ElastiCache::ReplicationGroup',
    'AWS::ElastiCache::SubnetGroup',
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
  expect(await tokenOf()).not.toBe('');
  const { Functions = [] } = await new LambdaClient(clientOptions(deployment.emulator)).send(
    new ListFunctionsCommand({}),
  );
  expect(Functions).toEqual([]);
});
