/** The users of a created Redis, on a local one. */
import { redisUserId, redisUsers } from '../../contract/redis-users';
import type { Subscription } from '../../contract/subscriptions';

/** A user with its password. */
export interface LocalRedisUser {
  readonly username: string;
  readonly token: string;
  /** As Redis' ACL rules write it. */
  readonly accessString: string;
}

/** By name: `publisher`, `operator`, or the service of a subscription. */
export type LocalRedisUsers = ReadonlyMap<string, LocalRedisUser>;

/**
 * The users that the stack creates for these subscriptions.
 * @param options `restricted`: those of a Redis of which the engine confirms writes, as ElastiCache Serverless and MemoryDB: they lack
 * every command of `restrictedCommands`
 */
export function localRedisUsers(
  subscriptions: readonly Subscription[],
  options: { readonly restricted?: boolean } = {},
): LocalRedisUsers {
  const { restricted = false } = options;
  return new Map(
    redisUsers(subscriptions, { waits: !restricted }).map(({ name, accessString }) => {
      const username = redisUserId(restricted ? 'restricted' : 'local', name);
      return [name, { username, token: `password-of-${name}-0123456789`, accessString }];
    }),
  );
}

/** @throws if there is none with this name */
export function userNamed(users: LocalRedisUsers, name: string): LocalRedisUser {
  const user = users.get(name);
  if (user === undefined) throw new Error(`no Redis user ${name}; there are ${[...users.keys()].join(', ')}`);
  return user;
}

/** Their lines of redis.conf: every node has them from its start, also after a restart. */
export function userLines(users: LocalRedisUsers): Record<string, string> {
  return Object.fromEntries(
    [...users.values()].map(({ username, token, accessString }) => [`user ${username}`, `>${token} ${accessString}`]),
  );
}
