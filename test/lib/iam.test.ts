/** A created Redis with `auth: 'iam'`: users without passwords, no secret, no rotation, and rights to connect as one user each. */
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { CreatedRedisKind, Environment, ImportedRedisSettings } from '../../config/environment';
import { readEnvironment } from '../../config/read-environment';
import { redisUsers } from '../../contract/redis-users';
import { addServices } from '../../lib/stacks/services';
import {
  cdkContext,
  development,
  inThrowAwayFolder,
  only,
  production,
  productionWithoutNat,
  templatesOf,
} from './synthesized';

const withIam = (environment: Environment): Environment => ({
  ...environment,
  redis: { ...environment.redis, auth: 'iam' },
});
const templates = (environment: Environment): { pipeline: Template; redis: Template } => {
  const { pipeline, redis } = templatesOf(withIam(environment));
  if (redis === undefined) throw new Error('the environment imports its Redis');
  return { pipeline, redis };
};
const { pipeline, redis } = templates(production);
const place = `${production.region}:${production.account}`;
const cache = `arn:aws:elasticache:${place}:replicationgroup:hokusai-redis-production`;
const userArn = (name: string): string => `arn:aws:elasticache:${place}:user:production-${name}`;

interface Statement {
  readonly Action: string | string[];
  readonly Resource: unknown;
}

/** The statements of policies whose logical id contains `part`. */
function statements(template: Template, part = ''): Statement[] {
  return Object.entries(template.findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.includes(part))
    .flatMap(
      ([, { Properties }]) => (Properties as { PolicyDocument: { Statement: Statement[] } }).PolicyDocument.Statement,
    );
}

const connecting = (template: Template, part?: string): Statement[] =>
  statements(template, part).filter(({ Action }) => JSON.stringify(Action).includes('Connect'));

test('each user authenticates with IAM, by an id that is its name, with the rights of its scripts', () => {
  for (const { name, accessString } of redisUsers(production.subscriptions)) {
    redis.hasResourceProperties('AWS::ElastiCache::User', {
      UserId: `production-${name}`,
      UserName: `production-${name}`,
      AuthenticationMode: { Type: 'iam' },
      AccessString: accessString,
    });
  }
  const group = only(redis, 'AWS::ElastiCache::ReplicationGroup').properties;
  expect(group).not.toHaveProperty('AuthToken');
  expect(group['UserGroupIds']).toEqual([{ Ref: only(redis, 'AWS::ElastiCache::UserGroup').id }]);
});

test('neither stack has a secret, a rotation or a right to Secrets Manager, and no alarm watches the age of a token', () => {
  for (const template of [redis, pipeline]) {
    template.resourceCountIs('AWS::SecretsManager::Secret', 0);
    template.resourceCountIs('AWS::SecretsManager::RotationSchedule', 0);
    expect(JSON.stringify(template.toJSON())).not.toMatch(/secretsmanager|AUTH_SECRET/i);
  }
  redis.resourceCountIs('AWS::Lambda::Function', 0);
  const alarms = Object.values(pipeline.findResources('AWS::CloudWatch::Alarm'));
  const names = alarms.map(({ Properties }) => (Properties as { AlarmName: string }).AlarmName);
  expect(names.filter((name) => /token-age|rotation/.test(name))).toEqual([]);
  expect(names.length).toBeGreaterThan(10);
});

test.each([
  ['Publisher', 'publisher'],
  ['Monitor', 'operator'],
  ['Health', 'operator'],
  ['Operations', 'operator'],
])('%s connects as %s, to this cache only', (part, user) => {
  expect(connecting(pipeline, part)).toEqual([
    { Effect: 'Allow', Action: 'elasticache:Connect', Resource: [cache, userArn(user)] },
  ]);
  const { Variables } = only(pipeline, 'AWS::Lambda::Function', part).properties['Environment'] as {
    Variables: Record<string, unknown>;
  };
  expect(Variables).toMatchObject({ REDIS_USERNAME: `production-${user}`, REDIS_IAM_CACHE_ARN: cache });
});

test('in a VPC without NAT the functions get no endpoint of Secrets Manager or ElastiCache: tokens are signed without a call', () => {
  const without = templates({ ...production, vpc: productionWithoutNat.vpc });
  const endpoints = [without.redis, without.pipeline].flatMap((template) =>
    Object.values(template.findResources('AWS::EC2::VPCEndpoint')),
  );
  const services = endpoints.map(({ Properties }) => (Properties as { ServiceName: string }).ServiceName);
  expect(services.map((name) => name.split('.').at(-1))).toEqual(['sqs']);
});

test.each<[CreatedRedisKind, string, string, string]>([
  ['serverless', 'elasticache:Connect', 'serverlesscache:hokusai-redis-serverless', 'user:serverless-publisher'],
  ['memorydb', 'memorydb:Connect', 'cluster/hokusai-redis-memorydb', 'user/memorydb-publisher'],
])('kind %s: the publisher has %s', (kind, action, name, user) => {
  const { account, region, ...sample } = readEnvironment(kind, 'config/samples');
  const made = templates({ ...sample, account, region });
  const arn = (resource: string): string => `arn:aws:${action.split(':')[0] ?? ''}:${region}:${account}:${resource}`;
  expect(connecting(made.pipeline, 'Publisher')).toEqual([
    { Effect: 'Allow', Action: action, Resource: [arn(name), arn(user)] },
  ]);
  const users = made.redis.findResources(kind === 'memorydb' ? 'AWS::MemoryDB::User' : 'AWS::ElastiCache::User');
  for (const { Properties } of Object.values(users))
    expect(Properties).toMatchObject({ AuthenticationMode: { Type: 'iam' } });
});

test('the functions of an imported Redis connect as the configured users, and no stack names a secret', () => {
  const users = ['publisher', 'operator', 'hokusai-token', 'hokusai-site'].map((name) => ({
    name,
    userId: `our-${name}`,
  }));
  const imported = { ...(development.redis as ImportedRedisSettings), authSecretArn: undefined, kmsKeyArn: undefined };
  const { pipeline: made } = templatesOf({ ...development, redis: { ...imported, auth: 'iam', users } });
  const arn = (resource: string): string => `arn:aws:elasticache:us-east-1:123456789012:${resource}`;
  const cacheArn = arn(`replicationgroup:${imported.replicationGroupId}`);
  expect(connecting(made, 'Publisher')[0]?.Resource).toEqual([cacheArn, arn('user:our-publisher')]);
  expect(connecting(made, 'Monitor')[0]?.Resource).toEqual([cacheArn, arn('user:our-operator')]);
  expect(JSON.stringify(made.toJSON())).not.toMatch(/secretsmanager|AUTH_SECRET/i);
});

describe('the services stack', () => {
  const services = inThrowAwayFolder((outdir) => {
    const stack = addServices(new App({ context: cdkContext(), outdir }), withIam(production));
    if (stack === undefined) throw new Error('production has no services');
    return Template.fromStack(stack);
  });
  const containers = Object.values(services.findResources('AWS::ECS::TaskDefinition')).map(
    ({ Properties }) => Properties as { Family: string; ContainerDefinitions: [Record<string, unknown>] },
  );
  const variables = (family: string, kind: 'Environment' | 'Secrets'): Record<string, unknown>[] =>
    (containers.find(({ Family }) => Family === family)?.ContainerDefinitions[0][kind] ?? []) as Record<
      string,
      unknown
    >[];

  test("gives a consumer its own user and the cache as plain variables, and Redis' address as the only secrets", () => {
    const { family = '' } = production.services.find(({ name }) => name === 'hokusai-site') ?? {};
    expect(variables(family, 'Environment')).toEqual(
      expect.arrayContaining([
        { Name: 'REDIS_USERNAME', Value: 'production-hokusai-site' },
        { Name: 'REDIS_IAM_CACHE_ARN', Value: cache },
      ]),
    );
    expect(variables(family, 'Secrets').map(({ Name }) => Name)).toEqual(['REDIS_HOST', 'REDIS_PORT']);
  });

  test('lets its task connect as this user only, and a producer not at all', () => {
    expect(connecting(services, 'hokusaisiteTask')).toEqual([
      { Effect: 'Allow', Action: 'elasticache:Connect', Resource: [cache, userArn('hokusai-site')] },
    ]);
    expect(connecting(services, 'hokusaiapi')).toEqual([]);
    expect(JSON.stringify(services.toJSON())).not.toContain('secretsmanager');
  });
});
