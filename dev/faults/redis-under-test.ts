/** The Redis behind the pipeline: a pair, or a cluster; of one kind of cluster, with users as those of Serverless and MemoryDB. */
import type { Redis } from 'ioredis';
import type { Subscription } from '../../contract/subscriptions';
import type { LocalRedisUsers } from '../local/redis-users';

export const redisKinds = ['pair', 'cluster', 'restricted-cluster'] as const;
export type RedisKind = (typeof redisKinds)[number];

export interface RedisUnderTest {
  /** Of functions and consumers; undefined if they have the token. */
  readonly users?: LocalRedisUsers | undefined;
  /** The current auth token. */
  readonly token: string;
  /** Certificates of all authorities that the processes trust. */
  readonly caFile: string;
  /** A folder that is deleted when this process ends. */
  readonly folder: string;
  readonly subscriptions: readonly Subscription[];
  /** The port that the configured endpoint leads to. */
  readonly endpointPort: number;
  /** The connection of this process to the primary of a queue. */
  clientOf(queue: string): Promise<Redis>;
  stop(): Promise<void>;
}
