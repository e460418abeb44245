import type { Environment } from '../../config/environment';
import { type ContainerWiring, containerWiring, type WiredService } from '../../contract/container-wiring';
import type { RedisPlace } from '../redis-location';

/** The wiring of a service's container; undefined if the auth token secret does not exist yet. */
export function serviceWiring(
  { environment, account, region, subscriptions }: Environment,
  { secretArn, userSecretArns, kmsKeyArn }: RedisPlace,
  service: WiredService,
): ContainerWiring | undefined {
  const consumer = subscriptions.find(({ queue }) => queue === service.queue);
  const own = userSecretArns === undefined || consumer === undefined ? secretArn : userSecretArns[consumer.service];
  if (own === undefined) return undefined;
  const hasUsers = userSecretArns !== undefined;
  return containerWiring(
    { environment, account, region, subscriptions, authSecretArn: own, kmsKeyArn, hasUsers },
    service,
  );
}
