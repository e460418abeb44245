import { Tags } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { CreatedRedisSettings } from '../../config/environment';
import { createdRedis, only, production, withStacks } from './synthesized';

/** Of the users, redis-users.test.ts. */
const template = createdRedis({ auth: 'token' });
const group = only(template, 'AWS::ElastiCache::ReplicationGroup');
const secret = only(template, 'AWS::SecretsManager::Secret', 'AuthToken');
const firstToken = only(template, 'AWS::SecretsManager::Secret', 'FirstToken');
const key = only(template, 'AWS::KMS::Key');

test('Redis is a Valkey with two nodes in two zones and automatic failover', () => {
  expect(group.properties).toMatchObject({
    ReplicationGroupId: 'hokusai-redis-production',
    Engine: 'valkey',
    EngineVersion: '8.0',
    CacheNodeType: 'cache.t4g.small',
    ClusterMode: 'disabled',
    NumCacheClusters: 2,
    AutomaticFailoverEnabled: true,
    MultiAZEnabled: true,
  });
  expect(only(template, 'AWS::ElastiCache::SubnetGroup').properties['SubnetIds']).toEqual(
    production.vpc.privateSubnetIds,
  );
});

test('Redis requires TLS and the token, and encrypts data at rest', () => {
  expect(group.properties).toMatchObject({
    TransitEncryptionEnabled: true,
    TransitEncryptionMode: 'required',
    AtRestEncryptionEnabled: true,
    KmsKeyId: { 'Fn::GetAtt': [key.id, 'Arn'] },
  });
  expect(key.properties['EnableKeyRotation']).toBe(true);
  expect(secret.properties['KmsKeyId']).toEqual({ 'Fn::GetAtt': [key.id, 'Arn'] });
});

test('a full Redis refuses writes instead of dropping keys', () => {
  const parameters = only(template, 'AWS::ElastiCache::ParameterGroup');
  expect(parameters.properties).toMatchObject({
    CacheParameterGroupFamily: 'valkey8',
    Properties: { 'maxmemory-policy': 'noeviction' },
  });
  expect(group.properties['CacheParameterGroupName']).toEqual({ Ref: parameters.id });
});

test('the parameter group belongs to the configured engine version', () => {
  const older = createdRedis({ engineVersion: '7.2' });
  expect(only(older, 'AWS::ElastiCache::ParameterGroup').properties['CacheParameterGroupFamily']).toBe('valkey7');
  expect(only(older, 'AWS::ElastiCache::ReplicationGroup').properties['EngineVersion']).toBe('7.2');
});

test('snapshots are kept, and slow commands are logged', () => {
  const log = only(template, 'AWS::Logs::LogGroup', 'SlowLog');
  expect(group.properties).toMatchObject({
    SnapshotRetentionLimit: 7,
    LogDeliveryConfigurations: [
      {
        LogType: 'slow-log',
        LogFormat: 'json',
        DestinationType: 'cloudwatch-logs',
        DestinationDetails: { CloudWatchLogsDetails: { LogGroup: { Ref: log.id } } },
      },
    ],
  });
  expect(log.properties['RetentionInDays']).toBe(180);
});

test('the generated token has a format that ElastiCache accepts and ECS can read', () => {
  const { GenerateSecretString: generated, Name: name } = secret.properties as {
    Name: string;
    GenerateSecretString: Record<string, string | number>;
  };
  expect(name).toBe('hokusai/redis/production/auth-token');
  expect(generated).toMatchObject({ SecretStringTemplate: '{}', GenerateStringKey: 'auth_token', PasswordLength: 64 });
  const printable = Array.from({ length: 0x7f - 0x20 }, (_, index) => String.fromCharCode(0x20 + index));
  const left = printable.filter((character) => !String(generated['ExcludeCharacters']).includes(character));
  expect(left.join('').replace(/[A-Za-z0-9]/g, '')).toBe('!#$&-<>^');
});

test('ElastiCache gets the token by a reference to the secret, and no template contains it', () => {
  expect(group.properties['AuthToken']).toEqual({
    'Fn::Join': ['', ['{{resolve:secretsmanager:', { Ref: firstToken.id }, ':SecretString:auth_token::}}']],
  });
});

test('the reference is to a copy of the first token, which no rotation and no deployment changes', () => {
  const redis = { ...production.redis, auth: 'token' } as CreatedRedisSettings;
  const tagged = withStacks({ ...production, redis }, ({ redisStack }) => {
    if (redisStack === undefined) throw new Error('production imports its Redis');
    Tags.of(redisStack).add('version', '2');
    return Template.fromStack(redisStack);
  });
  const token = ['{"auth_token":"{{resolve:secretsmanager:', { Ref: secret.id }, ':SecretString:auth_token::}}"}'];
  // A tag would update the copy, and CloudFormation would resolve its reference again.
  expect(only(tagged, 'AWS::SecretsManager::Secret', 'FirstToken').properties).toEqual({
    Description: expect.any(String) as string,
    KmsKeyId: { 'Fn::GetAtt': [key.id, 'Arn'] },
    SecretString: { 'Fn::Join': ['', token] },
  });
  expect(only(tagged, 'AWS::SecretsManager::Secret', 'AuthToken').properties).toHaveProperty('Tags');
});

test('SSM parameters publish where Redis is, how to connect to it and which secret has its token', () => {
  const names = Object.values(template.findResources('AWS::SSM::Parameter')).map(({ Properties }) => {
    const { Name: name, Value: value } = Properties as { Name: string; Value: unknown };
    return [name, value];
  });
  expect(Object.fromEntries(names)).toEqual({
    '/hokusai/production/redis/host': { 'Fn::GetAtt': [group.id, 'PrimaryEndPoint.Address'] },
    '/hokusai/production/redis/port': '6379',
    '/hokusai/production/redis/security-group': {
      'Fn::GetAtt': [only(template, 'AWS::EC2::SecurityGroup', 'RedisSecurityGroup').id, 'GroupId'],
    },
    '/hokusai/production/redis/auth-secret': { Ref: secret.id },
    '/hokusai/production/redis/key': { 'Fn::GetAtt': [key.id, 'Arn'] },
  });
});

test('the token is rotated every month by the rotation function, and not because of a deployment', () => {
  const rotation = only(template, 'AWS::Lambda::Function');
  expect(only(template, 'AWS::SecretsManager::RotationSchedule').properties).toEqual({
    SecretId: { Ref: secret.id },
    RotationLambdaARN: { 'Fn::GetAtt': [rotation.id, 'Arn'] },
    RotationRules: { ScheduleExpression: 'rate(30 days)' },
    RotateImmediatelyOnUpdate: false,
  });
  expect(rotation.properties).toMatchObject({
    Timeout: 900,
    Environment: { Variables: { REPLICATION_GROUP_ID: 'hokusai-redis-production' } },
  });
});

test('only Secrets Manager may call the rotation function, and only for secrets of this account', () => {
  template.resourceCountIs('AWS::Lambda::Url', 0);
  expect(only(template, 'AWS::Lambda::Permission').properties).toMatchObject({
    Principal: 'secretsmanager.amazonaws.com',
    SourceAccount: '123456789012',
  });
});

/** Redis, its dependencies, and the parameters of its clients. */
const keptTypes = [
  'AWS::EC2::SecurityGroup',
  'AWS::ElastiCache::ParameterGroup',
  'AWS::ElastiCache::ReplicationGroup',
  'AWS::ElastiCache::SubnetGroup',
  'AWS::KMS::Key',
  'AWS::Logs::LogGroup',
  ...Array.from({ length: 5 }, () => 'AWS::SSM::Parameter'),
  ...Array.from({ length: 2 }, () => 'AWS::SecretsManager::Secret'),
];

test.each<[boolean, string[]]>([
  [true, keptTypes],
  [false, []],
])(
  'with retainOnDestroy %p, the resources retained unless their creation is rolled back are %p',
  (retainOnDestroy, kept) => {
    const { Resources: resources } = createdRedis({ auth: 'token', retainOnDestroy }).toJSON() as {
      Resources: Record<string, { Type: string; DeletionPolicy?: string }>;
    };
    const retained = Object.values(resources).filter(({ DeletionPolicy }) => DeletionPolicy?.startsWith('Retain'));
    expect(retained.map(({ Type }) => Type).sort()).toEqual(kept);
    // Retain would also keep what a failed first deployment created, whose names block the next one.
    expect(retained.filter(({ DeletionPolicy }) => DeletionPolicy !== 'RetainExceptOnCreate')).toEqual([]);
  },
);
