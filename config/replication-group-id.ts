import type { Environment } from './environment';

/** Name of the Redis that an environment's stack creates. */
export const createdRedisName = (environment: string): string => `hokusai-redis-${environment}`;

/** The id of the environment's replication group, imported or created. */
export function replicationGroupIdOf({ environment, redis }: Pick<Environment, 'environment' | 'redis'>): string {
  return redis.source === 'imported' ? redis.replicationGroupId : createdRedisName(environment);
}
