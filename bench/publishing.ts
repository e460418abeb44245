/** Contenders that put messages into Redis, one batch after the other on one connection, each awaited. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { Queue } from 'bullmq';
import { publisherEnvironment } from '../local/publisher-environment';
import { publisherBundle } from '../local/road';
import { connect } from '../queue/connection';
import type { Contender, ContenderSettings, OpenContender } from './contender';
import { plainMessage, sqsRecord } from './messages';
import { connectionFor } from './plain-connection';

type Handler = (event: SQSEvent, context: Pick<Context, 'getRemainingTimeInMillis'>) => Promise<SQSBatchResponse>;

/** The deployed bundle: validation, deduplication, two subscriptions, metrics, log line; WAIT where replicas are asked for. */
export const openPublisher: OpenContender = async (settings) => {
  const { redis, replicas, secretsUrl } = settings;
  const variables = publisherEnvironment(redis, { url: secretsUrl }, { minReplicaAcks: replicas });
  Object.assign(process.env, variables);
  const { handler } = (await import(publisherBundle)) as { handler: Handler };
  return publishing(settings, sqsRecord, async (records) => {
    const { batchItemFailures } = await handler({ Records: records }, { getRemainingTimeInMillis: () => 15_000 });
    if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} messages were not published`);
  });
};

/** BullMQ's own way to add many jobs; one queue, no deduplication, no WAIT. */
export const openBullmq: OpenContender = async (settings) => {
  const queue = new Queue('bench', { connection: connectionFor(settings.redis) });
  await queue.waitUntilReady();
  const make = () => ({ name: 'model', data: plainMessage() });
  const contender = publishing(settings, make, (jobs) => queue.addBulk(jobs));
  return { ...contender, close: () => queue.close() };
};

/** Nothing but the texts in one list: no check, no deduplication, one queue. */
export const openLpush: OpenContender = async (settings) => {
  const client = await connect(settings.redis);
  const make = () => JSON.stringify(plainMessage());
  const contender = publishing(settings, make, (texts) => client.lpush('bench:lpush', ...texts));
  return {
    ...contender,
    close: () => {
      client.disconnect();
      return Promise.resolve();
    },
  };
};

function publishing<Item>(
  { batchSize, batchesPerSecond }: ContenderSettings,
  make: () => Item,
  send: (items: Item[]) => Promise<unknown>,
): Contender {
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
        // Made just before, as a batch that has just come in; what lay in memory for seconds would have to be fetched from there.
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
