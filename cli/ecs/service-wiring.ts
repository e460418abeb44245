import type { Environment } from '../../config/environment';
import { type ContainerWiring, containerWiring, type WiredService } from '../../contract/container-wiring';
import type { RedisPlace } from '../redis-location';

/** What a service's container needs in this environment; undefined where the token's secret is not there yet. */
export function serviceWiring(
  { environment, account, region }: Environment,
  { secretArn, kmsKeyArn }: RedisPlace,
  service: WiredService,
): ContainerWiring | undefined {
  if (secretArn === undefined) return undefined;
  return containerWiring({ environment, account, region, authSecretArn: secretArn, kmsKeyArn }, service);
}
