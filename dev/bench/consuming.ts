/** Implementations that consume prepared messages with an empty handler. */
import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { ModelEventConsumer } from '@hokusai/model-events';
import { connect } from '../../queue/connection';
import { publish } from '../../queue/publish';
import { closing, type OpenImplementation } from './implementation';
import { measured, type Round } from './measured';
import { batches, plainMessage } from './messages';
import { connectionFor } from './plain-connection';

/** Consumed before the measurement begins: connections, compiled code and the server's cache are warm. */
const warmUp = 500;

/** Stops the handlers after the warm-up until the measurement begins, and counts what is done. */
class Course {
  /** Warm-up and measured messages of a round. */
  total = 0;
  private started = 0;
  private done = 0;
  private warm = Promise.withResolvers<undefined>();
  private begun = Promise.withResolvers<undefined>();
  private over = Promise.withResolvers<undefined>();

  prepare(messages: number): void {
    this.total = warmUp + messages;
    this.started = this.done = 0;
    this.warm = Promise.withResolvers();
    this.begun = Promise.withResolvers();
    this.over = Promise.withResolvers();
  }

  /** The handler of a message. */
  async handle(): Promise<void> {
    this.started++;
    if (this.started <= warmUp) return;
    this.warm.resolve(undefined);
    await this.begun.promise;
  }

  acknowledged(): void {
    this.done++;
    if (this.done === this.total) this.over.resolve(undefined);
  }

  async measure(server: Redis): Promise<Round> {
    await this.warm.promise;
    const round = await measured(server, (timed) =>
      timed(() => {
        this.begun.resolve(undefined);
        return this.over.promise;
      }),
    );
    return { ...round, batchesMs: [] };
  }
}

/** Claims with leases, acknowledges each message by itself. */
export const openConsumer: OpenImplementation = async ({ redis, concurrency, prefetch }) => {
  const client = await connect(redis);
  const name = `model_events:bench-${concurrency}-${prefetch}`;
  const course = new Course();
  return {
    prepare: async (messages) => {
      course.prepare(messages);
      for (const batch of batches(course.total, 100, plainMessage)) {
        const records = batch.map((each) => {
          const messageId = each['message_id'] as string;
          return { kind: 'message', messageId, digest: 'd', text: JSON.stringify(each) } as const;
        });
        await publish(client, records, { queues: [name], seenSeconds: 60, minReplicaAcks: 0, replicaWaitMs: 0 });
      }
    },
    run: async (server) => {
      const { host, port, token, ca } = redis;
      const consumer = new ModelEventConsumer({
        redis: { host, port, token, ca },
        queue: name,
        concurrency,
        prefetch,
        handler: () => course.handle(),
      });
      consumer.on('acknowledged', () => course.acknowledged());
      const running = consumer.run();
      const round = await course.measure(server);
      void consumer.stop();
      await running;
      return round;
    },
    close: closing(client),
  };
};

/** BullMQ's Worker; removes completed jobs, as acknowledging removes a message. */
export const openBullmqWorker: OpenImplementation = async ({ redis, concurrency }) => {
  const connection = connectionFor(redis);
  const name = `bench-worker-${concurrency}`;
  const queue = new Queue(name, { connection, defaultJobOptions: { removeOnComplete: true } });
  await queue.waitUntilReady();
  const course = new Course();
  return {
    prepare: async (messages) => {
      course.prepare(messages);
      for (const batch of batches(course.total, 100, () => ({ name: 'model', data: plainMessage() }))) {
        await queue.addBulk(batch);
      }
    },
    run: async (server) => {
      const worker = new Worker(name, () => course.handle(), { connection, concurrency });
      worker.on('completed', () => course.acknowledged());
      const round = await course.measure(server);
      await worker.close();
      return round;
    },
    close: () => queue.close(),
  };
};

/** BRPOPLPUSH and LREM in `concurrency` loops, each with its own connection: no lease, so a crash leaves messages in processing. */
export const openPlain: OpenImplementation = async ({ redis, concurrency }) => {
  const client = await connect(redis);
  const [main, processing] = [`bench:plain-${concurrency}`, `bench:plain-${concurrency}:processing`];
  const course = new Course();
  return {
    prepare: async (messages) => {
      course.prepare(messages);
      for (const batch of batches(course.total, 100, () => JSON.stringify(plainMessage())))
        await client.lpush(main, ...batch);
    },
    run: async (server) => {
      let taken = 0;
      const loop = async (): Promise<void> => {
        const own = await connect(redis);
        while (taken < course.total) {
          taken++;
          const text = (await own.brpoplpush(main, processing, 1)) ?? '';
          JSON.parse(text);
          await course.handle();
          await own.lrem(processing, -1, text);
          course.acknowledged();
        }
        own.disconnect();
      };
      const [round] = await Promise.all([course.measure(server), ...Array.from({ length: concurrency }, loop)]);
      return round;
    },
    close: closing(client),
  };
};

/** One PING for each message: the upper bound of any consumer that waits for Redis once for each message. */
export const openPing: OpenImplementation = async ({ redis, concurrency }) => {
  const client = await connect(redis);
  const course = new Course();
  return {
    prepare: (messages) => {
      course.prepare(messages);
      return Promise.resolve();
    },
    run: async (server) => {
      let left = course.total;
      const loop = async (): Promise<void> => {
        while (left-- > 0) {
          await course.handle();
          await client.ping();
          course.acknowledged();
        }
      };
      const [round] = await Promise.all([course.measure(server), ...Array.from({ length: concurrency }, loop)]);
      return round;
    },
    close: closing(client),
  };
};
