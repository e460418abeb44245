/** The whole pipeline on this machine: bus, buffer, the bundled publisher, Redis; everything real but the AWS services around them. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { localPipelineFile, type LocalPipelineFile } from '../../contract/local-pipeline';
import { LocalBuffer } from '../emulators/buffer';
import { startEventBus, type LocalEventBus, type RoutedEvent } from '../emulators/event-bus';
import { startFunction, type LocalFunction } from '../emulators/function-process';
import { localSecretArn, publisherEnvironment, secretStringOf } from './publisher-environment';
import { startRedis, type LocalRedis } from './redis-server';
import { startSecretsManager, type LocalSecretsManager } from '../emulators/secrets-manager';
import { bufferCalls, undeliverableName } from '../emulators/sqs-endpoint';
import { SqsQueue } from '../emulators/sqs-queue';
import type { PipelineSettings } from './synthesized-pipeline';

/** Where the build puts the publisher. */
export const publisherBundle = resolve(__dirname, '../../dist/lambda/publisher/index.mjs');

export interface PipelineOptions {
  readonly settings: PipelineSettings;
  /** The bus's port. @default a free one */
  readonly port?: number;
  /** Lines that the publisher logs. @default none */
  readonly onLog?: (line: string) => void;
  /** Called with each event that the bus accepts. @default none */
  readonly onEvent?: (event: RoutedEvent) => void;
  /** Called with each batch with failed messages, which are delivered again. @default none */
  readonly onFailure?: (messageIds: readonly string[], error?: Error) => void;
}

export interface Pipeline {
  readonly redis: LocalRedis;
  readonly secrets: LocalSecretsManager;
  readonly publisher: LocalFunction;
  readonly buffer: LocalBuffer;
  readonly bus: LocalEventBus;
  /** Ends the parts in the order of the pipeline, so that what is under way may arrive. */
  stop(): Promise<void>;
}

/** Starts everything; what was started is ended again when a later part cannot start. */
export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  const { settings, port, onLog, onEvent, onFailure } = options;
  if (!existsSync(publisherBundle)) throw new Error(`${publisherBundle} is not there: run \`npm run build\` first`);

  const stops: (() => Promise<void> | void)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    const redis = await startRedis({ replica: true });
    stops.push(() => redis.stop());
    const secrets = await startSecretsManager({ [localSecretArn]: secretStringOf(redis.token) });
    stops.push(() => secrets.stop());
    const publisher = await startFunction({
      name: 'publisher',
      bundle: publisherBundle,
      environment: publisherEnvironment(redis, secrets, settings.publisher),
      timeoutSeconds: settings.publisher.timeoutSeconds,
      memoryMegabytes: settings.publisher.memoryMegabytes,
      ...(onLog === undefined ? {} : { onLog }),
    });
    stops.push(() => publisher.stop());
    const buffer = new LocalBuffer({
      ...settings.buffer,
      invoke: (event) => publisher.invoke(event),
      ...(onFailure === undefined ? {} : { onFailure }),
    });
    stops.push(() => buffer.stop());
    const undeliverable = new SqsQueue({ name: undeliverableName });
    stops.push(() => undeliverable.stop());
    const bus: LocalEventBus = await startEventBus({
      busName: settings.busName,
      rules: settings.rules,
      deliver: (body, _, traceHeader) => buffer.send(body, traceHeader),
      operations: bufferCalls({ buffer, undeliverable }, settings, () => bus.url),
      ...(onEvent === undefined ? {} : { onEvent }),
      ...(port === undefined ? {} : { port }),
    });
    stops.push(() => bus.stop());
    const file: LocalPipelineFile = { endpoint_url: bus.url, bus_name: settings.busName, process_id: process.pid };
    await writeFile(join(redis.folder, localPipelineFile), JSON.stringify(file));
    return { redis, secrets, publisher, buffer, bus, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
