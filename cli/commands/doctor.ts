import { type Command, UsageError } from '../command';
import { showFindings } from '../finding';

/** `model-events doctor` */
export const doctor: Command = {
  name: 'doctor',
  summary: 'Look whether an environment’s account is as its configuration says, before a deployment',
  details: `Read-only. Checks: identity, network, security-groups, way-to-secrets, replication-group, eviction, secret, key,
parameters, services, roles, task-age, services-stack. The auth token's secret is read and not shown.
services-stack synthesizes the app, which takes some seconds.`,
  options: {
    only: { type: 'string', placeholder: 'CHECKS', help: 'these checks only, comma separated' },
    skip: { type: 'string', placeholder: 'CHECKS', help: 'all but these' },
  },
  examples: [
    ['model-events doctor -e development', 'before `cdk deploy`'],
    ['model-events doctor -e development --profile hokusai --json', 'in a pipeline: exit code 1 where a check failed'],
    [
      'model-events doctor -e development --skip services-stack',
      'where the definitions of the services stay elsewhere',
    ],
  ],
  run: async (invocation) => {
    const { checks, findings, identity } = await import('../doctor/checks');
    const { appOf } = await import('../ecs/synthesized-definitions');
    const { redisPlaceOf } = await import('../redis-location');
    const names = checks.map(({ name }) => name);
    const [only, skip] = [listed(invocation.text('only'), names), listed(invocation.text('skip'), names)];
    const environment = await invocation.environment();
    const account = invocation.account(environment);
    const base = { environment, account, app: appOf(invocation) };

    const redis = {
      replicationGroupId: '',
      secretArn: undefined,
      kmsKeyArn: undefined,
      endpoint: undefined,
      securityGroupId: undefined,
    };
    const found = [...(await findings(identity, { ...base, redis }))];
    // In another account, or in none, every other finding would mislead.
    if (found.every(({ result }) => result === 'ok')) {
      const context = { ...base, redis: await redisPlaceOf(environment, account) };
      const chosen = checks.filter(({ name }) => (only?.includes(name) ?? true) && skip?.includes(name) !== true);
      const rest = await Promise.all(chosen.map((check) => findings(check, context)));
      found.push(...rest.flat());
    }
    return showFindings(found, invocation.screen, invocation.json);
  },
};

function listed(text: string | undefined, names: readonly string[]): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const chosen = text.split(',').map((name) => name.trim());
  const unknown = chosen.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new UsageError(`there is no check "${unknown}"; there is: ${names.join(', ')}`);
  return chosen;
}
