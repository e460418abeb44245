/**
 * The pipeline under sustained load: every part a real process, as in the fault runs, and none of them in the way. Nothing stands
 * between the processes and Redis, since the proxy that breaks the network costs more than what passes through it.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { defaults } from '../../../config/environment';
import { modelRegistered, registrationRule, registrySource } from '../../../contract/event-source';
import { OwnedProcesses } from '../../local/owned-processes';
import { localSubscriptions } from '../../local/publisher-environment';
import { type Pipeline, startPipeline } from '../../local/pipeline';
import type { PipelineSettings } from '../../local/synthesized-pipeline';
import { connect } from '../../../queue/connection';
import type { Stores } from '../message-accounting';
import { consumerProgram } from '../consumers';
import { byAddress, Functions } from '../functions';
import { Journal } from '../journal';
import { Load } from '../load';
import type { MonitorLoop } from '../monitor-loop';
import type { Program } from '../program';
import { waitUntil } from '../../local/wait-until';

/** The deployed pipeline with the default configuration. */
const settings: PipelineSettings = {
  busName: 'hokusai-load',
  rules: [{ name: registrationRule, pattern: { source: [registrySource], 'detail-type': [modelRegistered] } }],
  buffer: {
    batchSize: defaults.publisher.batchSize,
    windowSeconds: defaults.publisher.maximumBatchingWindowSeconds,
    maxConcurrency: defaults.publisher.maximumConcurrency,
    ...defaults.buffer,
  },
  publisher: {
    environment: 'load',
    subscriptions: localSubscriptions,
    seenHours: defaults.seenHours,
    ...defaults.publisher,
  },
};

/** High concurrency: each handler waits only for Redis. */
const consumerSettings = { concurrency: 64, prefetch: 0, leaseSeconds: 60 };

export interface SustainedPipelineOptions {
  /** Each line that a function or a consumer prints. */
  readonly onLine: (name: string, line: string) => void;
}

export class SustainedPipeline {
  /** Of each queue, one. */
  readonly consumers = new Map<string, Program>();
  /** Batches with records that returned to the buffer. */
  failedBatches = 0;
  redis!: Redis;
  load!: Load;
  journal!: Journal;
  private pipeline!: Pipeline;
  private monitor!: MonitorLoop;
  private readonly ends: (() => unknown)[] = [];

  private constructor(private readonly options: SustainedPipelineOptions) {}

  static async start(options: SustainedPipelineOptions): Promise<SustainedPipeline> {
    const pipeline = new SustainedPipeline(options);
    try {
      await pipeline.begin();
      return pipeline;
    } catch (error) {
      await pipeline.stop();
      throw error;
    }
  }

  /** The places that hold events. */
  get stores(): Stores {
    return { buffer: this.pipeline.buffer, redis: { clientOf: () => Promise.resolve(this.redis) } };
  }

  /** Resolves when the emitter answers and all consumers wait for messages. */
  async ready(): Promise<void> {
    await this.load.end();
    await waitUntil('the consumers wait for messages', async () => {
      const blocked = /^blocked_clients:(\d+)/m.exec(await this.redis.info('clients'))?.[1];
      return Number(blocked) >= this.consumers.size;
    });
  }

  /** Of the publisher's processes. */
  get publisherPids(): readonly number[] {
    return this.pipeline.publisher.pids;
  }

  async stop(): Promise<void> {
    for (const end of this.ends.splice(0).reverse()) await end();
  }

  private async begin(): Promise<void> {
    const { onLine } = this.options;
    this.pipeline = await startPipeline({
      settings,
      onLog: (line) => onLine('publisher', line),
      onFailure: () => (this.failedBatches += 1),
    });
    this.ends.push(() => this.pipeline.stop());
    const { redis, secrets, bus } = this.pipeline;
    this.redis = await connect({ ...redis, commandTimeoutMs: 60_000 });
    this.ends.push(() => this.redis.disconnect());
    const journals = join(redis.folder, 'journals');
    await mkdir(journals);
    this.journal = new Journal(journals);
    const ownedProcesses = new OwnedProcesses(journals);
    this.ends.push(() => ownedProcesses.release());

    const functions = new Functions({
      caFile: redis.caFile,
      secretsUrl: secrets.url,
      onLog: onLine,
    });
    this.monitor = await functions.startMonitor(redis);
    this.ends.push(() => this.monitor.stop());

    for (const { service, queue } of localSubscriptions) {
      const program = consumerProgram(
        { name: service, kind: 'node', queue },
        {
          port: () => redis.port,
          token: () => redis.token,
          caFile: redis.caFile,
          journals,
          ownedProcesses,
          onLine: (line) => onLine(service, line),
        },
        () => ({ FAULTS_SETTINGS: JSON.stringify(consumerSettings), FAULTS_QUIET: 'yes' }),
      );
      program.start();
      this.consumers.set(queue, program);
      this.ends.push(() => program.stop('SIGKILL'));
    }
    this.load = new Load({ url: byAddress(bus.url), name: settings.busName }, ownedProcesses);
    this.ends.push(() => this.load.stop());
  }
}
