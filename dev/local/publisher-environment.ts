/** The environment variables with which the deployed publisher runs here. */
import { functionEnv } from '../../contract/function-env';
import { formatSubscriptions, type Subscription } from '../../contract/subscriptions';
import type { LocalRedis } from './redis-server';
import type { LocalSecretsManager } from '../emulators/secrets-manager';

/** The complete ARN under which the local secret is found. */
export const localSecretArn =
  'arn:aws:secretsmanager:us-east-1:123456789012:secret:hokusai/redis/local/auth-token-AbCdEf';

/** The default subscriptions. */
export const localSubscriptions: readonly Subscription[] = [
  { service: 'hokusai-token', queue: 'model_events' },
  { service: 'hokusai-site', queue: 'model_events:site' },
];

export interface PublisherEnvironmentOptions {
  /** @default {@link localSubscriptions} */
  readonly subscriptions?: readonly Subscription[];
  /** @default 1 where Redis has a replica, else 0 */
  readonly minReplicaAcks?: number;
  /** @default 24 */
  readonly seenHours?: number;
  /** @default 'local' */
  readonly environment?: string;
}

/** The value of the secret at {@link localSecretArn}, in the form of the deployed one: of a token, or of a Redis user. */
export function secretStringOf(token: string, username?: string): string {
  return JSON.stringify(username === undefined ? { auth_token: token } : { username, password: token });
}

/** All that the publisher's process gets. `secrets` must hold {@link secretStringOf} the token at {@link localSecretArn}. */
export function publisherEnvironment(
  redis: Pick<LocalRedis, 'host' | 'port' | 'caFile' | 'replica'>,
  secrets: Pick<LocalSecretsManager, 'url'>,
  options: PublisherEnvironmentOptions = {},
): Record<string, string> {
  return {
    [functionEnv.environment]: options.environment ?? 'local',
    [functionEnv.redisHost]: redis.host,
    [functionEnv.redisPort]: String(redis.port),
    [functionEnv.redisAuthSecretArn]: localSecretArn,
    [functionEnv.subscriptions]: formatSubscriptions(options.subscriptions ?? localSubscriptions),
    [functionEnv.minReplicaAcks]: String(options.minReplicaAcks ?? (redis.replica === undefined ? 0 : 1)),
    [functionEnv.seenHours]: String(options.seenHours ?? 24),
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    // A developer's own profile has no say in here.
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    NODE_EXTRA_CA_CERTS: redis.caFile,
  };
}
