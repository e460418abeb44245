/** CPU time of a cluster by the number of primaries that have the queues' slots. Wall time says nothing: all nodes share a machine. */
import type { Redis } from 'ioredis';
import { type ConsumerOptions, ModelEventConsumer } from '@hokusai/model-events';
import type { PublishRecord } from '../../queue/publish';
import { publishBySlot } from '../../queue/publish-by-slot';
import { RedisSession } from '../../queue/session';
import { type ClusterNode, type LocalCluster, startCluster } from '../local/redis-cluster';
import { alignedTable } from '../local/text-table';
import { processCpuMs, serverCpuMs } from './measured';
import { batches, plainMessage } from './messages';
import { quantile } from './statistics';

const services = 6;
const rounds = 5;
const concurrency = 10;
/** What a consumer holds at most, with prefetch. */
const warmUp = 30;
const sharedSlot = '{model_events}';

/** Where the queues are, and how they are used. */
interface Arrangement {
  readonly slots: 'one' | 'own';
  readonly primaries: 1 | 2 | 3;
  readonly batchSize: 10 | 100;
  readonly prefetch: 0 | 20;
}

const arrangements: readonly Arrangement[] = [
  { slots: 'one', primaries: 1, batchSize: 10, prefetch: 0 },
  { slots: 'own', primaries: 1, batchSize: 10, prefetch: 0 },
  { slots: 'own', primaries: 2, batchSize: 10, prefetch: 0 },
  { slots: 'own', primaries: 3, batchSize: 10, prefetch: 0 },
  { slots: 'one', primaries: 1, batchSize: 100, prefetch: 20 },
  { slots: 'own', primaries: 3, batchSize: 100, prefetch: 20 },
];

/** CPU time for one event, microseconds. */
interface CpuTime {
  readonly client: number;
  /** Of each primary of the arrangement. */
  readonly primaries: readonly number[];
}

/** Medians for one event: publishing it to all services, and consuming each service's message. */
export interface ScalingResult extends Arrangement {
  readonly publishing: CpuTime;
  readonly consuming: CpuTime;
  /** Publishing and consuming at the primary that has most of both. */
  readonly busiestPrimary: number;
}

/** @param events of each round and arrangement */
export async function measureScaling(events: number, onRound: (round: number) => void): Promise<ScalingResult[]> {
  const cluster = await startCluster({ config: { hz: '10' } });
  try {
    const shared = await cluster.primaryOf(sharedSlot);
    const owners = [shared, ...cluster.nodes.slice(0, 3).filter((node) => node !== shared)];
    const names = await queueNames(cluster, owners);
    const found = arrangements.map((): { publishing: CpuTime; consuming: CpuTime }[] => []);
    // The first round is the warm-up.
    for (let round = 0; round <= rounds; round++) {
      onRound(round);
      for (const [index, arrangement] of arrangements.entries()) {
        const clients = owners.slice(0, arrangement.primaries).map(({ client }) => client);
        const queues = queuesOf(arrangement, names);
        const measurement = await measureRound(cluster, clients, arrangement, queues, events);
        if (round > 0) found[index]?.push(measurement);
        await cluster.flush();
      }
    }
    return arrangements.map((arrangement, index) => {
      const medianOf = (part: 'publishing' | 'consuming'): CpuTime => ({
        client: quantile(found[index]?.map((each) => each[part].client) ?? [], 0.5),
        primaries: Array.from({ length: arrangement.primaries }, (_, primary) =>
          quantile(found[index]?.map((each) => each[part].primaries[primary] ?? NaN) ?? [], 0.5),
        ),
      });
      const [publishing, consuming] = [medianOf('publishing'), medianOf('consuming')];
      const sums = publishing.primaries.map((each, primary) => each + (consuming.primaries[primary] ?? NaN));
      return { ...arrangement, publishing, consuming, busiestPrimary: Math.max(...sums) };
    });
  } finally {
    await cluster.stop();
  }
}

/** For each primary as many queue names as services, each with a slot of its own on it. */
async function queueNames(cluster: LocalCluster, owners: readonly ClusterNode[]): Promise<string[][]> {
  const names = owners.map((): string[] => []);
  for (let index = 0; names.some(({ length }) => length < services); index++) {
    const queue = `{model_events:s${index}}`;
    const own = names[owners.indexOf(await cluster.primaryOf(queue))];
    if (own !== undefined && own.length < services) own.push(queue);
  }
  return names;
}

function queuesOf({ slots, primaries }: Arrangement, names: readonly (readonly string[])[]): string[] {
  return Array.from({ length: services }, (_, service) =>
    slots === 'one' ? `${sharedSlot}:s${service}` : (names[service % primaries]?.[service] ?? ''),
  );
}

async function measureRound(
  { host, port, token, ca }: LocalCluster,
  primaries: readonly Redis[],
  { batchSize, prefetch }: Arrangement,
  queues: readonly string[],
  events: number,
): Promise<{ publishing: CpuTime; consuming: CpuTime }> {
  const redis = { host, port, token, ca };
  const cpuTime = async (messages: number, work: () => Promise<unknown>): Promise<CpuTime> => {
    const before = await Promise.all(primaries.map(serverCpuMs));
    const clientBefore = processCpuMs();
    await work();
    const clientMs = processCpuMs() - clientBefore;
    const after = await Promise.all(primaries.map(serverCpuMs));
    const each = (ms: number): number => (ms * 1000) / messages;
    return { client: each(clientMs), primaries: after.map((ms, index) => each(ms - (before[index] ?? NaN))) };
  };
  const session = new RedisSession(redis);
  const publishAll = async (count: number): Promise<void> => {
    for (const records of batches(count, batchSize, newRecord)) {
      const { replicated } = await publishBySlot(session, records, options);
      if (!replicated) throw new Error('the replicas have not confirmed a batch within 30 s');
    }
  };
  const options = { queues, seenSeconds: 600, minReplicaAcks: 1, replicaWaitMs: () => 30_000 };
  // Connections are open and every handler holds a message before the measurement begins.
  await publishAll(warmUp);
  const begin = Promise.withResolvers<undefined>();
  const consumers = queues.map((queue) => startConsumer({ redis, queue, concurrency, prefetch }, begin.promise));
  await Promise.all(consumers.map(({ busy }) => busy));
  const publishing = await cpuTime(events, () => publishAll(events));
  const consuming = await cpuTime(events + warmUp, () => {
    begin.resolve(undefined);
    return Promise.all(consumers.map(({ handled }) => handled(events + warmUp)));
  });
  session.close();
  await Promise.all(consumers.map(({ stop }) => stop()));
  return { publishing, consuming };
}

function newRecord(): PublishRecord {
  const message = plainMessage();
  const messageId = message['message_id'] as string;
  return { kind: 'message', messageId, digest: messageId, text: JSON.stringify(message) };
}

/** A consumer whose handlers wait for `begin`. */
function startConsumer(options: Omit<ConsumerOptions, 'handler'>, begin: Promise<unknown>) {
  const busy = Promise.withResolvers<undefined>();
  const done = Promise.withResolvers<undefined>();
  let [started, acknowledged, wanted] = [0, 0, Infinity];
  const consumer = new ModelEventConsumer({
    ...options,
    handler: async () => {
      if (++started === concurrency) busy.resolve(undefined);
      await begin;
    },
  });
  consumer.on('acknowledged', () => {
    if (++acknowledged === wanted) done.resolve(undefined);
  });
  const running = consumer.run();
  return {
    /** Resolves when all handlers hold a message. */
    busy: busy.promise,
    /** Resolves when this many messages are acknowledged. */
    handled: (messages: number): Promise<unknown> => {
      wanted = messages;
      return done.promise;
    },
    stop: async (): Promise<void> => {
      void consumer.stop();
      await running;
    },
  };
}

/** The results as a table. */
export function formatScaling(results: readonly ScalingResult[]): string {
  const first = results[0]?.busiestPrimary ?? NaN;
  const most = (values: readonly number[]): string => Math.max(...values).toFixed(0);
  const sum = ({ publishing, consuming }: ScalingResult): number =>
    [...publishing.primaries, ...consuming.primaries].reduce((total, each) => total + each, 0);
  return alignedTable([
    [
      'slots',
      'primaries',
      'batch',
      'prefetch',
      'publish: primary',
      'consume: primary',
      'busiest primary',
      'ratio',
      'all primaries',
      'publish: client',
      'consume: client',
    ],
    ...results.map((result) => [
      result.slots === 'one' ? 'one for all' : 'own',
      String(result.primaries),
      String(result.batchSize),
      String(result.prefetch),
      most(result.publishing.primaries),
      most(result.consuming.primaries),
      result.busiestPrimary.toFixed(0),
      (result.busiestPrimary / first).toFixed(2),
      sum(result).toFixed(0),
      result.publishing.client.toFixed(0),
      result.consuming.client.toFixed(0),
    ]),
  ]);
}
