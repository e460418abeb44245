/** A primary without its replica for as long as ElastiCache may need to replace it. */
import { defaults } from '../../../config/environment';
import { waitUntil } from '../../local/wait-until';
import { above } from '../alarm-condition';
import type { Fault, Scene } from '../fault';

const notReplicated = above('UnreplicatedWrites', 0);
const perSecond = 1000;
/** Of what is new in Redis, and handled, while a replica confirms. */
const leastShare = 0.8;
/** After the replica's return, until SQS has deleted everything that came before. */
const confirmedSeconds = 60;

/** How many of the accepted events are new in Redis, and handled by each service, within this time: as a share, usually 1. */
async function sharesDuring({ pipeline }: Scene, seconds: number): Promise<Record<string, number>> {
  const { load, metrics, journal, queues } = pipeline;
  const counts = (): readonly [string, number][] => {
    journal.read();
    return [
      ['new in Redis', metrics.sum('MessagesPublished')],
      ...queues.map((queue): [string, number] => [`handled of ${queue}`, journal.of(queue).size]),
    ];
  };
  const [before, acceptedBefore] = [new Map(counts()), load.accepted.length];
  const endMs = performance.now() + seconds * 1000;
  await waitUntil('the time is over', () => performance.now() > endMs, 2 * seconds);
  const accepted = load.accepted.length - acceptedBefore;
  return Object.fromEntries(counts().map(([what, count]) => [what, (count - (before.get(what) ?? 0)) / accepted]));
}

/** The usual consumers do not keep up with the rate; one Node consumer of each service does, as in `make test-load`. */
function startFastConsumers({ pipeline }: Scene): void {
  for (const queue of pipeline.queues) {
    const consumer = pipeline.consumer(
      { name: fastName(queue), kind: 'node', queue },
      pipeline.proxies.consumers,
      () => ({
        FAULTS_SETTINGS: JSON.stringify({ concurrency: 64, prefetch: 0, leaseSeconds: 60 }),
        FAULTS_QUIET: 'yes',
      }),
    );
    pipeline.consumers.set(fastName(queue), consumer);
    consumer.start();
  }
}

const fastName = (queue: string): string => `fast-${queue.replaceAll(':', '-')}`;

function hide({ pipeline }: Pick<Scene, 'pipeline'>, seconds: number): void {
  for (const queue of pipeline.buffer.queues) queue.visibilityTimeoutSeconds = seconds;
}

export const missingReplica: readonly Fault[] = [
  {
    number: 25,
    mostDuplicatesPercent: 0,
    name: 'no replica for three minutes, 1000 events a second',
    alarms: [notReplicated],
    load: { perSecond },
    limitSeconds: 180,
    break: async (scene) => {
      const { pipeline, alarmed, handled, quick } = scene;
      await Promise.all(pipeline.consumersOf().map((consumer) => consumer.stop()));
      startFastConsumers(scene);
      hide(scene, quick ? 10 : defaults.buffer.visibilityTimeoutSeconds);
      await handled(5 * perSecond);
      const full = await sharesDuring(scene, quick ? 5 : 20);
      await pipeline.pair.replica.kill();
      await alarmed(notReplicated);
      const without = await sharesDuring(scene, quick ? 15 : 180);
      pipeline.log(`faults: ${JSON.stringify({ full, without })}`);
      const low = Object.entries(without).filter(([what, share]) => share < leastShare * Math.min(1, full[what] ?? 1));
      if (low.length > 0) {
        const shares = low.map(
          ([what, share]) => `${share.toFixed(2)} (with it ${(full[what] ?? 0).toFixed(2)}) ${what}`,
        );
        throw new Error(`of the events accepted without a replica ${shares.join(', ')}`);
      }
    },
    repair: async (scene) => {
      const { pair, buffer } = scene.pipeline;
      await pair.follow();
      const returnedMs = Date.now();
      scene.over();
      await waitUntil(
        'everything is confirmed',
        () => !buffer.queues.some((queue) => queue.holdsSentBefore(returnedMs)),
        confirmedSeconds,
      );
      scene.pipeline.log(`faults: confirmed ${Date.now() - returnedMs} ms after the replica's return`);
    },
    tidy: async (scene) => {
      const { pipeline } = scene;
      hide(scene, 3);
      for (const name of pipeline.queues.map(fastName)) {
        await pipeline.consumers.get(name)?.stop();
        pipeline.consumers.delete(name);
      }
      for (const consumer of pipeline.consumersOf()) consumer.start();
    },
  },
];
