/** The kinds of Redis that a stack creates, as the samples in config/samples configure them. */
import type { Template } from 'aws-cdk-lib/assertions';
import { Match } from 'aws-cdk-lib/assertions';
import { createdRedisKinds, type CreatedRedisSettings, type Environment } from '../../config/environment';
import { readEnvironment } from '../../config/read-environment';
import { restrictedCommands } from '../../dev/local/restricted-commands';
import { redisUsers } from '../../contract/redis-users';
import { arnOf, only, templatesOf } from './synthesized';

const samples = Object.fromEntries(
  createdRedisKinds.map((kind) => [kind, readEnvironment(kind, 'config/samples')]),
) as Record<CreatedRedisSettings['kind'], Environment>;

/** The templates of a sample with `changed` in the settings of its Redis. */
function templates(kind: CreatedRedisSettings['kind'], changed: Partial<CreatedRedisSettings> = {}) {
  const sample = samples[kind];
  const { pipeline, redis } = templatesOf({
    ...sample,
    redis: { ...sample.redis, ...changed } as CreatedRedisSettings,
  });
  if (redis === undefined) throw new Error(`the sample ${kind} imports its Redis`);
  return { pipeline, redis };
}
const of = { cluster: templates('cluster'), serverless: templates('serverless'), memorydb: templates('memorydb') };
const subnets = samples.cluster.vpc.privateSubnetIds;

/** What every kind has in common. */
const common = (template: Template) => ({
  group: arnOf(only(template, 'AWS::EC2::SecurityGroup', 'RedisSecurityGroup').id),
  key: arnOf(only(template, 'AWS::KMS::Key').id),
  securityGroups: [{ 'Fn::GetAtt': [only(template, 'AWS::EC2::SecurityGroup', 'RedisSecurityGroup').id, 'GroupId'] }],
});

/** Value of the SSM parameter with the host name. */
const hostIn = (template: Template): unknown =>
  Object.values(template.findResources('AWS::SSM::Parameter'))
    .map(({ Properties }) => Properties as { Name: string; Value: unknown })
    .find(({ Name }) => Name.endsWith('/redis/host'))?.Value;

const variablesOf = (pipeline: Template, part: string): Record<string, unknown> =>
  (only(pipeline, 'AWS::Lambda::Function', part).properties['Environment'] as { Variables: Record<string, unknown> })
    .Variables;

test('a cluster has its shards, TLS, two zones and noeviction, and another number of shards moves slots', () => {
  const { redis } = of.cluster;
  const { key, securityGroups } = common(redis);
  const group = only(redis, 'AWS::ElastiCache::ReplicationGroup');
  expect(group.properties).toMatchObject({
    ReplicationGroupId: 'hokusai-redis-cluster',
    Engine: 'valkey',
    EngineVersion: '8.0',
    ClusterMode: 'enabled',
    NumNodeGroups: 2,
    ReplicasPerNodeGroup: 1,
    AutomaticFailoverEnabled: true,
    MultiAZEnabled: true,
    TransitEncryptionMode: 'required',
    AtRestEncryptionEnabled: true,
    KmsKeyId: key,
    SecurityGroupIds: securityGroups,
    UserGroupIds: [{ Ref: only(redis, 'AWS::ElastiCache::UserGroup').id }],
    SnapshotRetentionLimit: 7,
  });
  expect(group.properties).not.toHaveProperty('NumCacheClusters');
  expect(group.properties).not.toHaveProperty('Durability');
  redis.hasResource('AWS::ElastiCache::ReplicationGroup', { UpdatePolicy: { UseOnlineResharding: true } });
  expect(only(redis, 'AWS::ElastiCache::ParameterGroup').properties).toMatchObject({
    CacheParameterGroupFamily: 'valkey8',
    Properties: { 'maxmemory-policy': 'noeviction', 'cluster-enabled': 'yes' },
  });
  expect(hostIn(redis)).toEqual({ 'Fn::GetAtt': [group.id, 'ConfigurationEndPoint.Address'] });
});

test('a cluster whose engine confirms writes has synchronous durability, and the publisher does not wait for replicas', () => {
  const durable = { durability: 'engine', engineVersion: '9.0', nodeType: 'cache.m7g.large' } as const;
  const { redis, pipeline } = templates('cluster', durable);
  expect(only(redis, 'AWS::ElastiCache::ReplicationGroup').properties).toMatchObject({
    EngineVersion: '9.0',
    Durability: 'sync',
  });
  expect(variablesOf(of.cluster.pipeline, 'Publisher')['MODEL_EVENTS_MIN_REPLICA_ACKS']).toBe('1');
  expect(variablesOf(pipeline, 'Publisher')['MODEL_EVENTS_MIN_REPLICA_ACKS']).toBe('0');
});

test('a Serverless cache has Valkey, the key, users and daily snapshots, and no nodes or parameters', () => {
  const { redis, pipeline } = of.serverless;
  const { key, securityGroups } = common(redis);
  const cache = only(redis, 'AWS::ElastiCache::ServerlessCache');
  expect(cache.properties).toMatchObject({
    ServerlessCacheName: 'hokusai-redis-serverless',
    Engine: 'valkey',
    MajorEngineVersion: '8',
    SubnetIds: subnets,
    SecurityGroupIds: securityGroups,
    KmsKeyId: key,
    UserGroupId: { Ref: only(redis, 'AWS::ElastiCache::UserGroup').id },
    SnapshotRetentionLimit: 7,
    DailySnapshotTime: '06:00',
  });
  for (const type of ['ReplicationGroup', 'ParameterGroup', 'SubnetGroup'])
    redis.resourceCountIs(`AWS::ElastiCache::${type}`, 0);
  expect(hostIn(redis)).toEqual({ 'Fn::GetAtt': [cache.id, 'Endpoint.Address'] });
  expect(variablesOf(pipeline, 'Publisher')).toMatchObject({ REDIS_PORT: '6379', MODEL_EVENTS_MIN_REPLICA_ACKS: '0' });
});

test('health and operations know what confirms a write', () => {
  for (const [kind, durability] of [
    ['cluster', 'replicas'],
    ['serverless', 'primary'],
    ['memorydb', 'engine'],
  ] as const) {
    for (const part of ['Health', 'Operations'])
      expect(variablesOf(of[kind].pipeline, part)['MODEL_EVENTS_DURABILITY']).toBe(durability);
  }
});

test('a MemoryDB cluster has TLS, the key, replicas, noeviction, its access control list and daily snapshots', () => {
  const { redis, pipeline } = of.memorydb;
  const { key, securityGroups } = common(redis);
  const parameters = only(redis, 'AWS::MemoryDB::ParameterGroup');
  const subnetGroup = only(redis, 'AWS::MemoryDB::SubnetGroup');
  const cluster = only(redis, 'AWS::MemoryDB::Cluster');
  expect(cluster.properties).toMatchObject({
    ClusterName: 'hokusai-redis-memorydb',
    Engine: 'valkey',
    EngineVersion: '7.3',
    NodeType: 'db.t4g.small',
    NumShards: 1,
    NumReplicasPerShard: 1,
    TLSEnabled: true,
    KmsKeyId: key,
    SecurityGroupIds: securityGroups,
    ParameterGroupName: { Ref: parameters.id },
    SubnetGroupName: { Ref: subnetGroup.id },
    ACLName: { Ref: only(redis, 'AWS::MemoryDB::ACL').id },
    SnapshotRetentionLimit: 7,
  });
  expect(parameters.properties).toMatchObject({
    Family: 'memorydb_valkey7',
    Parameters: { 'maxmemory-policy': 'noeviction' },
  });
  expect(subnetGroup.properties['SubnetIds']).toEqual(subnets);
  expect(hostIn(redis)).toEqual({ 'Fn::GetAtt': [cluster.id, 'ClusterEndpoint.Address'] });
  expect(variablesOf(pipeline, 'Publisher')['MODEL_EVENTS_MIN_REPLICA_ACKS']).toBe('0');
});

test('no user of Serverless or MemoryDB has a right to a command that ElastiCache or MemoryDB refuse in an access string', () => {
  for (const kind of ['serverless', 'memorydb'] as const) {
    const types = ['AWS::ElastiCache::User', 'AWS::MemoryDB::User'];
    const users = types.flatMap((type) => Object.values(of[kind].redis.findResources(type)));
    expect(users.length).toBeGreaterThan(2);
    for (const { Properties } of users) {
      const rules = (Properties as { AccessString: string }).AccessString.split(' ');
      expect(rules.filter((rule) => restrictedCommands.includes(rule.slice(1)))).toEqual([]);
    }
  }
});

test('the users of MemoryDB have the rights of their scripts, and the list admits them only', () => {
  const { redis } = of.memorydb;
  const users = redisUsers(samples.memorydb.subscriptions, { waits: false });
  for (const { name, accessString } of users) {
    const secret = only(redis, 'AWS::SecretsManager::Secret', `Users${name.replace('-', '')}secret`).id;
    redis.hasResourceProperties('AWS::MemoryDB::User', {
      UserName: `memorydb-${name}`,
      AccessString: accessString,
      AuthenticationMode: {
        Type: 'password',
        Passwords: [{ 'Fn::Join': ['', ['{{resolve:secretsmanager:', { Ref: secret }, ':SecretString:password::}}']] }],
      },
    });
  }
  expect(only(redis, 'AWS::MemoryDB::ACL').properties).toMatchObject({
    ACLName: 'hokusai-redis-memorydb',
    UserNames: users.map(() => ({ Ref: expect.any(String) as string })),
  });
  redis.resourceCountIs('AWS::ElastiCache::User', 0);
});

test('only users of a Redis whose replicas confirm writes may WAIT, which Serverless does not have', () => {
  const accessOf = (template: Template): string =>
    JSON.stringify(Object.values(template.findResources('AWS::ElastiCache::User')));
  expect(accessOf(of.cluster.redis)).toContain('+wait');
  expect(accessOf(of.serverless.redis)).not.toContain('+wait');
});

test('the rotation of MemoryDB changes the users of MemoryDB, which nothing else may', () => {
  const { redis } = of.memorydb;
  expect(variablesOf(redis, 'Rotation')).toMatchObject({ REDIS_USER_SERVICE: 'memorydb' });
  const names = redisUsers(samples.memorydb.subscriptions).map(({ name }) => name);
  redis.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        {
          Effect: 'Allow',
          Action: ['memorydb:DescribeUsers', 'memorydb:UpdateUser'],
          Resource: names.map((name) => `arn:aws:memorydb:us-east-1:123456789012:user/memorydb-${name}`).sort(),
        },
      ]),
    },
  });
  for (const template of [redis, of.memorydb.pipeline]) expect(JSON.stringify(template)).not.toContain('elasticache:');
});

test('without NAT the rotation of MemoryDB calls it through an endpoint, which allows only these users', () => {
  const sample = samples.memorydb;
  const { redis } = templatesOf({ ...sample, vpc: { ...sample.vpc, interfaceEndpoints: true } });
  const services = Object.values(redis?.findResources('AWS::EC2::VPCEndpoint') ?? {}).map(
    ({ Properties }) => (Properties as { ServiceName: string }).ServiceName,
  );
  expect(services.sort()).toEqual(
    ['memory-db', 'secretsmanager', 'sqs'].map((name) => `com.amazonaws.us-east-1.${name}`),
  );
  redis?.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: Match.objectLike({ AWS_ENDPOINT_URL_MEMORYDB: Match.anyValue() }) },
  });
});

interface Alarm {
  readonly AlarmName: string;
  readonly AlarmDescription: unknown;
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: { Name: string; Value: unknown }[];
  readonly Metrics?: { MetricStat?: { Metric: Pick<Alarm, 'Namespace' | 'MetricName' | 'Dimensions'> } }[];
}
const alarmsIn = (template: Template): Alarm[] =>
  Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties as Alarm);
const read = (alarm: Alarm) =>
  alarm.Metrics?.find(({ MetricStat }) => MetricStat !== undefined)?.MetricStat?.Metric ?? alarm;
const onMetric = (template: Template, namespace: string, metric: string): Record<string, unknown>[] =>
  alarmsIn(template)
    .map(read)
    .filter(({ Namespace, MetricName }) => Namespace === namespace && MetricName === metric)
    .map(({ Dimensions = [] }) => Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value])));

test('each node of a cluster and of MemoryDB has alarms, with the names and metrics of its service', () => {
  const shards = ['0001-001', '0001-002', '0002-001', '0002-002'];
  for (const metric of ['EngineCPUUtilization', 'Evictions', 'AuthenticationFailures', 'IsMaster']) {
    expect(onMetric(of.cluster.pipeline, 'AWS/ElastiCache', metric)).toEqual(
      shards.map((node) => ({ CacheClusterId: `hokusai-redis-cluster-${node}` })),
    );
  }
  for (const metric of ['EngineCPUUtilization', 'Evictions', 'AuthenticationFailures', 'IsPrimary']) {
    expect(onMetric(of.memorydb.pipeline, 'AWS/MemoryDB', metric)).toEqual(
      ['0001-001', '0001-002'].map((node) => ({
        ClusterName: 'hokusai-redis-memorydb',
        NodeName: `hokusai-redis-memorydb-${node}`,
      })),
    );
  }
});

test('a Serverless cache has alarms on throttling, evictions and refused logins also with the scope essential, and none on its fixed policy', () => {
  const sample = samples.serverless;
  const essential = templatesOf({ ...sample, alarms: { ...sample.alarms, scope: 'essential' } }).pipeline;
  for (const pipeline of [of.serverless.pipeline, essential]) {
    for (const metric of ['ThrottledCmds', 'Evictions', 'AuthenticationFailures']) {
      expect(onMetric(pipeline, 'AWS/ElastiCache', metric)).toEqual([{ clusterId: 'hokusai-redis-serverless' }]);
    }
    expect(onMetric(pipeline, 'Hokusai/ModelEvents', 'EvictionPolicySafe')).toEqual([]);
  }
  expect(onMetric(of.memorydb.pipeline, 'Hokusai/ModelEvents', 'EvictionPolicySafe')).toHaveLength(1);
});

test('the dashboard shows the metrics of a Serverless cache and of MemoryDB', () => {
  const bodyOf = (pipeline: Template): string =>
    JSON.stringify(only(pipeline, 'AWS::CloudWatch::Dashboard').properties['DashboardBody']);
  for (const metric of ['ElastiCacheProcessingUnits', 'BytesUsedForCache', 'SuccessfulWriteRequestLatency'])
    expect(bodyOf(of.serverless.pipeline)).toContain(metric);
  for (const metric of ['AWS/MemoryDB', 'DatabaseMemoryUsagePercentage', 'SuccessfulWriteRequestLatency'])
    expect(bodyOf(of.memorydb.pipeline)).toContain(metric);
  expect(bodyOf(of.cluster.pipeline)).not.toContain('SuccessfulWriteRequestLatency');
});

test.each([
  ['serverless', 'AWS::ElastiCache::ServerlessCache'],
  ['memorydb', 'AWS::MemoryDB::Cluster'],
] as const)('a %s Redis outlives its stack with its users, and is deleted with it if configured so', (kind, type) => {
  const isUser = (each: string) => /::(User|UserGroup|ACL)$/.test(each);
  for (const [retainOnDestroy, policy] of [
    [true, 'RetainExceptOnCreate'],
    [false, 'Delete'],
  ] as const) {
    const { Resources: resources } = templates(kind, { retainOnDestroy }).redis.toJSON() as {
      Resources: Record<string, { Type: string; DeletionPolicy?: string }>;
    };
    const kept = Object.values(resources).filter(({ Type }) => Type === type || isUser(Type));
    expect(new Set(kept.map(({ DeletionPolicy }) => DeletionPolicy))).toEqual(new Set([policy]));
  }
});
