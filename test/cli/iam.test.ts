/** What the commands do in an environment whose Redis authenticates with IAM; none of this calls AWS. */
import type { Account } from '../../cli/account';
import type { Invocation } from '../../cli/command';
import { tokenRevoke } from '../../cli/commands/token-revoke';
import { userRevoke } from '../../cli/commands/user-revoke';
import type { CheckContext } from '../../cli/doctor/check';
import { secret } from '../../cli/doctor/secret';
import { serviceRoutes } from '../../cli/doctor/service-routes';
import { taskAge } from '../../cli/doctor/task-age';
import { definitionProblems } from '../../cli/ecs/definition-problems';
import { serviceWiring } from '../../cli/ecs/service-wiring';
import { redisPlaceOf } from '../../cli/redis-location';
import type { Environment } from '../../config/environment';
import { readEnvironment } from '../../config/read-environment';

const production = readEnvironment('production');
const environment = { ...production, redis: { ...production.redis, auth: 'iam' } } as Environment;
const account = {
  client: () => {
    throw new Error('a call to AWS');
  },
} as unknown as Account;
const place = redisPlaceOf(environment, account);
const consumer = environment.services.find(({ name }) => name === 'hokusai-site');
const cache = `arn:aws:elasticache:${environment.region}:${environment.account}:replicationgroup:hokusai-redis-production`;
if (consumer === undefined) throw new Error('production has no hokusai-site');

test('ecs wire gives a container its user and the cache, without a secret, and its role both rights', async () => {
  expect(serviceWiring(environment, await place, consumer)).toMatchObject({
    variables: { REDIS_USERNAME: 'production-hokusai-site', REDIS_IAM_CACHE_ARN: cache },
    executionRights: [{ action: 'ssm:GetParameters' }, { action: 'ssm:GetParameters' }],
    taskRights: [
      { action: 'elasticache:Connect', resource: cache },
      {
        action: 'elasticache:Connect',
        resource: cache.replace(/replicationgroup:.*/, 'user:production-hokusai-site'),
      },
    ],
  });
});

test('ecs check finds a container that still has the token of before', async () => {
  const wiring = serviceWiring(environment, await place, consumer);
  if (wiring === undefined) throw new Error('no wiring');
  const { REDIS_HOST = '', REDIS_PORT = '' } = wiring.secrets;
  const secrets = { REDIS_HOST, REDIS_PORT, REDIS_AUTH_TOKEN: 'arn:aws:secretsmanager:…:auth_token::' };
  const definition = {
    containerDefinitions: [
      {
        name: consumer.container,
        environment: [{ name: 'MODEL_EVENTS_QUEUE', value: consumer.queue }],
        secrets: Object.entries(secrets).map(([name, valueFrom]) => ({ name, valueFrom })),
      },
    ],
  };
  const problems = definitionProblems(definition, consumer.container, wiring).map(({ what }) => what);
  expect(problems.join('\n')).toMatch(/REDIS_USERNAME/);
  expect(problems.join('\n')).toMatch(/REDIS_IAM_CACHE_ARN/);
});

test('doctor reports that there is no secret, and checks no route to Secrets Manager, ElastiCache and MemoryDB', async () => {
  const context = { environment, account, redis: await place } as unknown as CheckContext;
  expect(await secret.run(context)).toMatchObject([
    { result: 'ok', found: 'none: clients of Redis authenticate with IAM' },
  ]);
  const unused = serviceRoutes.filter(({ name }) => name !== 'sqs-route');
  expect(unused).toHaveLength(3);
  for (const check of [taskAge, ...unused]) expect(await check.run(context)).toEqual([]);
});

test.each([tokenRevoke, userRevoke])(
  '$name says that there is nothing to revoke, and what ends the access',
  async (command) => {
    const invocation = {
      environment: () => Promise.resolve(environment),
      account: () => account,
    } as unknown as Invocation;
    await expect(command.run(invocation)).rejects.toThrow(
      /^Redis authenticates with IAM: there is no token and no password to revoke\. To end the access .* remove the permission/,
    );
  },
);
