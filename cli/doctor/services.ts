import { checkService } from '../ecs/check-service';
import type { Check } from './check';

/** What runs of each producer and consumer carries its variables, and the consumer its own queue. */
export const services: Check = {
  name: 'services',
  run: async ({ environment, account, redis }) => {
    const found = await Promise.all(
      environment.services.map((service) => checkService(service, environment, redis, account)),
    );
    return found.flat();
  },
};
