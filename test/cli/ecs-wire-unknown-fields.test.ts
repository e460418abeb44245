import { ListTaskDefinitionsCommand } from '@aws-sdk/client-ecs';
import { service } from './development';
import { startForwardingServer } from './forwarding-server';
import { useHealthyAccount } from './healthy-account';
import { runProgram } from './program';
import { containerOf, register, without } from './running-services';

const the = useHealthyAccount();
const api = service('hokusai-api');

test('a task definition with a field that the AWS SDK does not know is not registered without it: the error names the field', async () => {
  const { emulator, ecs } = the.account;
  await register(the.account, api, without(containerOf(api), 'REDIS_HOST'));
  const newerEcs = await startForwardingServer(emulator.url, 'DescribeTaskDefinition', ({ taskDefinition }) => {
    const definition = taskDefinition as Record<string, unknown> & { containerDefinitions: Record<string, unknown>[] };
    definition['faultTolerance'] = { mode: 'strict' };
    Object.assign(definition.containerDefinitions[0] ?? {}, { restartBudget: 3 });
  });
  const revisions = async () =>
    (await ecs.send(new ListTaskDefinitionsCommand({ familyPrefix: api.family }))).taskDefinitionArns;
  try {
    const before = await revisions();
    const words = ['ecs', 'wire', '--family', api.family, '--container', api.container];
    for (const more of [[], ['--json']]) {
      const { code, out, err } = await runProgram([...words, '--register', ...more], {
        ...emulator.environment,
        AWS_ENDPOINT_URL_ECS: newerEcs.url,
      });
      expect(err).toContain('would lose them: taskDefinition.');
      expect(err).toContain('taskDefinition.containerDefinitions[0].restartBudget');
      expect(err).toContain('taskDefinition.faultTolerance');
      expect(out).toContain('REDIS_HOST');
      expect(code).toBe(1);
    }
    expect(await revisions()).toEqual(before);
  } finally {
    await newerEcs.stop();
  }
});
