/** One way of doing a job, in a process of its own, so that nobody shares a heap, an event loop or a connection with another. */
import type { Redis } from 'ioredis';
import type { LocalRedis } from '../local/redis-server';

/** What a contender is told; plain data, since it travels to another process. */
export interface ContenderSettings {
  readonly redis: Pick<LocalRedis, 'host' | 'port' | 'token' | 'ca' | 'caFile'>;
  /** Where the local Secrets Manager answers. */
  readonly secretsUrl: string;
  /** Messages of one batch, for those that publish. */
  readonly batchSize: number;
  /** How many batches begin in a second, for those that publish; 0: each begins when the one before it has ended. */
  readonly batchesPerSecond: number;
  /** Replicas that must confirm each batch. */
  readonly replicas: number;
  /** Messages in hand at a time, for those that consume. */
  readonly concurrency: number;
  /** Messages claimed ahead. */
  readonly prefetch: number;
}

/** A job that can be done again and again. */
export interface Contender {
  /** Makes ready what `run` works on; not timed. */
  prepare(messages: number): Promise<void>;
  /** Does it; timed. @returns how long each part took in milliseconds, where parts are measured (a batch). */
  run(): Promise<readonly number[] | undefined>;
  close(): Promise<void>;
}

export type OpenContender = (settings: ContenderSettings) => Promise<Contender>;

/** How a contender ends that has nothing but a connection. */
export function closing(client: Redis): () => Promise<void> {
  return () => {
    client.disconnect();
    return Promise.resolve();
  };
}
