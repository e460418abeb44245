/** The primary and its replica: killed, paused, behind, in other roles. */
import { above, below } from '../alarm-condition';
import type { Fault, Scene } from '../fault';

const redisUnavailable = below('RedisAvailability', 1);
const notReplicated = above('UnreplicatedWrites', 0);
const handedBack = above('PublishFailures', 0);

/** The replica takes over; later a node comes in its place, without which nothing is confirmed. */
async function failOver({ pipeline, over }: Scene): Promise<void> {
  await pipeline.failOver();
  over();
  await pipeline.pair.follow();
}

export const failovers: readonly Fault[] = [
  {
    number: 1,
    undoesWork: true,
    name: 'primary killed (-9), replica promoted, address unchanged',
    alarms: [redisUnavailable],
    break: async ({ pipeline, alarmed, accepted }) => {
      await pipeline.pair.primary.kill();
      await Promise.all([alarmed(redisUnavailable), accepted(100)]);
    },
    mend: failOver,
    tidy: ({ pipeline }) => pipeline.pair.restoreRoles(),
  },
  {
    number: 2,
    undoesWork: true,
    name: 'promotion of a replica that lags: writes that only the old primary had',
    alarms: [notReplicated],
    break: async ({ pipeline, accepted, handled }) => {
      // What the replica does not get any more is taken by the old primary and gone with it: what one service has handled by
      // then as well as what the other one has not.
      await Promise.all(pipeline.consumersOf('model_events:site').map((consumer) => consumer.stop()));
      pipeline.pair.replication.pause();
      await Promise.all([accepted(120), handled(20)]);
      await pipeline.pair.primary.kill();
      pipeline.pair.replication.cut();
      pipeline.pair.replication.resume();
    },
    mend: async (scene) => {
      await failOver(scene);
      for (const consumer of scene.pipeline.consumersOf('model_events:site')) consumer.start();
    },
    tidy: ({ pipeline }) => pipeline.pair.restoreRoles(),
  },
  {
    number: 3,
    name: 'primary paused (SIGSTOP) past all time limits, and back',
    alarms: [redisUnavailable, handedBack],
    break: async ({ pipeline, alarmed }) => {
      pipeline.pair.primary.pause();
      await alarmed(redisUnavailable);
      await alarmed(handedBack);
    },
    mend: ({ pipeline }) => {
      pipeline.pair.primary.resume();
      return Promise.resolve();
    },
  },
  {
    number: 4,
    mostDuplicatesPercent: 0,
    name: 'replica gone, then back',
    alarms: [notReplicated, handedBack],
    break: async ({ pipeline, alarmed }) => {
      await pipeline.pair.replica.kill();
      await alarmed(notReplicated);
      await alarmed(handedBack);
    },
    mend: ({ pipeline }) => pipeline.pair.follow(),
  },
  {
    number: 8,
    undoesWork: true,
    name: 'roles change under open connections: READONLY, UNBLOCKED',
    alarms: [above('PublishRetries', 0)],
    break: async ({ pipeline, alarmed, handled }) => {
      // Connections that are open stay with the old primary, which becomes a replica under them.
      await pipeline.pair.promote();
      await pipeline.pair.follow();
      await alarmed(above('PublishRetries', 0));
      await handled(100);
    },
    tidy: ({ pipeline }) => pipeline.pair.restoreRoles(),
  },
];
