import type { Redis } from 'ioredis';
import { redisUserId, redisUsers } from '../../contract/redis-users';
import type { Subscription } from '../../contract/subscriptions';
import type { RedisCredentials } from '../../queue/secret-text';

/** Creates the users of a created Redis, with passwords. @returns their credentials by `RedisUser.name` */
export async function createUsers(
  redis: Redis,
  subscriptions: readonly Subscription[],
): Promise<Map<string, Required<RedisCredentials>>> {
  const users = redisUsers(subscriptions).map(({ name, accessString }) => ({
    name,
    accessString,
    username: redisUserId('local', name),
    token: `password-of-${name}-0123456789`,
  }));
  for (const { username, token, accessString } of users)
    await redis.acl('SETUSER', username, 'reset', `>${token}`, ...accessString.split(' '));
  return new Map(users.map(({ name, username, token }) => [name, { username, token }]));
}
