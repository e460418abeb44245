import { service } from './development';
import { containerOf, register, without } from './running-services';
import { token, useHealthyAccount } from './healthy-account';

const the = useHealthyAccount();
const site = service('hokusai-site');

test('services with their wiring pass', async () => {
  const { code, out } = await the.account.run('ecs', 'check', '-e', 'development');
  expect(out).toMatch(/ecs: hokusai-token-development +ok +running hokusai-token-development:1 has its wiring/);
  expect(code).toBe(0);
});

test('the running revision is checked, even if the newest revision is correct', async () => {
  await register(the.account, site, without(containerOf(site), 'MODEL_EVENTS_QUEUE', 'REDIS_HOST'));
  await register(the.account, site, containerOf(site), 'leave');
  const { code, out } = await the.account.run('ecs', 'check', '-e', 'development', '--json');
  const { findings } = JSON.parse(out) as { findings: { check: string; found: string }[] };
  expect(findings.filter(({ check }) => check === 'ecs: hokusai-site-development').map(({ found }) => found)).toEqual([
    'running hokusai-site-development:2: REDIS_HOST is missing',
    'running hokusai-site-development:2: MODEL_EVENTS_QUEUE is missing (it must be "model_events:site")',
  ]);
  expect(code).toBe(1);
});

test('the revisions of a service under another deployment controller are those of its task sets', async () => {
  await register(the.account, site, without(containerOf(site), 'REDIS_HOST'), 'task set');
  const { code, out } = await the.account.run('ecs', 'check', '-e', 'development');
  expect(out.replaceAll(/\s+/g, ' ')).toContain('running hokusai-site-development:2: REDIS_HOST is missing');
  expect(code).toBe(1);
});

test.each([
  ['accepts a parameter by its name', 'REDIS_HOST', '/hokusai/development/redis/host', undefined],
  [
    'accepts the stage of the current version',
    'REDIS_AUTH_TOKEN',
    'arn:aws:secretsmanager:us-east-1:123456789012:secret:hokusai/redis/development/auth-token-0GWWJx:auth_token:AWSCURRENT:',
    undefined,
  ],
  [
    'reports a reference to the whole secret',
    'REDIS_AUTH_TOKEN',
    'arn:aws:secretsmanager:us-east-1:123456789012:secret:hokusai/redis/development/auth-token-0GWWJx',
    'REDIS_AUTH_TOKEN gets the whole secret',
  ],
  [
    'reports a secret by its name',
    'REDIS_AUTH_TOKEN',
    'hokusai/redis/development/auth-token',
    'REDIS_AUTH_TOKEN names a secret',
  ],
  [
    'reports another secret',
    'REDIS_AUTH_TOKEN',
    'arn:aws:secretsmanager:us-east-1:123456789012:secret:other-abcdef:auth_token::',
    'REDIS_AUTH_TOKEN comes from another secret',
  ],
])('ecs check %s', async (_, name, valueFrom, expected) => {
  const container = containerOf(site);
  const secrets = container.secrets?.map((each) => (each.name === name ? { name, valueFrom } : each));
  await register(the.account, site, { ...container, secrets });
  const { out } = await the.account.run('ecs', 'check', '-e', 'development', '--json');
  if (expected === undefined) expect(JSON.parse(out)).toMatchObject({ failed: 0, warned: 0 });
  else expect(out).toContain(expected);
});

test('a token in plain text is reported and not printed', async () => {
  const container = without(containerOf(site), 'REDIS_AUTH_TOKEN');
  const plain = { name: 'REDIS_AUTH_TOKEN', value: token };
  await register(the.account, site, { ...container, environment: [...(container.environment ?? []), plain] });
  const { code, out, err } = await the.account.run('ecs', 'check', '-e', 'development');
  expect(out.replaceAll(/\s+/g, ' ')).toContain('the definition as plain text');
  expect(out + err).not.toContain(token);
  expect(code).toBe(1);
});

test('a missing container is reported with the available ones', async () => {
  await register(the.account, site, { ...containerOf(site), name: 'web' });
  const { out } = await the.account.run('ecs', 'check', '-e', 'development', '--json');
  expect(out).toContain('no container hokusai-site. Available: web');
});
