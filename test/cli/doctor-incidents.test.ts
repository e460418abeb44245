/** Past production incidents, and the finding of doctor for each. */
import { RevokeSecurityGroupIngressCommand, DescribeSecurityGroupsCommand } from '@aws-sdk/client-ec2';
import { CreateSecretCommand, DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import { putParameter, replaceGroup } from './account-parts';
import { redis, service } from './development';
import { allow, containerOf, register, wiringOf, without } from './running-services';
import { diagnose, token, useHealthyAccount } from './healthy-account';

const the = useHealthyAccount();
const api = service('hokusai-api');
const site = service('hokusai-site');
const failed = { result: 'fail' } as const;

test('doctor reports a running task definition without its Redis secrets (incident: three days of outage)', async () => {
  const bare = without(containerOf(api), 'REDIS_HOST', 'REDIS_PORT', 'REDIS_AUTH_TOKEN');
  await register(the.account, api, bare);
  const { code, findings } = await diagnose(the.account, 'services');
  expect(code).toBe(1);
  expect(findings.filter(({ result }) => result === 'fail')).toEqual(
    ['REDIS_HOST', 'REDIS_PORT', 'REDIS_AUTH_TOKEN'].map((name) => ({
      check: 'ecs: hokusai-api-development',
      result: 'fail',
      found: `running hokusai-api-development:2: ${name} is missing`,
      remedy: 'npx model-events ecs wire -e development --family hokusai-api-development --container hokusai-api',
    })),
  );
});

test('a task definition without its Redis secrets is a warning before it is deployed', async () => {
  await register(the.account, api, without(containerOf(api), 'REDIS_AUTH_TOKEN'), 'leave');
  const { code, findings } = await diagnose(the.account, 'services');
  expect(code).toBe(0);
  expect(findings).toContainEqual(
    expect.objectContaining({
      result: 'warn',
      found: 'newest, not running yet, hokusai-api-development:2: REDIS_AUTH_TOKEN is missing',
    }),
  );
});

test('doctor reports an execution role that cannot read the secret', async () => {
  const { executionRights } = wiringOf(api);
  await allow(
    the.account,
    api,
    'execution',
    executionRights.filter(({ action }) => !action.startsWith('secrets')),
  );
  const { code, findings } = await diagnose(the.account, 'roles');
  expect(code).toBe(1);
  expect(findings.filter(({ result }) => result === 'fail')).toEqual([
    expect.objectContaining({
      check: 'roles: hokusai-api-development',
      found: `the execution role hokusai-api-execution of hokusai-api-development:1 may not secretsmanager:GetSecretValue on ${redis.authSecretArn}`,
    }),
  ]);
});

test('doctor reports a producer whose task role may not put events', async () => {
  await allow(the.account, api, 'task', []);
  const { findings } = await diagnose(the.account, 'roles');
  expect(findings).toContainEqual(
    expect.objectContaining({ ...failed, found: expect.stringContaining('may not events:PutEvents') as string }),
  );
});

test('doctor reports a secret ARN with a wrong suffix in the configuration', async () => {
  await the.account.secrets.send(
    new DeleteSecretCommand({ SecretId: redis.authSecretArn, ForceDeleteWithoutRecovery: true }),
  );
  await the.account.secrets.send(
    new CreateSecretCommand({
      Name: 'hokusai/redis/development/auth-token',
      SecretString: JSON.stringify({ auth_token: token }),
      Tags: [{ Key: '_custom_id_', Value: 'q8ZkT2' }],
    }),
  );
  const { findings } = await diagnose(the.account, 'secret');
  expect(findings).toEqual([
    expect.objectContaining({ ...failed, found: expect.stringMatching(/has another ARN: .*-q8ZkT2$/) as string }),
  ]);
});

test('doctor reports a secret ARN with a wrong suffix in a running task definition', async () => {
  const container = containerOf(api);
  const secrets = container.secrets?.map(({ name, valueFrom }) => ({
    name,
    valueFrom: valueFrom?.replace('-0GWWJx', '-xK3pQz'),
  }));
  await register(the.account, api, { ...container, secrets });
  const { findings } = await diagnose(the.account, 'services');
  expect(findings).toContainEqual(
    expect.objectContaining({
      ...failed,
      found: expect.stringMatching(
        /REDIS_AUTH_TOKEN has an ARN that is not the secret's: .*-xK3pQz; the secret's ends in -0GWWJx/,
      ) as string,
    }),
  );
});

test('doctor reports a Redis URL in the host parameter without printing it, since it may contain the token', async () => {
  await putParameter(the.account, '/hokusai/development/redis/host', `rediss://:${token}@${redis.host}:6379`);
  const { code, findings } = await diagnose(the.account, 'parameters');
  expect(code).toBe(1);
  expect(JSON.stringify(findings)).not.toContain(token);
  expect(findings).toEqual([
    expect.objectContaining({ ...failed, found: expect.stringContaining('contains a URL (not shown)') as string }),
  ]);
});

test('doctor reports a Redis URL in a task definition', async () => {
  const container = containerOf(api);
  const url = { name: 'REDIS_URL', value: `redis://:${token}@${redis.host}` };
  await register(the.account, api, { ...container, environment: [...(container.environment ?? []), url] });
  const { findings } = await diagnose(the.account, 'services');
  expect(JSON.stringify(findings)).not.toContain(token);
  expect(findings).toContainEqual(
    expect.objectContaining({ result: 'warn', found: expect.stringContaining('REDIS_URL is set') as string }),
  );
});

test('doctor reports a Redis without TLS', async () => {
  await replaceGroup(the.account, { TransitEncryptionEnabled: false, TransitEncryptionMode: undefined });
  const { code, findings } = await diagnose(the.account, 'replication-group');
  expect(code).toBe(1);
  expect(findings).toContainEqual(
    expect.objectContaining({ ...failed, found: expect.stringContaining('does not use TLS') as string }),
  );
});

test('doctor reports a service that cannot reach Redis (incident: the API hung in connect)', async () => {
  const { SecurityGroups: [group] = [] } = await the.account.ec2.send(
    new DescribeSecurityGroupsCommand({ GroupIds: [redis.securityGroupId] }),
  );
  await the.account.ec2.send(
    new RevokeSecurityGroupIngressCommand({ GroupId: redis.securityGroupId, IpPermissions: group?.IpPermissions }),
  );
  const { code, findings } = await diagnose(the.account, 'security-groups');
  expect(code).toBe(1);
  expect(findings.map(({ found }) => found)).toContainEqual(
    expect.stringMatching(/sg-0a1b2c3d4e5f60718 does not allow hokusai-api \(sg-.*\) to connect to port 6379/),
  );
});

test('doctor reports a consumer with the queue of another service (incident: each got half of the messages)', async () => {
  const container = containerOf(site);
  const environment = [{ name: 'MODEL_EVENTS_QUEUE', value: 'model_events' }];
  await register(the.account, site, { ...container, environment });
  const { findings } = await diagnose(the.account, 'services');
  expect(findings).toContainEqual(
    expect.objectContaining({
      ...failed,
      check: 'ecs: hokusai-site-development',
      found: 'running hokusai-site-development:2: MODEL_EVENTS_QUEUE is "model_events", it must be "model_events:site"',
    }),
  );
});
