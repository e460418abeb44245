/** Services that read the Redis of `make local` and consume its queues. */
import type { Redis } from 'ioredis';
import { connect } from '../../queue/connection';
import { ModelEventConsumer } from '../../clients/node/consumer';
import type { ConsumerOptions } from '../../clients/node/consumer-options';
import type { ModelQueue } from '../../queue/model-queue';
import type { MakeLocal } from './make-local';

/** @param local its Redis is read on use, since it starts later */
export function servicesOf(local: Pick<MakeLocal, 'redis'>) {
  async function onRedis<Result>(work: (redis: Redis) => Promise<Result>): Promise<Result> {
    const redis = await connect({ ...local.redis, commandTimeoutMs: 30_000 });
    try {
      return await work(redis);
    } finally {
      redis.disconnect();
    }
  }

  async function waitingIn(queue: ModelQueue, count: number): Promise<void> {
    await onRedis(async (redis) => {
      while ((await redis.llen(queue.keys.main)) !== count) await queue.awaitMessage(redis, 1);
    });
  }

  function startConsumer(
    queue: ModelQueue,
    options: Pick<ConsumerOptions, 'handler' | 'name' | 'concurrency'>,
  ): ModelEventConsumer {
    const consumer = new ModelEventConsumer({ redis: local.redis, queue: queue.name, stopSeconds: 0, ...options });
    void consumer.run();
    return consumer;
  }

  /** Consumes exactly these messages. */
  async function consumed(queue: ModelQueue, ...ids: readonly string[]): Promise<void> {
    const seen = new Set<string>();
    await new Promise<void>((resolve) => {
      const consumer = startConsumer(queue, { handler: ({ message_id: id }) => void seen.add(id) });
      consumer.on('acknowledged', () => {
        if (seen.size === ids.length) void consumer.stop().then(resolve);
      });
    });
    expect([...seen].sort()).toEqual([...ids].sort());
  }

  async function drained(queue: ModelQueue): Promise<void> {
    await new Promise<void>((resolve) => {
      const consumer = startConsumer(queue, { handler: () => undefined, concurrency: 200 });
      let left = 9999;
      consumer.on('acknowledged', () => {
        if (--left === 0) void consumer.stop().then(resolve);
      });
    });
  }

  return { onRedis, waitingIn, startConsumer, consumed, drained };
}
