/** The whole pipeline in real processes, each part of which can be broken. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SQSEvent } from 'aws-lambda';
import { modelRegistered, registrySource } from '../../contract/event-source';
import { AwsError } from '../emulators/aws-json-server';
import { LocalBuffer } from '../emulators/buffer';
import { type LocalEventBus, startEventBus } from '../emulators/event-bus';
import type { LocalFunction } from '../emulators/function-process';
import { OwnedProcesses } from '../local/owned-processes';
import { localSecretArn, secretStringOf } from '../local/publisher-environment';
import { type LocalSecretsManager, startSecretsManager } from '../emulators/secrets-manager';
import { EmittedMetrics } from './alarm-condition';
import { type ConsumerPlace, consumerProgram } from './consumers';
import { Journal } from './journal';
import type { LocalCluster } from '../local/redis-cluster';
import { Load } from './load';
import { byAddress, Functions } from './functions';
import { type LocalRedisUser, userNamed } from '../local/redis-users';
import type { MonitorLoop } from './monitor-loop';
import type { Program } from './program';
import type { Random } from './random';
import { RedisCluster } from './redis-cluster';
import { RedisPair } from './redis-pair';
import { type Address, addresses, RedisProxy } from './redis-proxy';
import type { RedisKind, RedisUnderTest } from './redis-under-test';

/** The consumers that run unless a fault changes them. A plain one follows no redirection of a cluster. */
const usualConsumers = (queues: readonly string[], redis: RedisUnderTest): ConsumerPlace[] =>
  queues.flatMap((queue, index): ConsumerPlace[] => {
    const service = index === 0 ? 'token' : 'site';
    const second = index === 0 || redis instanceof RedisCluster ? 'python' : 'plain';
    return [
      { name: `${service}-node`, kind: 'node', queue },
      { name: `${service}-${second}`, kind: second, queue },
    ];
  });

const busName = 'hokusai-faults';
/** Of the functions but the publisher, if Redis has users. */
const operatorSecretArn = localSecretArn.replace('auth-token', 'operator');
/** Shorter than an attempt can take, so that some deliveries overlap. */
const visibilityTimeoutSeconds = 3;

export interface PipelineUnderTestOptions {
  readonly redis: RedisKind;
  readonly random: Random;
  /** Called with each line that functions and consumers print. */
  readonly onLine: (line: string) => void;
}

export class PipelineUnderTest {
  readonly metrics = new EmittedMetrics();
  readonly consumers = new Map<string, Program>();
  /** Processes a batch of the buffer; a fault may replace it. */
  deliver: (event: SQSEvent) => Promise<unknown>;
  /** Called for each event that the bus accepts, before its sender gets the answer. */
  onEvent: () => void = () => undefined;
  /** The bus rejects every event. */
  busUnavailable = false;
  /** The default address connects to this node instead of the primary. */
  pinnedPort: number | undefined;

  redis!: RedisUnderTest;
  proxies!: Readonly<Record<'publisher' | 'monitor' | 'consumers' | 'spare', RedisProxy>>;
  secrets!: LocalSecretsManager;
  functions!: Functions;
  publisher!: LocalFunction;
  monitor!: MonitorLoop;
  buffer!: LocalBuffer;
  load!: Load;
  journal!: Journal;
  /** Further processes that end with this one. */
  ownedProcesses!: OwnedProcesses;
  private eventBus!: LocalEventBus;
  private usual: readonly ConsumerPlace[] = [];
  private readonly ends: (() => unknown)[] = [];

  private constructor(private readonly options: PipelineUnderTestOptions) {
    this.deliver = (event) => this.invoke(this.publisher, event);
  }

  static async start(options: PipelineUnderTestOptions): Promise<PipelineUnderTest> {
    const pipeline = new PipelineUnderTest(options);
    try {
      await pipeline.begin();
      return pipeline;
    } catch (error) {
      await pipeline.stop();
      throw error;
    }
  }

  get queues(): readonly string[] {
    return this.redis.subscriptions.map(({ queue }) => queue);
  }

  /** @throws if the pipeline has a cluster */
  get pair(): RedisPair {
    if (!(this.redis instanceof RedisPair)) throw new Error('this pipeline has no primary with a replica');
    return this.redis;
  }

  /** @throws if the pipeline has no cluster */
  get cluster(): LocalCluster {
    if (!(this.redis instanceof RedisCluster)) throw new Error('this pipeline has no cluster');
    return this.redis.server;
  }

  /** Writes a line to the log. */
  log(line: string): void {
    this.options.onLine(line);
  }

  /** For PutEvents; by address, since processes may resolve `localhost` to another one. */
  get bus(): { readonly url: string; readonly name: string } {
    return { url: byAddress(this.eventBus.url), name: busName };
  }

  get allProxies(): readonly RedisProxy[] {
    return Object.values(this.proxies);
  }

  /** Changes the address that `localhost` resolves to in all processes but this one. */
  async resolveTo(address: Address): Promise<void> {
    await writeFile(this.addressFile, addresses[address]);
  }

  /** Promotes the replica behind an unchanged address: open connections end, new ones reach the promoted node. */
  async failOver(): Promise<void> {
    await this.pair.promote();
    for (const proxy of this.allProxies) proxy.cut();
  }

  /** A further consumer, not started yet. @param proxy its connection to Redis @default the one of all consumers */
  consumer(
    place: ConsumerPlace,
    proxy: RedisProxy = this.proxies.consumers,
    extra?: () => Record<string, string>,
  ): Program {
    return consumerProgram(
      place,
      {
        port: () => proxy.port,
        token: () => this.redis.token,
        userOf: (queue) => this.userOf(this.redis.subscriptions.find((each) => each.queue === queue)?.service ?? ''),
        caFile: this.redis.caFile,
        addressFile: this.addressFile,
        journals: this.journals,
        ownedProcesses: this.ownedProcesses,
        onLine: this.options.onLine,
      },
      extra,
    );
  }

  /** The default consumers, of one queue or of all. */
  consumersOf(queue?: string): Program[] {
    return this.usual
      .filter((place) => queue === undefined || place.queue === queue)
      .flatMap(({ name }) => this.consumers.get(name) ?? []);
  }

  /** Invokes the publisher once; counts `Errors`, as Lambda does, where it does not answer. */
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

  /** By `RedisUser.name`; undefined if this Redis has a token. */
  private userOf(name: string): LocalRedisUser | undefined {
    return this.redis.users && userNamed(this.redis.users, name);
  }

  private get addressFile(): string {
    return join(this.redis.folder, 'address');
  }

  private get journals(): string {
    return join(this.redis.folder, 'journals');
  }

  private async begin(): Promise<void> {
    const { random, redis } = this.options;
    this.redis =
      redis === 'pair' ? await RedisPair.start(random) : await RedisCluster.start(redis === 'restricted-cluster');
    this.ends.push(() => this.redis.stop());
    this.usual = usualConsumers(this.queues, this.redis);
    await mkdir(this.journals);
    this.ownedProcesses = new OwnedProcesses(this.journals);
    this.ends.push(() => this.ownedProcesses.release());
    await this.resolveTo('usual');
    this.journal = new Journal(this.journals);

    const targetOf = (address: Address): number =>
      (address === 'usual' ? this.pinnedPort : undefined) ?? this.redis.endpointPort;
    const start = (): Promise<RedisProxy> => RedisProxy.start(targetOf, { random, listenOn: ['usual', 'other'] });
    this.proxies = { publisher: await start(), monitor: await start(), consumers: await start(), spare: await start() };
    this.ends.push(() => this.allProxies.forEach((proxy) => proxy.stop()));

    const [publisher, operator] = [this.userOf('publisher'), this.userOf('operator')];
    this.secrets = await startSecretsManager({
      [localSecretArn]: secretStringOf(publisher?.token ?? this.redis.token, publisher?.username),
      ...(operator === undefined ? {} : { [operatorSecretArn]: secretStringOf(operator.token, operator.username) }),
    });
    this.ends.push(() => this.secrets.stop());
    this.buffer = new LocalBuffer({
      batchSize: 10,
      windowSeconds: 0,
      visibilityTimeoutSeconds,
      maxReceiveCount: 1000,
      maxConcurrency: 2,
      redeliveries: { batchSize: 100, windowSeconds: 1, maxConcurrency: 2 },
      invoke: (event) => this.deliver(event),
    });
    this.ends.push(() => this.buffer.stop());
    this.eventBus = await startEventBus({
      busName,
      rules: [{ name: 'registered', pattern: { source: [registrySource], 'detail-type': [modelRegistered] } }],
      deliver: (body) => {
        if (this.busUnavailable) throw new AwsError('InternalException', 'the bus is unavailable', 500);
        this.buffer.send(body);
      },
      onEvent: () => this.onEvent(),
    });
    this.ends.push(() => this.eventBus.stop());
    this.functions = new Functions({
      caFile: this.redis.caFile,
      subscriptions: this.redis.subscriptions,
      addressFile: this.addressFile,
      secretsUrl: this.secrets.url,
      secretArnOf: (name) => (operator === undefined || name === 'publisher' ? localSecretArn : operatorSecretArn),
      // Users without WAIT: the engine confirms.
      minReplicaAcks: operator === undefined ? 1 : 0,
      onLog: (name, line) => {
        this.metrics.take(line);
        this.log(`${name}: ${line}`);
      },
    });
    this.load = new Load(this.bus, this.ownedProcesses);
    this.ends.push(() => this.load.stop());

    for (const place of this.usual) this.consumers.set(place.name, this.consumer(place));
    for (const program of this.consumers.values()) program.start();
    this.ends.push(() => Promise.all([...this.consumers.values()].map((program) => program.stop('SIGKILL'))));
    [this.publisher, this.monitor] = await Promise.all([
      this.functions.startPublisher(this.proxies.publisher),
      this.functions.startMonitor(this.proxies.monitor),
    ]);
    this.ends.push(() => Promise.all([this.publisher.stop(), this.monitor.stop()]));
  }
}
