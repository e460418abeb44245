/** A primary without its replica for as long as ElastiCache may need to replace it. */
import { defaults } from '../../../config/environment';
import { waitUntil } from '../../local/wait-until';
import { above } from '../alarm-condition';
import type { Fault, Scene } from '../fault';
import { queues } from '../pipeline-under-test';

const notReplicated = above('UnreplicatedWrites', 0);
const perSecond = 1000;
const leastShare = 0.8;
/** After the replica's return, until SQS has deleted everything that came before. */
const confirmedSeconds = 60;

/** The share of the accepted events that was new in Redis, and that each service handled, while `during` ran. */
async function sharesDuring({ pipeline }: Scene, during: () => Promise<void>): Promise<Record<string, number>> {
  const { load, metrics, journal } = pipeline;
  const counts = (): readonly [string, number][] => {
    journal.read();
    return [
      ['new in Redis', metrics.sum('MessagesPublished')],
      ...queues.map((queue): [string, number] => [`handled of ${queue}`, journal.of(queue).size]),
    ];
  };
  const [before, acceptedBefore] = [new Map(counts()), load.accepted.length];
  await during();
  const accepted = load.accepted.length - acceptedBefore;
  return Object.fromEntries(counts().map(([what, count]) => [what, (count - (before.get(what) ?? 0)) / accepted]));
}

/** Whether SQS holds an event that was sent before this time, milliseconds since 1970. */
function holdsOlderThan({ pipeline: { buffer } }: Scene, ms: number): boolean {
  // Many are never all newer: the messages need not be looked at one by one.
  if (buffer.size > 2 * perSecond) return true;
  return buffer.queues.some((queue) => queue.messages.some(({ sentAt }) => sentAt < ms));
}

/** The usual consumers do not keep up with the rate; one Node consumer of each service does, as in `make test-load`. */
function startFastConsumers({ pipeline }: Scene): void {
  for (const queue of queues) {
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
      const { pipeline, alarmed, quick } = scene;
      const seconds = quick ? 15 : 180;
      await Promise.all(pipeline.consumersOf().map((consumer) => consumer.stop()));
      startFastConsumers(scene);
      hide(scene, quick ? 10 : defaults.buffer.visibilityTimeoutSeconds);
      await pipeline.pair.replica.kill();
      await alarmed(notReplicated);
      const endMs = performance.now() + seconds * 1000;
      const shares = await sharesDuring(scene, () =>
        waitUntil('the outage is over', () => performance.now() > endMs, 2 * seconds),
      );
      pipeline.log(`faults: without a replica ${JSON.stringify(shares)}`);
      const low = Object.entries(shares).filter(([, share]) => share < leastShare);
      if (low.length > 0) throw new Error(low.map(([what, share]) => `${share.toFixed(2)} ${what}`).join(', '));
    },
    repair: async (scene) => {
      await scene.pipeline.pair.follow();
      const returnedMs = Date.now();
      scene.over();
      await waitUntil('everything is confirmed', () => !holdsOlderThan(scene, returnedMs), confirmedSeconds);
      scene.pipeline.log(`faults: confirmed ${Date.now() - returnedMs} ms after the replica's return`);
    },
    tidy: async (scene) => {
      const { pipeline } = scene;
      hide(scene, 3);
      for (const name of queues.map(fastName)) {
        await pipeline.consumers.get(name)?.stop();
        pipeline.consumers.delete(name);
      }
      for (const consumer of pipeline.consumersOf()) consumer.start();
    },
  },
];
