import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Service, TaskDefinition } from '@aws-sdk/client-ecs';
import { differences } from '../../cli/ecs/differences';
import { networkDifferences } from '../../cli/ecs/network-differences';
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

test('another task role is lost, also where its name is known only after deployment; another execution role is no difference', () => {
  const role = (name: string): string => `arn:aws:iam::123456789012:role/${name}`;
  const running = definition({}, { taskRoleArn: role('site'), executionRoleArn: role('old') });
  for (const taskRoleArn of [role('other'), '(SiteTaskRole.Arn of the stack)', undefined]) {
    const planned = definition({}, { taskRoleArn, executionRoleArn: '(SiteExecutionRole.Arn of the stack)' });
    expect(differences(running, planned)).toEqual([
      { where: 'taskRoleArn', running: role('site'), planned: taskRoleArn, lost: true },
    ]);
  }
});

test('load balancers, registries, groups, subnets, public addresses and Service Connect that the plan does not have are lost', () => {
  const running: Service = {
    loadBalancers: [{ targetGroupArn: 'arn:api' }],
    serviceRegistries: [{ registryArn: 'arn:map' }],
    deployments: [{ serviceConnectConfiguration: { enabled: true } }],
    networkConfiguration: {
      awsvpcConfiguration: { subnets: ['s-1', 's-2'], securityGroups: ['g-1'], assignPublicIp: 'ENABLED' },
    },
  };
  const planned = {
    networkConfiguration: {
      awsvpcConfiguration: { subnets: ['s-1'], securityGroups: ['(Group.GroupId of the stack)'] },
    },
  };
  const lost = (name: string, from: string, to?: string) => ({
    where: `service.${name}`,
    running: from,
    planned: to,
    lost: true,
  });
  expect(networkDifferences(running, planned)).toEqual([
    lost('targetGroups', 'arn:api'),
    lost('serviceRegistries', 'arn:map'),
    lost('serviceConnect', 'enabled'),
    lost('securityGroups', 'g-1', '(Group.GroupId of the stack)'),
    lost('subnets', 's-2'),
    lost('publicAddresses', 'ENABLED'),
  ]);
  const { deployments, ...ofTaskSet } = running;
  expect(networkDifferences({ deployments, taskSets: [ofTaskSet] }, planned)).toHaveLength(6);
  const { deployments: _, ...same } = running;
  expect(networkDifferences(same, same)).toEqual([]);
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

  test('a configuration without target group, security group and task role of hokusai-api would make it unreachable: they are lost', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'model-events-diff-'));
    try {
      cpSync('config/development.json', join(folder, 'development.json'));
      const written = JSON.parse(readFileSync(join(folder, 'development.json'), 'utf8')) as { services: object[] };
      const lost = ['targetGroupArn', 'securityGroupId', 'taskRoleArn'];
      const services = written.services.map((each) =>
        Object.fromEntries(Object.entries(each).filter(([name]) => !lost.includes(name))),
      );
      writeFileSync(join(folder, 'development.json'), JSON.stringify({ ...written, services }));
      const { code, out } = await the.account.run('ecs', 'diff', '-e', 'development', '--json', '--config', folder);
      const { families } = JSON.parse(out) as { families: { differences: { where: string; lost: boolean }[] }[] };
      expect(families[0]?.differences.filter(({ lost }) => lost).map(({ where }) => where)).toEqual(
        expect.arrayContaining(['taskRoleArn', 'service.targetGroups', 'service.securityGroups']),
      );
      expect(code).toBe(1);
    } finally {
      rmSync(folder, { recursive: true });
    }
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
