import type { Environment, ServiceSettings } from '../../config/environment';
import type { WiredService } from '../../contract/container-wiring';
import { type Command, CommandError, type Invocation, UsageError } from '../command';

/** `model-events ecs wire` */
export const ecsWire: Command = {
  name: 'ecs wire',
  summary: 'Add the wiring to a task definition that stays elsewhere',
  details: `Takes the revision that runs (the newest where none runs) and adds REDIS_HOST, REDIS_PORT, REDIS_AUTH_TOKEN and the
queue or bus to one container. Every other field stays. Prints the change; registers it with --register only, and
deploys nothing. Without -e the environment is the one whose configuration has the family.
A family that no configuration has needs -e, and --queue for a consumer.`,
  options: {
    family: { type: 'string', placeholder: 'F', help: 'family of the task definition' },
    container: { type: 'string', placeholder: 'C', help: 'the container in it' },
    queue: { type: 'string', placeholder: 'Q', help: 'queue of a consumer that no configuration has' },
    revision: { type: 'string', placeholder: 'N', help: 'begin with this revision instead of the running one' },
    register: { type: 'boolean', help: 'register the new revision' },
  },
  examples: [
    ['model-events ecs wire --family hokusai-api-development --container hokusai-api', 'show what would change'],
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
  const having = environmentNames(configDirectory)
    .map((name) => readEnvironment(name, configDirectory))
    .filter(({ services }) => services.some((service) => service.family === family));
  const [only] = having;
  if (having.length === 1 && only !== undefined) return only;
  throw new UsageError(
    having.length === 0
      ? `no configuration has the family ${family}: say which environment it belongs to, -e development`
      : `${having.map(({ environment }) => environment).join(' and ')} have the family ${family}: say which, -e ${having[0]?.environment ?? ''}`,
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
      `the configuration gives ${family} ${configured.queue ?? 'no queue'}, not ${queue}: change it there`,
    );
  }
  const taken = subscriptions.find((each) => each.queue === queue);
  if (queue !== undefined && taken === undefined) {
    throw new CommandError(
      `no subscription has the queue ${queue}: nothing would ever be in it; add it to the configuration first`,
    );
  }
  const cluster = services[0]?.cluster ?? 'default';
  return { family, cluster, role: queue === undefined ? 'producer' : 'consumer', queue };
}
