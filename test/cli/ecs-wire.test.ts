import { DescribeTaskDefinitionCommand, ListTaskDefinitionsCommand, type TaskDefinition } from '@aws-sdk/client-ecs';
import { service } from './development';
import { containerOf, register, wiringOf, without } from './running-services';
import { useHealthyAccount } from './healthy-account';

const the = useHealthyAccount();
const api = service('hokusai-api');
const family = ['--family', api.family, '--container', api.container];
const ours = ['REDIS_HOST', 'REDIS_PORT', 'REDIS_AUTH_TOKEN', 'MODEL_EVENTS_BUS'];

beforeEach(() => register(the.account, api, without(containerOf(api), ...ours)));

async function newest(): Promise<{ definition: TaskDefinition; tags: unknown }> {
  const { taskDefinition = {}, tags } = await the.account.ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: api.family, include: ['TAGS'] }),
  );
  return { definition: taskDefinition, tags };
}

async function revisions(): Promise<number> {
  const { taskDefinitionArns: arns = [] } = await the.account.ecs.send(
    new ListTaskDefinitionsCommand({ familyPrefix: api.family }),
  );
  return arns.length;
}

test('the wiring is shown as a diff, with no value of the service’s own variables, and nothing is registered', async () => {
  const before = await revisions();
  const { code, out } = await the.account.run('ecs', 'wire', ...family);
  expect(code).toBe(0);
  const added = out.split('\n').filter((line) => line.startsWith('+'));
  const text = added.join('\n');
  const { secrets, variables } = wiringOf(api);
  for (const part of [...Object.keys(secrets), ...Object.values(secrets), ...Object.values(variables)]) {
    expect(text).toContain(`"${part}"`);
  }
  expect(out).not.toContain('database-password');
  expect(out).toContain('Not registered: use --register.');
  expect(await revisions()).toBe(before);
});

test('--register keeps every other field and the tags', async () => {
  const before = await newest();
  const { code, out } = await the.account.run('ecs', 'wire', ...family, '--register');
  expect(code).toBe(0);
  expect(out).toContain('Registered hokusai-api-development:3');
  const after = await newest();
  const ownOf = ({ containerDefinitions: [container] = [], ...rest }: TaskDefinition): unknown => {
    const { revision: _, ...task } = rest;
    return {
      task: { ...task, taskDefinitionArn: undefined },
      container: container === undefined ? undefined : without(container, ...ours),
    };
  };
  expect(ownOf(after.definition)).toEqual(ownOf(before.definition));
  expect(after.tags).toEqual(before.tags);
  expect(after.definition.containerDefinitions?.[0]?.secrets).toEqual(containerOf(api).secrets);
});

test('a definition with its wiring is not changed', async () => {
  await the.account.run('ecs', 'wire', ...family, '--register');
  const before = await revisions();
  const { out } = await the.account.run('ecs', 'wire', ...family, '--register', '--revision', '3');
  expect(out).toContain('hokusai-api-development:3 has its wiring: nothing to do.');
  expect(await revisions()).toBe(before);
});

test('a token in plain text is replaced by the reference to the secret', async () => {
  const container = without(containerOf(api), 'REDIS_AUTH_TOKEN');
  const environment = [...(container.environment ?? []), { name: 'REDIS_AUTH_TOKEN', value: 'plain-token-of-redis' }];
  await register(the.account, api, { ...container, environment });
  const { out } = await the.account.run('ecs', 'wire', ...family, '--register');
  expect(out).not.toContain('plain-token-of-redis');
  const { definition } = await newest();
  expect(JSON.stringify(definition)).not.toContain('plain-token-of-redis');
});

test('the base is the running revision, and a newer one is mentioned', async () => {
  await register(the.account, api, { ...containerOf(api), image: 'newer' }, 'leave');
  const { out } = await the.account.run('ecs', 'wire', ...family);
  expect(out).toContain('hokusai-api-development:3 is newer and does not run; to use it as the base: --revision 3');
  expect(out).toContain('hokusai-api-development:2 with the wiring of hokusai-api:');
});

test.each([
  [['--family', api.family], 2, '--container is required'],
  [['--family', api.family, '--container', 'web'], 1, 'has no container web; it has: hokusai-api'],
  [['--family', 'audit', '--container', 'app'], 2, 'no configuration has the family audit'],
  [['-e', 'development', '--family', 'audit', '--container', 'app'], 1, 'No task definition of the family audit'],
  [
    ['-e', 'development', '--family', 'audit', '--container', 'app', '--queue', 'model_events:audit'],
    1,
    'no subscription has the queue model_events:audit',
  ],
])('ecs wire %j ends with exit code %i and the error "%s"', async (words, expected, message) => {
  const { code, err } = await the.account.run('ecs', 'wire', ...words);
  expect(err).toContain(message);
  expect(code).toBe(expected);
});
