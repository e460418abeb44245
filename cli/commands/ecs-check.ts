import type { Command } from '../command';
import { showFindings } from '../finding';

/** `model-events ecs check` */
export const ecsCheck: Command = {
  name: 'ecs check',
  summary: 'Say what each service’s running task definition lacks',
  details: `Looks at what the services of the cluster run, and at the newest revision where that is another.
Read-only; no value of a variable is shown but ours.`,
  options: {},
  examples: [
    ['model-events ecs check -e development', 'after somebody registered a task definition'],
    ['model-events ecs check -e development --json', 'for a pipeline'],
  ],
  run: async (invocation) => {
    const { checkService } = await import('../ecs/check-service');
    const { redisPlaceOf } = await import('../redis-location');
    const environment = await invocation.environment();
    const account = invocation.account(environment);
    const redis = await redisPlaceOf(environment, account);
    const found = await Promise.all(
      environment.services.map((service) => checkService(service, environment, redis, account)),
    );
    return showFindings(found.flat(), invocation.screen, invocation.json);
  },
};
