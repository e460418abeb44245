/** How clients of an imported Redis authenticate: with the secret of its configuration, or as its users with IAM. */
import { functionUsers } from '../contract/redis-users';
import { formatted } from '../contract/rules';
import { checkArnBelongs } from './aws-fields';
import type { IamUsers } from './created-redis';
import type { Environment, ImportedRedisSettings } from './environment';
import type { Problem } from './fields';

/** Its users and the cache that tokens are signed for; undefined without IAM. */
export function importedIamUsers(
  redis: ImportedRedisSettings,
  { account, region }: Pick<Environment, 'account' | 'region'>,
): IamUsers | undefined {
  if (redis.auth !== 'iam') return undefined;
  return {
    cacheArn: redis.cacheArn ?? `arn:aws:elasticache:${region}:${account}:replicationgroup:${redis.replicationGroupId}`,
    userIds: Object.fromEntries(redis.users.map(({ name, userId }) => [name, userId])),
  };
}

/** Adds the settings that contradict `auth`. */
export function checkImportedAuthentication(
  read: Environment,
  redis: ImportedRedisSettings,
  sound: (...paths: string[]) => boolean,
  found: Problem[],
): void {
  if (!sound('redis.auth')) return;
  const refuse = (setting: string, rule: string, remedy: string, value = 'nothing'): void => {
    if (sound(`redis.${setting}`)) found.push({ path: `redis.${setting}`, rule, value, remedy });
  };
  const { authSecretArn, kmsKeyArn, cacheArn } = redis;
  const users = sound('redis.users') ? redis.users : [];
  if (redis.auth === 'token') {
    if (authSecretArn === undefined) {
      refuse(
        'authSecretArn',
        'the complete ARN of the secret with the token, unless redis.auth is "iam"',
        '`aws secretsmanager list-secrets --query SecretList[].ARN` lists them.',
      );
    }
    if (cacheArn !== undefined)
      refuse('cacheArn', 'left out without IAM', 'Remove it, or set redis.auth to "iam".', formatted(cacheArn));
    if (users.length > 0)
      refuse('users', 'left out without IAM', 'Remove it, or set redis.auth to "iam".', `${users.length} users`);
    return;
  }
  const unused = 'Remove it: with IAM no secret is read.';
  if (authSecretArn !== undefined)
    refuse('authSecretArn', 'left out with redis.auth "iam"', unused, formatted(authSecretArn));
  if (kmsKeyArn !== undefined) refuse('kmsKeyArn', 'left out with redis.auth "iam"', unused, formatted(kmsKeyArn));
  if (cacheArn !== undefined && sound('account', 'region', 'redis.cacheArn'))
    checkArnBelongs(cacheArn, 'redis.cacheArn', read, found);
  if (!sound('subscriptions', 'redis.users')) return;
  const wanted = [...functionUsers, ...read.subscriptions.map(({ service }) => service)];
  const names = users.map(({ name }) => name);
  const missing = wanted.filter((name) => !names.includes(name));
  if (missing.length === 0) return;
  refuse(
    'users',
    'a user for the publisher, for the operator and for the service of each subscription',
    `Add ${missing.map((name) => `{ "name": "${name}", "userId": "…" }`).join(', ')}: users of ElastiCache or MemoryDB with the authentication mode IAM.`,
    names.join(', ') || 'none',
  );
}
