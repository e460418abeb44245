import { service } from './development';
import { containerOf, register, without } from './running-services';
import { token, useSoundAccount } from './healthy-account';

const the = useSoundAccount();
const site = service('hokusai-site');

test('services that carry their wiring are well', async () => {
  const { code, out } = await the.account.run('ecs', 'check', '-e', 'development');
  expect(out).toMatch(/ecs: hokusai-token-development +ok +running hokusai-token-development:1 carries its variables/);
  expect(code).toBe(0);
});

test('what runs is looked at, even where the newest revision is well again', async () => {
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

test.each([
  ['a parameter by its name is as good as by its ARN', 'REDIS_HOST', '/hokusai/development/redis/host', undefined],
  [
    'the whole secret',
    'REDIS_AUTH_TOKEN',
    'arn:aws:secretsmanager:us-east-1:123456789012:secret:hokusai/redis/development/auth-token-0GWWJx',
    'REDIS_AUTH_TOKEN gets the whole secret',
  ],
  [
    'a secret by its name',
    'REDIS_AUTH_TOKEN',
    'hokusai/redis/development/auth-token',
    'REDIS_AUTH_TOKEN names a secret',
  ],
  [
    'another secret',
    'REDIS_AUTH_TOKEN',
    'arn:aws:secretsmanager:us-east-1:123456789012:secret:other-abcdef:auth_token::',
    'REDIS_AUTH_TOKEN comes from another secret',
  ],
])('%s', async (_, name, valueFrom, expected) => {
  const container = containerOf(site);
  const secrets = container.secrets?.map((each) => (each.name === name ? { name, valueFrom } : each));
  await register(the.account, site, { ...container, secrets });
  const { out } = await the.account.run('ecs', 'check', '-e', 'development', '--json');
  if (expected === undefined) expect(JSON.parse(out)).toMatchObject({ failed: 0, warned: 0 });
  else expect(out).toContain(expected);
});

test('a token in plain text is found and not repeated', async () => {
  const container = without(containerOf(site), 'REDIS_AUTH_TOKEN');
  const plain = { name: 'REDIS_AUTH_TOKEN', value: token };
  await register(the.account, site, { ...container, environment: [...(container.environment ?? []), plain] });
  const { code, out, err } = await the.account.run('ecs', 'check', '-e', 'development');
  expect(out.replaceAll(/\s+/g, ' ')).toContain('stands in the definition as plain text');
  expect(out + err).not.toContain(token);
  expect(code).toBe(1);
});

test('a container of another name is named, with those that are there', async () => {
  await register(the.account, site, { ...containerOf(site), name: 'web' });
  const { out } = await the.account.run('ecs', 'check', '-e', 'development', '--json');
  expect(out).toContain('no container hokusai-site. Available: web');
});
