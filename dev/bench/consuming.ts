/** Implementations that consume prepared messages with an empty handler. */
import { Queue, Worker } from 'bullmq';
import { ModelEventConsumer } from '../../clients/node/consumer';
import { connect } from '../../queue/connection';
import { publish } from '../../queue/publish';
import { closing, type OpenImplementation } from './implementation';
import { batches, plainMessage } from './messages';
import { connectionFor } from './plain-connection';

/** Counts what is done and resolves when it is all. */
class Countdown {
  private left = 0;
  private finish: () => void = () => undefined;

  start(count: number): void {
    this.left = count;
  }
  one(): void {
    if (--this.left === 0) this.finish();
  }
  done(): Promise<void> {
    return this.left === 0 ? Promise.resolve() : new Promise((resolve) => (this.finish = resolve));
  }
}

/** Claims with leases, acknowledges each message by itself. */
export const openConsumer: OpenImplementation = async ({ redis, concurrency, prefetch }) => {
  const client = await connect(redis);
  const name = `model_events:bench-${concurrency}-${prefetch}`;
  const countdown = new Countdown();
  let consumer: ModelEventConsumer | undefined;
  return {
    prepare: async (messages) => {
      countdown.start(messages);
      for (const batch of batches(messages, 100, plainMessage)) {
        const records = batch.map((each) => {
          const messageId = each['message_id'] as string;
          return { kind: 'message', messageId, digest: 'd', text: JSON.stringify(each) } as const;
        });
        await publish(client, records, { queues: [name], seenSeconds: 60, minReplicaAcks: 0, replicaWaitMs: 0 });
      }
    },
    run: async () => {
      consumer = new ModelEventConsumer({
        redis,
        queue: name,
        concurrency,
        prefetch,
        handler: () => Promise.resolve(),
      });
      consumer.on('acknowledged', () => countdown.one());
      const running = consumer.run();
      await countdown.done();
      void consumer.stop();
      await running;
      return undefined;
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
  const countdown = new Countdown();
  return {
    prepare: async (messages) => {
      countdown.start(messages);
      for (const batch of batches(messages, 100, () => ({ name: 'model', data: plainMessage() }))) {
        await queue.addBulk(batch);
      }
    },
    run: async () => {
      const worker = new Worker(name, () => Promise.resolve(), { connection, concurrency });
      worker.on('completed', () => countdown.one());
      await countdown.done();
      await worker.close();
      return undefined;
    },
    close: () => queue.close(),
  };
};

/** BRPOPLPUSH and LREM in `concurrency` loops, each with its own connection: no lease, so a crash leaves messages in processing. */
export const openPlain: OpenImplementation = async ({ redis, concurrency }) => {
  const client = await connect(redis);
  const [main, processing] = [`bench:plain-${concurrency}`, `bench:plain-${concurrency}:processing`];
  let count = 0;
  return {
    prepare: async (messages) => {
      count = messages;
      for (const batch of batches(messages, 100, () => JSON.stringify(plainMessage())))
        await client.lpush(main, ...batch);
    },
    run: async () => {
      let taken = 0;
      const loop = async (): Promise<void> => {
        const own = await connect(redis);
        while (taken < count) {
          taken++;
          const text = await own.brpoplpush(main, processing, 1);
          if (text !== null) {
            JSON.parse(text);
            await own.lrem(processing, -1, text);
          }
        }
        own.disconnect();
      };
      await Promise.all(Array.from({ length: concurrency }, loop));
      return undefined;
    },
    close: closing(client),
  };
};

/** One PING for each message: the upper bound of any consumer that waits for Redis once for each message. */
export const openPing: OpenImplementation = async ({ redis, concurrency }) => {
  const client = await connect(redis);
  let left = 0;
  const loop = async (): Promise<void> => {
    while (left-- > 0) await client.ping();
  };
  return {
    prepare: (messages) => {
      left = messages;
      return Promise.resolve();
    },
    run: async () => {
      await Promise.all(Array.from({ length: concurrency }, loop));
      return undefined;
    },
    close: closing(client),
  };
};
