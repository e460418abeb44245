import { type Command, UsageError } from '../command';
import { showFindings } from '../finding';
import { suggestion } from '../suggestion';

/** `model-events doctor` */
export const doctor: Command = {
  name: 'doctor',
  summary: 'Compare an environment’s account with its configuration, before a deployment',
  details: `Read-only. Checks: identity, network, security-groups, secrets-manager-route, sqs-route, elasticache-route,
task-routes, replication-group, environments, recipients, concurrency, wait, eviction, secret, key, parameters, services, roles,
task-age, first-deployment, services-stack. The auth token's secret is read but not printed.
services-stack synthesizes the app, which takes some seconds.`,
  options: {
    only: { type: 'string', placeholder: 'CHECKS', help: 'run only these checks, comma-separated' },
    skip: { type: 'string', placeholder: 'CHECKS', help: 'skip these checks, comma-separated' },
  },
  examples: [
    ['model-events doctor -e development', 'before `cdk deploy`'],
    ['model-events doctor -e development --profile hokusai --json', 'in CI: exit code 1 if a check failed'],
    ['model-events doctor -e development --skip services-stack', 'if the task definitions are managed elsewhere'],
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
    // In the wrong account every other finding would mislead.
    if (found.every(({ result }) => result === 'ok')) {
      const context = { ...base, redis: await redisPlaceOf(environment, account) };
      const selected = checks.filter(({ name }) => (only?.includes(name) ?? true) && skip?.includes(name) !== true);
      const rest = await Promise.all(selected.map((check) => findings(check, context)));
      found.push(...rest.flat());
    }
    return showFindings(found, invocation.screen, invocation.json);
  },
};

function listed(text: string | undefined, names: readonly string[]): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const selected = text.split(',').map((name) => name.trim());
  const unknown = selected.find((name) => !names.includes(name));
  if (unknown === undefined) return selected;
  throw new UsageError(`Unknown check "${unknown}".${suggestion(unknown, names)} Available: ${names.join(', ')}`);
}
