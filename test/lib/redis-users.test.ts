/** The users of a created Redis, their secrets, who reads them, and their rotation. */
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Environment } from '../../config/environment';
import { redisUsers } from '../../contract/redis-users';
import { addServices } from '../../lib/stacks/services';
import { cdkContext, createdRedis, development, inThrowAwayFolder, only, production, templatesOf } from './synthesized';

const { pipeline, redis: template = createdRedis() } = templatesOf(production);
const names = ['publisher', 'operator', 'hokusai-token', 'hokusai-site'];
const secretOf = (name: string) => only(template, 'AWS::SecretsManager::Secret', `Users${name.replace('-', '')}secret`);

test('the replication group has a user group instead of a token', () => {
  const group = only(template, 'AWS::ElastiCache::ReplicationGroup').properties;
  const users = only(template, 'AWS::ElastiCache::UserGroup');
  expect(group).not.toHaveProperty('AuthToken');
  expect(group['UserGroupIds']).toEqual([{ Ref: users.id }]);
  expect(users.properties).toMatchObject({ Engine: 'valkey', UserGroupId: 'hokusai-redis-production' });
  expect(users.properties['UserIds']).toHaveLength(names.length);
});

test('each user has the rights of its scripts, and its password by a reference to its own secret', () => {
  for (const { name, accessString } of redisUsers(production.subscriptions)) {
    const secret = secretOf(name);
    template.hasResourceProperties('AWS::ElastiCache::User', {
      UserId: `production-${name}`,
      UserName: `production-${name}`,
      Engine: 'valkey',
      AccessString: accessString,
      AuthenticationMode: {
        Type: 'password',
        Passwords: [
          { 'Fn::Join': ['', ['{{resolve:secretsmanager:', { Ref: secret.id }, ':SecretString:password::}}']] },
        ],
      },
    });
    expect(secret.properties).toMatchObject({
      Name: `hokusai/redis/production/users/${name}`,
      GenerateSecretString: {
        SecretStringTemplate: JSON.stringify({ username: `production-${name}` }),
        GenerateStringKey: 'password',
      },
    });
  }
});

test('the publisher reads the secret of its user only; monitor, health and operations that of the operator', () => {
  const exported = (name: string) => secretOf(name).id;
  const functions = pipeline.findResources('AWS::Lambda::Function');
  const readers = Object.entries(functions).flatMap(([id, { Properties }]) => {
    const variables = (Properties as { Environment?: { Variables?: Record<string, unknown> } }).Environment?.Variables;
    const arn = JSON.stringify(variables?.['REDIS_AUTH_SECRET_ARN'] ?? '');
    const user = names.find((name) => arn.includes(exported(name)));
    return user === undefined ? [] : [[id.replace(/Function.*/, ''), user]];
  });
  expect(Object.fromEntries(readers)).toEqual({
    Publisher: 'publisher',
    Monitor: 'operator',
    Health: 'operator',
    Operations: 'operator',
  });
  const policies = JSON.stringify(pipeline.findResources('AWS::IAM::Policy'));
  for (const consumer of ['hokusai-token', 'hokusai-site']) expect(policies).not.toContain(exported(consumer));
});

test('one function rotates all passwords, each by a schedule, and may change only these users', () => {
  const schedules = Object.values(template.findResources('AWS::SecretsManager::RotationSchedule'));
  const rotated = schedules.map(({ Properties }) => (Properties as { SecretId: { Ref: string } }).SecretId.Ref);
  expect(rotated.sort()).toEqual(names.map((name) => secretOf(name).id).sort());
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  const statements = policies.flatMap(
    ({ Properties }) =>
      (Properties as { PolicyDocument: { Statement: Record<string, unknown>[] } }).PolicyDocument.Statement,
  );
  const [changing, ...others] = statements.filter(({ Action }) => JSON.stringify(Action).includes('elasticache:'));
  expect(others).toEqual([]);
  expect(changing?.['Action']).toEqual(['elasticache:DescribeUsers', 'elasticache:ModifyUser']);
  const resources = (changing?.['Resource'] as unknown[]).map((resource) => JSON.stringify(resource));
  const user = (name: string) => `"arn:aws:elasticache:us-east-1:123456789012:user:production-${name}"`;
  expect(resources.sort()).toEqual(names.map(user).sort());
  expect(JSON.stringify(template.toJSON())).not.toContain('elasticache:ModifyReplicationGroup');
});

test('each consumer gets the user and password of its own secret, and only its execution role may read them; a producer gets none', () => {
  const producer = { ...development.services[0], queue: undefined } as Environment['services'][number];
  const services = inThrowAwayFolder((outdir) => {
    const all = { ...production, services: [...production.services, producer] };
    const stack = addServices(new App({ context: cdkContext(), outdir }), all);
    return stack === undefined ? undefined : Template.fromStack(stack);
  });
  if (services === undefined) throw new Error('production has no services');
  const parameter = (user: string) => {
    const name = `/hokusai/production/redis/users/${user}`;
    const [id] = Object.entries(services.findParameters('*')).find(([, { Default }]) => Default === name) ?? [];
    return id ?? `no parameter ${name}`;
  };
  const secretsOf = (name: string) => {
    const task = only(services, 'AWS::ECS::TaskDefinition', name.replace('-', '')).properties;
    const [container] = task['ContainerDefinitions'] as { Secrets?: { Name: string; ValueFrom: unknown }[] }[];
    return Object.fromEntries((container?.Secrets ?? []).map(({ Name, ValueFrom }) => [Name, ValueFrom]));
  };
  for (const name of ['hokusai-token', 'hokusai-site']) {
    const field = (key: string) => ({ 'Fn::Join': ['', [{ Ref: parameter(name) }, `:${key}::`]] });
    expect(secretsOf(name)).toMatchObject({ REDIS_USERNAME: field('username'), REDIS_AUTH_TOKEN: field('password') });
    const policy = only(services, 'AWS::IAM::Policy', `${name.replace('-', '')}ExecutionRole`).properties;
    const read = JSON.stringify(policy).match(/\{"Ref":"[^"]*redisusers[^"]*"\}/g) ?? [];
    expect([...new Set(read)]).toEqual([JSON.stringify({ Ref: parameter(name) })]);
  }
  expect(secretsOf('hokusai-api')).toEqual({});
});
