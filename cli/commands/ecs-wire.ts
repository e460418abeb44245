import type { Environment, ServiceSettings } from '../../config/environment';
import type { WiredService } from '../../contract/container-wiring';
import { type Command, CommandError, type Invocation, UsageError } from '../command';

/** `model-events ecs wire` */
export const ecsWire: Command = {
  name: 'ecs wire',
  summary: 'Add the wiring to a task definition that is managed elsewhere',
  details: `Takes the running revision (the newest if none runs) and adds REDIS_HOST, REDIS_PORT, REDIS_AUTH_TOKEN and the
queue or bus to one container. All other fields stay. Prints the change, registers it only with --register, and
deploys nothing. Without -e it uses the environment whose configuration has the family.
A family that is in no configuration requires -e, and --queue for a consumer.`,
  options: {
    family: { type: 'string', placeholder: 'F', help: 'family of the task definition (required)' },
    container: { type: 'string', placeholder: 'C', help: 'its container (required)' },
    queue: { type: 'string', placeholder: 'Q', help: 'queue of a consumer that is in no configuration' },
    revision: { type: 'string', placeholder: 'N', help: 'base revision; default: the running one' },
    register: { type: 'boolean', help: 'register the new revision' },
  },
  changes: true,
  examples: [
    ['model-events ecs wire --family hokusai-api-development --container hokusai-api', 'print what would change'],
    ['model-events ecs wire --family hokusai-api-development --container hokusai-api --register', 'register it'],
    [
      'model-events ecs wire -e development --family audit --container app --queue model_events:audit',
      'a new consumer',
    ],
  ],
  run: async (invocation) => {
    const family = invocation.requiredText('family');
    const container = invocation.requiredText('container');
    const environment = await environmentOf(family, invocation);
    const { wireFamily } = await import('../ecs/wire');
    return wireFamily({
      environment,
      account: invocation.account(environment),
      service: serviceOf(family, environment, invocation),
      container,
      revision: invocation.text('revision'),
      register: invocation.flag('register'),
      screen: invocation.screen,
      json: invocation.json,
    });
  },
};

async function environmentOf(family: string, invocation: Invocation): Promise<Environment> {
  if (invocation.hasEnvironment) return invocation.environment();
  const { configDirectory } = invocation;
  const { environmentNames, readEnvironment } = await import('../../config/read-environment');
  const matching = environmentNames(configDirectory)
    .map((name) => readEnvironment(name, configDirectory))
    .filter(({ services }) => services.some((service) => service.family === family));
  const [only] = matching;
  if (matching.length === 1 && only !== undefined) return only;
  throw new UsageError(
    matching.length === 0
      ? `no configuration has the family ${family}: name its environment, as in -e development`
      : `${matching.map(({ environment }) => environment).join(' and ')} have the family ${family}: name one, as in -e ${matching[0]?.environment ?? ''}`,
  );
}

function serviceOf(
  family: string,
  { services, subscriptions }: Environment,
  invocation: Invocation,
): WiredService & Pick<ServiceSettings, 'family' | 'cluster'> {
  const configured = services.find((service) => service.family === family);
  const queue = invocation.text('queue');
  if (configured !== undefined) {
    if (queue === undefined || queue === configured.queue) return configured;
    throw new CommandError(
      `the configuration has queue ${configured.queue ?? 'none'} for ${family}, not ${queue}: change the configuration`,
    );
  }
  const subscription = subscriptions.find((each) => each.queue === queue);
  if (queue !== undefined && subscription === undefined) {
    throw new CommandError(
      `no subscription has the queue ${queue}, so it would stay empty: add it to the configuration first`,
    );
  }
  const cluster = services[0]?.cluster ?? 'default';
  return { family, cluster, role: queue === undefined ? 'producer' : 'consumer', queue };
}
