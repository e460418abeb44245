/** The whole pipeline in real processes, with a way to break each part of it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SQSEvent } from 'aws-lambda';
import { modelRegistered, registrySource } from '../../contract/event-source';
import { AwsError, type AwsJsonServer } from '../emulators/aws-json-server';
import { LocalBuffer } from '../emulators/buffer';
import { type LocalEventBus, startEventBus } from '../emulators/event-bus';
import type { LocalFunction } from '../emulators/function-process';
import { OwnedProcesses } from '../local/owned-processes';
import { localSecretArn, localSubscriptions, secretStringOf } from '../local/publisher-environment';
import { type LocalSecretsManager, startSecretsManager } from '../emulators/secrets-manager';
import { EmittedMetrics } from './alarm-condition';
import { type ConsumerPlace, consumerProgram } from './consumers';
import { Journal } from './journal';
import { Load } from './load';
import { byAddress, Functions } from './functions';
import type { MonitorLoop } from './monitor-loop';
import type { Program } from './program';
import type { Random } from './random';
import { RedisPair } from './redis-pair';
import { queueUrls, startSqsDepths } from './sqs-depths';
import { type Address, addresses, RedisProxy } from './redis-proxy';

export const queues = localSubscriptions.map(({ queue }) => queue);

/** Who consumes, as long as no fault says otherwise. */
const usualConsumers: readonly ConsumerPlace[] = [
  { name: 'token-node', kind: 'node', queue: 'model_events' },
  { name: 'token-python', kind: 'python', queue: 'model_events' },
  { name: 'site-node', kind: 'node', queue: 'model_events:site' },
  { name: 'site-plain', kind: 'plain', queue: 'model_events:site' },
];

const busName = 'hokusai-faults';
/** Shorter than a try can take, so that deliveries overlap as well as follow one another. */
const visibilityTimeoutSeconds = 3;

export interface WorldOptions {
  readonly random: Random;
  /** Lines that functions and consumers print, for whoever looks for a reason. */
  readonly onLine: (line: string) => void;
}

export class PipelineUnderTest {
  readonly metrics = new EmittedMetrics();
  readonly consumers = new Map<string, Program>();
  /** What a batch of the buffer meets; a fault may put itself between. */
  deliver: (event: SQSEvent) => Promise<unknown>;
  /** Told of each event that the bus takes, before whoever sent it is. */
  onEvent: () => void = () => undefined;
  /** The bus takes nothing, and answers so. */
  busIsAway = false;
  /** The usual address leads to this node for ever, instead of to the primary. */
  pinnedPort: number | undefined;

  pair!: RedisPair;
  ways!: Readonly<Record<'publisher' | 'monitor' | 'consumers' | 'spare', RedisProxy>>;
  secrets!: LocalSecretsManager;
  functions!: Functions;
  publisher!: LocalFunction;
  monitor!: MonitorLoop;
  buffer!: LocalBuffer;
  load!: Load;
  journal!: Journal;
  /** Ends further processes with this one. */
  ownedProcesses!: OwnedProcesses;
  private sqs!: AwsJsonServer;
  private eventBus!: LocalEventBus;
  private readonly ends: (() => unknown)[] = [];

  private constructor(private readonly options: WorldOptions) {
    this.deliver = (event) => this.invoke(this.publisher, event);
  }

  static async start(options: WorldOptions): Promise<PipelineUnderTest> {
    const pipeline = new PipelineUnderTest(options);
    try {
      await pipeline.begin();
      return pipeline;
    } catch (error) {
      await pipeline.stop();
      throw error;
    }
  }

  /** A line for whoever looks for a reason. */
  log(line: string): void {
    this.options.onLine(line);
  }

  /** For PutEvents, as processes reach it whose `localhost` may lead elsewhere. */
  get bus(): { readonly url: string; readonly name: string } {
    return { url: byAddress(this.eventBus.url), name: busName };
  }

  /** All ways to Redis. */
  get allWays(): readonly RedisProxy[] {
    return Object.values(this.ways);
  }

  /** Where `localhost` leads from now on, for all but this process. */
  async resolveTo(address: Address): Promise<void> {
    await writeFile(this.addressFile, addresses[address]);
  }

  /** The address stays, what is behind it does not: connections end, new ones reach the replica of until now. */
  async failOver(): Promise<void> {
    await this.pair.promote();
    for (const way of this.allWays) way.cut();
  }

  /** A further consumer, not started yet. @param way its own way to Redis @default that of all consumers */
  consumer(place: ConsumerPlace, way: RedisProxy = this.ways.consumers, extra?: () => Record<string, string>): Program {
    return consumerProgram(
      place,
      {
        port: () => way.port,
        token: () => this.pair.token,
        caFile: this.pair.caFile,
        addressFile: this.addressFile,
        journals: this.journals,
        ownedProcesses: this.ownedProcesses,
        onLine: this.options.onLine,
      },
      extra,
    );
  }

  /** Those that are always there, of one queue or of all. */
  consumersOf(queue?: string): Program[] {
    return usualConsumers
      .filter((place) => queue === undefined || place.queue === queue)
      .flatMap(({ name }) => this.consumers.get(name) ?? []);
  }

  /** One invocation; where it has no answer Lambda counts an error. */
  async invoke(publisher: LocalFunction, event: SQSEvent): Promise<unknown> {
    try {
      return await publisher.invoke(event);
    } catch (error) {
      this.metrics.add('Errors', 1);
      throw error;
    }
  }

  async stop(): Promise<void> {
    for (const end of this.ends.splice(0).reverse()) await end();
  }

  private get addressFile(): string {
    return join(this.pair.folder, 'address');
  }

  private get journals(): string {
    return join(this.pair.folder, 'journals');
  }

  private async begin(): Promise<void> {
    const { random } = this.options;
    this.pair = await RedisPair.start(random);
    this.ends.push(() => this.pair.stop());
    await mkdir(this.journals);
    this.ownedProcesses = new OwnedProcesses(this.journals);
    this.ends.push(() => this.ownedProcesses.release());
    await this.resolveTo('usual');
    this.journal = new Journal(this.journals);

    const targetOf = (address: Address): number =>
      (address === 'usual' ? this.pinnedPort : undefined) ?? this.pair.primary.port;
    const start = (): Promise<RedisProxy> => RedisProxy.start(targetOf, random);
    this.ways = { publisher: await start(), monitor: await start(), consumers: await start(), spare: await start() };
    this.ends.push(() => this.allWays.forEach((way) => way.stop()));

    this.secrets = await startSecretsManager({ [localSecretArn]: secretStringOf(this.pair.token) });
    this.ends.push(() => this.secrets.stop());
    this.buffer = new LocalBuffer({
      batchSize: 10,
      windowSeconds: 0,
      visibilityTimeoutSeconds,
      maxReceiveCount: 1000,
      maxConcurrency: 2,
      invoke: (event) => this.deliver(event),
    });
    this.ends.push(() => this.buffer.stop());
    this.sqs = await startSqsDepths((url) => (url === queueUrls.buffer ? this.buffer.size : 0));
    this.ends.push(() => this.sqs.stop());
    this.eventBus = await startEventBus({
      busName,
      rules: [{ name: 'registered', pattern: { source: [registrySource], 'detail-type': [modelRegistered] } }],
      deliver: (body) => {
        if (this.busIsAway) throw new AwsError('InternalException', 'the bus is away', 500);
        this.buffer.send(body);
      },
      onEvent: () => this.onEvent(),
    });
    this.ends.push(() => this.eventBus.stop());
    this.functions = new Functions({
      caFile: this.pair.caFile,
      addressFile: this.addressFile,
      secretsUrl: this.secrets.url,
      sqsUrl: this.sqs.url,
      onLog: (name, line) => {
        this.metrics.take(line);
        this.log(`${name}: ${line}`);
      },
    });
    this.load = new Load(this.bus, this.ownedProcesses);
    this.ends.push(() => this.load.stop());

    for (const place of usualConsumers) this.consumers.set(place.name, this.consumer(place));
    for (const program of this.consumers.values()) program.start();
    this.ends.push(() => Promise.all([...this.consumers.values()].map((program) => program.stop('SIGKILL'))));
    [this.publisher, this.monitor] = await Promise.all([
      this.functions.startPublisher(this.ways.publisher),
      this.functions.startMonitor(this.ways.monitor),
    ]);
    this.ends.push(() => Promise.all([this.publisher.stop(), this.monitor.stop()]));
  }
}
