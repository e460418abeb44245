import type { TaskDefinition } from '@aws-sdk/client-ecs';
import { differences } from '../../cli/ecs/differences';
import { service } from './development';
import { containerOf, register, without } from './running-services';
import type { EmulatedAccount } from './emulated-account';
import { diagnose, useHealthyAccount } from './healthy-account';

const definition = (container: object, task: Partial<TaskDefinition> = {}): TaskDefinition => ({
  family: 'site',
  revision: 7,
  ...task,
  containerDefinitions: [{ name: 'site', ...container }],
});

test('a variable or secret that is missing in the planned definition is lost, and its value is not shown', () => {
  const running = definition({
    environment: [{ name: 'DATABASE_URL', value: 'postgres://app:password@db' }],
    secrets: [{ name: 'KEY', valueFrom: '/site/key' }],
  });
  expect(differences(running, definition({}))).toEqual([
    { where: 'containers.site.environment.DATABASE_URL', running: '(not shown)', planned: undefined, lost: true },
    { where: 'containers.site.secrets.KEY', running: '/site/key', planned: undefined, lost: true },
  ]);
});

test('defaults that ECS fills in and values known only after deployment are no differences', () => {
  const running = definition(
    { image: 'repo:1', cpu: 0, mountPoints: [], volumesFrom: [], environment: [] },
    { executionRoleArn: 'arn:aws:iam::123456789012:role/old', status: 'ACTIVE', compatibilities: ['EC2', 'FARGATE'] },
  );
  const planned = definition({ image: 'repo:1' }, { executionRoleArn: '(SiteRole.Arn of the stack)' });
  expect(differences(running, planned)).toEqual([]);
});

test('changed numbers are shown; changed commands, options and variables are named without their values', () => {
  const running = definition({
    stopTimeout: 30,
    command: ['--password', 'old'],
    logConfiguration: { logDriver: 'splunk', options: { 'splunk-token': 'old' } },
    environment: [{ name: 'LEVEL', value: 'old' }],
  });
  const planned = definition({ stopTimeout: 120, environment: [{ name: 'LEVEL', value: 'new' }] });
  const found = differences(running, planned);
  expect(found).toContainEqual({ where: 'containers.site.stopTimeout', running: '30', planned: '120', lost: false });
  expect(found.map(({ where }) => where)).toContain('containers.site.environment.LEVEL');
  expect(JSON.stringify(found)).not.toMatch(/old|new/);
});

describe('against the synthesized Services stack', () => {
  const the = useHealthyAccount();
  const api = service('hokusai-api');

  const diff = async (account: EmulatedAccount): Promise<{ code: number | null; out: string }> =>
    account.run('ecs', 'diff', '-e', 'development', '--json');

  test('a running container with variables of its own would lose them: exit code 1, and doctor fails', async () => {
    const { code, out } = await diff(the.account);
    const { lost, families } = JSON.parse(out) as {
      lost: number;
      families: { family: string; running: string; differences: { where: string; lost: boolean }[] }[];
    };
    expect(code).toBe(1);
    expect(lost).toBe(8);
    // The stack has the same wiring.
    expect(out).not.toMatch(/REDIS_|MODEL_EVENTS_/);
    expect(families[0]).toMatchObject({ family: api.family, running: `${api.family}:1` });
    expect(families[0]?.differences.filter((each) => each.lost).map(({ where }) => where)).toEqual([
      'containers.hokusai-api.environment.DATABASE_URL',
      'containers.hokusai-api.secrets.SESSION_KEY',
    ]);
    const { findings } = await diagnose(the.account, 'services-stack');
    expect(findings[0]).toMatchObject({
      result: 'fail',
      found:
        'deploying it would remove from hokusai-api-development:1: hokusai-api.environment.DATABASE_URL, hokusai-api.secrets.SESSION_KEY',
    });
  });

  test('containers without variables of their own lose nothing: exit code 0', async () => {
    for (const name of ['hokusai-api', 'hokusai-mlflow', 'hokusai-site', 'hokusai-token']) {
      const each = service(name);
      await register(the.account, each, without(containerOf(each), 'DATABASE_URL', 'SESSION_KEY'));
    }
    const { code, out } = await diff(the.account);
    expect(JSON.parse(out)).toMatchObject({ ok: true, lost: 0 });
    expect(code).toBe(0);
  });
});
