/** One implementation of a job. Each runs in its own process, so that none shares a heap, event loop or connection with another. */
import type { Redis } from 'ioredis';
import type { LocalRedis } from '../local/redis-server';
import type { Round } from './measured';

/** Plain data, because it is sent to another process. */
export interface ImplementationSettings {
  readonly redis: Pick<LocalRedis, 'host' | 'port' | 'token' | 'ca' | 'caFile'>;
  /** Address of the local Secrets Manager. */
  readonly secretsUrl: string;
  /** Messages in one batch, when publishing. */
  readonly batchSize: number;
  /** Batches started in a second, when publishing; 0: each starts when the previous one has ended. */
  readonly batchesPerSecond: number;
  /** Replicas that must confirm each batch. */
  readonly replicas: number;
  /** Messages handled at the same time, when consuming. */
  readonly concurrency: number;
  /** Messages claimed ahead. */
  readonly prefetch: number;
}

export interface Implementation {
  /** Creates the input of `run`; not timed. */
  prepare(messages: number): Promise<void>;
  /** @param server a connection of its own, which reports the server's CPU time */
  run(server: Redis): Promise<Round>;
  close(): Promise<void>;
}

export type OpenImplementation = (settings: ImplementationSettings) => Promise<Implementation>;

/** The `close` of an implementation that holds only a connection. */
export function closing(client: Redis): () => Promise<void> {
  return () => {
    client.disconnect();
    return Promise.resolve();
  };
}
