import type { Environment } from '../../config/environment';
import { type ContainerWiring, containerWiring, type WiredService } from '../../contract/container-wiring';
import type { RedisPlace } from '../redis-location';

/** The wiring of a service's container; undefined if the auth token secret does not exist yet. */
export function serviceWiring(
  { environment, account, region, subscriptions }: Environment,
  { secretArn, userSecretArns, iam: users, kmsKeyArn }: RedisPlace,
  service: WiredService,
): ContainerWiring | undefined {
  const consumer = subscriptions.find(({ queue }) => queue === service.queue);
  const own = userSecretArns === undefined || consumer === undefined ? secretArn : userSecretArns[consumer.service];
  if (own === undefined && users === undefined) return undefined;
  const hasUsers = userSecretArns !== undefined || users !== undefined;
  const iam = users && { cacheArn: users.cacheArn, userId: users.userIds[consumer?.service ?? ''] ?? '' };
  return containerWiring(
    { environment, account, region, subscriptions, authSecretArn: own, kmsKeyArn, hasUsers, iam },
    service,
  );
}
