import type { Command } from '../command';
import { showFindings } from '../finding';

/** `model-events ecs check` */
export const ecsCheck: Command = {
  name: 'ecs check',
  summary: 'Report missing wiring in each service’s running task definition',
  details: `Checks the revisions that run in the cluster, and the newest revision if it is another.
Read-only; it prints no values of the services' own variables.`,
  options: {},
  examples: [
    ['model-events ecs check -e development', 'after a task definition was registered'],
    ['model-events ecs check -e development --json', 'in CI'],
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
