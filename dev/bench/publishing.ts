/** Implementations that write messages to Redis on one connection, awaiting each batch. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { localSubscriptions, publisherEnvironment } from '../local/publisher-environment';
import { publisherBundle } from '../local/pipeline';
import { connect } from '../../queue/connection';
import { publish, type PublishRecord } from '../../queue/publish';
import { closing, type Implementation, type ImplementationSettings, type OpenImplementation } from './implementation';
import { measured } from './measured';
import { plainMessage, sqsRecord } from './messages';
import { connectionFor } from './plain-connection';

type Handler = (event: SQSEvent, context: Pick<Context, 'getRemainingTimeInMillis'>) => Promise<SQSBatchResponse>;

/** The deployed bundle: validation, deduplication, two subscriptions, metrics, log line; WAIT if replicas must confirm. */
export const openPublisher: OpenImplementation = async (settings) => {
  const { redis, replicas, secretsUrl } = settings;
  const variables = publisherEnvironment(redis, { url: secretsUrl }, { minReplicaAcks: replicas });
  Object.assign(process.env, variables);
  const { handler } = (await import(publisherBundle)) as { handler: Handler };
  return publishing(settings, sqsRecord, async (records) => {
    const { batchItemFailures } = await handler({ Records: records }, { getRemainingTimeInMillis: () => 15_000 });
    if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} messages were not published`);
  });
};

/** The publisher's script with prepared records, without parsing, validation or log: the upper bound of the publisher. */
export const openScript: OpenImplementation = async (settings) => {
  const client = await connect(settings.redis);
  const queues = localSubscriptions.map(({ queue }) => queue);
  const options = { queues, seenSeconds: 86_400, minReplicaAcks: settings.replicas, replicaWaitMs: 1000 };
  const make = (): PublishRecord => {
    const message = plainMessage();
    const messageId = message['message_id'] as string;
    return { kind: 'message', messageId, digest: messageId.slice(0, 22), text: JSON.stringify(message) };
  };
  const implementation = publishing(settings, make, (records) => publish(client, records, options));
  return { ...implementation, close: closing(client) };
};

/** BullMQ's bulk insert: one queue, no deduplication, no WAIT. */
export const openBullmq: OpenImplementation = async (settings) => {
  const queue = new Queue('bench', { connection: connectionFor(settings.redis) });
  await queue.waitUntilReady();
  const make = () => ({ name: 'model', data: plainMessage() });
  const implementation = publishing(settings, make, (jobs) => queue.addBulk(jobs));
  return { ...implementation, close: () => queue.close() };
};

/** BullMQ with the publisher's promises: a job for each service, the message id as job id, WAIT if replicas must confirm. */
export const openBullmqTwice: OpenImplementation = async (settings) => {
  const connection = new Redis(connectionFor(settings.redis));
  const queues = localSubscriptions.map(({ service }) => new Queue(service, { connection }));
  await Promise.all(queues.map((queue) => queue.waitUntilReady()));
  const make = () => {
    const data = plainMessage();
    return { name: 'model', data, opts: { jobId: data['message_id'] as string } };
  };
  const implementation = publishing(settings, make, async (jobs) => {
    await Promise.all(queues.map((queue) => queue.addBulk(jobs)));
    if (settings.replicas > 0 && (await connection.wait(settings.replicas, 1000)) < settings.replicas)
      throw new Error('the replica has not confirmed the batch');
  });
  return { ...implementation, close: closing(connection) };
};

/** Plain LPUSH: one queue, no validation, no deduplication. */
export const openLpush: OpenImplementation = (settings) => pushing(settings, ['bench:lpush']);

/** The same for two services, sent together. */
export const openTwoLpushes: OpenImplementation = (settings) => pushing(settings, ['bench:lpush-1', 'bench:lpush-2']);

async function pushing(settings: ImplementationSettings, lists: readonly string[]): Promise<Implementation> {
  const client = await connect(settings.redis);
  const make = () => JSON.stringify(plainMessage());
  const implementation = publishing(settings, make, (texts) =>
    Promise.all(lists.map((list) => client.lpush(list, ...texts))),
  );
  return { ...implementation, close: closing(client) };
}

function publishing<Item>(
  { batchSize, batchesPerSecond }: ImplementationSettings,
  make: () => Item,
  send: (items: Item[]) => Promise<unknown>,
): Implementation {
  let count = 0;
  return {
    prepare: (messages) => {
      count = messages / batchSize;
      return Promise.resolve();
    },
    run: async (server) => {
      const beganMs = performance.now();
      const round = await measured(server, async (timed) => {
        for (let index = 0; index < count; index++) {
          if (batchesPerSecond > 0)
            await sleep(Math.max(0, beganMs + (index * 1000) / batchesPerSecond - performance.now()));
          // Created just before the call, like a received batch: an older one is no longer in the CPU cache.
          const batch = Array.from({ length: batchSize }, make);
          await timed(() => send(batch));
        }
      });
      // At a given rate, the time between the batches counts too.
      return batchesPerSecond > 0 ? { ...round, ms: performance.now() - beganMs } : round;
    },
    close: () => Promise.resolve(),
  };
}
