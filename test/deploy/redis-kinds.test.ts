/** The samples of `config/samples` in one account: the stack of Redis of each kind, as far as the emulator has its service. */
import {
  DescribeReplicationGroupsCommand,
  DescribeServerlessCachesCommand,
  ElastiCacheClient,
} from '@aws-sdk/client-elasticache';
import { DescribeClustersCommand, DescribeUsersCommand, MemoryDBClient } from '@aws-sdk/client-memorydb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { readEnvironment } from '../../config/read-environment';
import { redisHostParameter } from '../../contract/parameter-names';
import { redisUsers } from '../../contract/redis-users';
import { type AwsEmulator, startAwsEmulator } from '../../dev/emulators/aws-emulator';
import { credentialsIn } from '../../queue/secret-text';
import { clientOptions, prepareAccount } from '../support/aws-account';
import { CdkProject } from './cdk-project';

jest.setTimeout(300_000);

const { subscriptions } = readEnvironment('cluster', 'config/samples');
let emulator: AwsEmulator;
const projects: CdkProject[] = [];

beforeAll(async () => {
  emulator = await startAwsEmulator();
  await prepareAccount(emulator, readEnvironment('cluster', 'config/samples'));
});
afterAll(async () => {
  for (const project of projects) project.remove();
  await emulator.stop();
});

/** Deploys Redis of the sample. @returns the host name in the SSM parameter, which is in the outputs too */
async function deployed(kind: string): Promise<string | undefined> {
  const project = new CdkProject(emulator, kind, { config: 'config/samples' });
  projects.push(project);
  if (projects.length === 1) await project.bootstrap();
  const stack = `ModelEventsRedis-${kind}`;
  await project.deploy(stack);
  const ssm = new SSMClient(clientOptions(emulator));
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: redisHostParameter(kind) }));
  expect(project.outputs(stack)['RedisHost']).toBe(Parameter?.Value);
  return Parameter?.Value;
}

/** The credentials in a user's secret. */
async function credentialsOf(kind: string, user: string) {
  const SecretId = `hokusai/redis/${kind}/users/${user}`;
  const secrets = new SecretsManagerClient(clientOptions(emulator));
  const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId }));
  return credentialsIn(SecretString);
}

test('a cluster is a replication group with the shards, TLS and the configuration endpoint', async () => {
  const host = await deployed('cluster');
  const { ReplicationGroups: [made] = [] } = await new ElastiCacheClient(clientOptions(emulator)).send(
    new DescribeReplicationGroupsCommand({ ReplicationGroupId: 'hokusai-redis-cluster' }),
  );
  expect(made).toMatchObject({
    ClusterEnabled: true,
    MultiAZ: 'enabled',
    TransitEncryptionMode: 'required',
    AtRestEncryptionEnabled: true,
    ConfigurationEndpoint: { Address: host, Port: 6379 },
  });
  expect(made?.MemberClusters).toEqual(
    ['0001-001', '0001-002', '0002-001', '0002-002'].map((node) => `hokusai-redis-cluster-${node}`),
  );
});

test('a Serverless cache has the users and the endpoint that services look up', async () => {
  const host = await deployed('serverless');
  const { ServerlessCaches: [made] = [] } = await new ElastiCacheClient(clientOptions(emulator)).send(
    new DescribeServerlessCachesCommand({ ServerlessCacheName: 'hokusai-redis-serverless' }),
  );
  expect(made).toMatchObject({
    Engine: 'valkey',
    UserGroupId: 'hokusai-redis-serverless',
    SnapshotRetentionLimit: 7,
    Endpoint: { Address: host, Port: 6379 },
  });
  expect(made?.KmsKeyId).toBeDefined();
});

test('a MemoryDB cluster has its nodes, TLS, access control list and users, each with a password of its own secret', async () => {
  const host = await deployed('memorydb');
  const client = new MemoryDBClient(clientOptions(emulator));
  const { Clusters: [made] = [] } = await client.send(
    new DescribeClustersCommand({ ClusterName: 'hokusai-redis-memorydb', ShowShardDetails: true }),
  );
  expect(made).toMatchObject({
    NodeType: 'db.t4g.small',
    TLSEnabled: true,
    ACLName: 'hokusai-redis-memorydb',
    ParameterGroupName: 'hokusai-redis-memorydb',
    AvailabilityMode: 'MultiAZ',
    ClusterEndpoint: { Address: host, Port: 6379 },
    Shards: [{ NumberOfNodes: 2 }],
  });
  const { Users: users = [] } = await client.send(new DescribeUsersCommand({}));
  expect(users.map(({ Name, AccessString, Authentication }) => [Name, AccessString, Authentication])).toEqual(
    redisUsers(subscriptions, { waits: false }).map(({ name, accessString }) => [
      `memorydb-${name}`,
      accessString,
      { Type: 'password', PasswordCount: 1 },
    ]),
  );
  expect((await credentialsOf('memorydb', 'operator')).username).toBe('memorydb-operator');
});
