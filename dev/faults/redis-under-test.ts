/** The Redis behind the pipeline: a pair, or a cluster. */
import type { Redis } from 'ioredis';
import type { Subscription } from '../../contract/subscriptions';

export type RedisKind = 'pair' | 'cluster';

export interface RedisUnderTest {
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
