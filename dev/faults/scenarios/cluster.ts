/** Faults of a cluster: one shard or all of them fail, slots and nodes change. */
import { above, below } from '../alarm-condition';
import type { Fault, Scene } from '../fault';

const redisUnavailable = below('RedisAvailability', 1);
const handedBack = above('PublishFailures', 0);
const publishedAgain = above('PublishRetries', 0);

/** The queue whose slot or node is affected; the other one is on another primary. */
const affectedQueue = ({ pipeline }: Pick<Scene, 'pipeline'>): string => pipeline.queues.at(-1) ?? '';

/** Runs `work` while messages wait in the affected queue, whose consumers are suspended with open connections. */
async function withBacklog(scene: Scene, work: () => Promise<void>): Promise<void> {
  const consumers = scene.pipeline.consumersOf(affectedQueue(scene));
  for (const consumer of consumers) consumer.pause();
  await scene.accepted(80);
  await work();
  for (const consumer of consumers) consumer.resume();
}

const withToken: readonly Fault[] = [
  {
    number: 29,
    redis: 'cluster',
    losesAcknowledgements: true,
    name: "cluster: a primary killed (-9), its replica takes over; the other service's slot continues",
    alarms: [redisUnavailable, handedBack],
    break: async (scene) => {
      const { pipeline, alarmed, accepted, handled } = scene;
      const primary = await pipeline.cluster.primaryOf(affectedQueue(scene));
      await withBacklog(scene, () => pipeline.cluster.kill(primary));
      await Promise.all([alarmed(redisUnavailable), alarmed(handedBack), accepted(100), handled(20)]);
    },
    repair: async ({ pipeline: { cluster }, over }) => {
      const dead = cluster.nodes.filter(({ client }) => client.status === 'end');
      for (const node of dead) await cluster.promote(await cluster.replicaOf(node));
      over();
      await cluster.restart(...dead);
    },
  },
  {
    number: 30,
    redis: 'cluster',
    losesAcknowledgements: true,
    name: 'cluster: a slot migrated to another primary key by key, interrupted in between, and back',
    alarms: [publishedAgain],
    break: async (scene) => {
      const { cluster } = scene.pipeline;
      const queue = affectedQueue(scene);
      const slot = await cluster.slotOf(queue);
      const from = await cluster.primaryOf(queue);
      const to = await cluster.primaryOf(scene.pipeline.queues[0] ?? '');
      await withBacklog(scene, async () => {
        await cluster.startMove(slot, from, to);
        await scene.alarmed(publishedAgain);
        await cluster.moveSlot(slot, from, to);
      });
      await scene.handled(40);
      await cluster.moveSlot(slot, to, from);
      await scene.handled(40);
    },
    repair: ({ pipeline }) => pipeline.cluster.settled(),
  },
  {
    number: 31,
    redis: 'cluster',
    losesAcknowledgements: true,
    name: 'cluster: a node replaced: a new one joins as a replica, becomes the primary, and the old one leaves',
    alarms: [],
    break: async (scene) => {
      const { cluster } = scene.pipeline;
      const old = await cluster.primaryOf(affectedQueue(scene));
      const joined = await cluster.addNode();
      await cluster.replicate(joined, old);
      await cluster.handOver(joined);
      await cluster.settled();
      await cluster.removeNode(old);
      await scene.handled(40);
    },
  },
  {
    number: 32,
    redis: 'cluster',
    losesAcknowledgements: true,
    name: 'cluster: all nodes killed (-9), then started again with their data',
    alarms: [redisUnavailable, handedBack],
    break: async (scene) => {
      const { pipeline, alarmed, accepted } = scene;
      await withBacklog(scene, () => pipeline.cluster.kill(...pipeline.cluster.nodes));
      await Promise.all([alarmed(redisUnavailable), alarmed(handedBack), accepted(100)]);
    },
    repair: ({ pipeline }) => pipeline.cluster.restart(...pipeline.cluster.nodes),
  },
];

/**
 * The same as users without the commands that ElastiCache Serverless and MemoryDB do not have. Without 29: the engine of AWS confirms
 * a write when its transaction log has it, and this stand-in has none.
 */
const restricted = withToken
  .filter(({ number }) => number !== 29)
  .map((fault, index): Fault => ({
    ...fault,
    number: 34 + index,
    redis: 'restricted-cluster',
    name: fault.name.replace('cluster:', 'restricted users, cluster:'),
  }));

export const cluster: readonly Fault[] = [...withToken, ...restricted];
