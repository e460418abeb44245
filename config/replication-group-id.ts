import type { Environment } from './environment';

/** The id of the environment's replication group, imported or created. */
export function replicationGroupIdOf({ environment, redis }: Pick<Environment, 'environment' | 'redis'>): string {
  return redis.source === 'imported' ? redis.replicationGroupId : `hokusai-redis-${environment}`;
}
