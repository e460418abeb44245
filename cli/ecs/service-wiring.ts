import type { Environment } from '../../config/environment';
import { type ContainerWiring, containerWiring, type WiredService } from '../../contract/container-wiring';
import type { RedisPlace } from '../redis-location';

/** The wiring of a service's container; undefined if the auth token secret does not exist yet. */
export function serviceWiring(
  { environment, account, region, subscriptions }: Environment,
  { secretArn, kmsKeyArn }: RedisPlace,
  service: WiredService,
): ContainerWiring | undefined {
  if (secretArn === undefined) return undefined;
  return containerWiring({ environment, account, region, subscriptions, authSecretArn: secretArn, kmsKeyArn }, service);
}
