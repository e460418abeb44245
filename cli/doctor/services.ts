import { checkService } from '../ecs/check-service';
import type { Check } from './check';

/** The running containers of each producer and consumer have their wiring, and each consumer its own queue. */
export const services: Check = {
  name: 'services',
  run: async ({ environment, account, redis }) => {
    const found = await Promise.all(
      environment.services.map((service) => checkService(service, environment, redis, account)),
    );
    return found.flat();
  },
};
