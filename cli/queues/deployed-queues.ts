import type { Invocation } from '../command';
import { operationsFunction } from './operations-function';
import type { QueueAccess } from './queue-access';

/** The queues of a deployed environment, through its operations function. */
export async function deployedQueueAccess(invocation: Invocation): Promise<QueueAccess> {
  const environment = await invocation.environment();
  return {
    place: environment.environment,
    subscriptions: environment.subscriptions,
    ask: await operationsFunction(invocation.account(environment), environment.environment),
    close: () => undefined,
  };
}
