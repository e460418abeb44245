/** Implementations that write messages to Redis on one connection, awaiting each batch. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { Queue } from 'bullmq';
import { localSubscriptions, publisherEnvironment } from '../local/publisher-environment';
import { publisherBundle } from '../local/pipeline';
import { connect } from '../../queue/connection';
import { publish, type PublishRecord } from '../../queue/publish';
import { closing, type Implementation, type ImplementationSettings, type OpenImplementation } from './implementation';
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

/** Plain LPUSH: one queue, no validation, no deduplication. */
export const openLpush: OpenImplementation = async (settings) => {
  const client = await connect(settings.redis);
  const make = () => JSON.stringify(plainMessage());
  const implementation = publishing(settings, make, (texts) => client.lpush('bench:lpush', ...texts));
  return { ...implementation, close: closing(client) };
};

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
    run: async () => {
      const times: number[] = [];
      const beganMs = performance.now();
      for (let index = 0; index < count; index++) {
        if (batchesPerSecond > 0)
          await sleep(Math.max(0, beganMs + (index * 1000) / batchesPerSecond - performance.now()));
        // Created just before the call, like a received batch: an older one is no longer in the CPU cache.
        const batch = Array.from({ length: batchSize }, make);
        const startedMs = performance.now();
        await send(batch);
        times.push(performance.now() - startedMs);
      }
      return times;
    },
    close: () => Promise.resolve(),
  };
}
