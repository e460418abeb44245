/** Faults of the primary and its replica: killed, paused, lagging, with changed roles. */
import { above, below } from '../alarm-condition';
import type { Fault, Scene } from '../fault';

const redisUnavailable = below('RedisAvailability', 1);
const notReplicated = above('UnreplicatedWrites', 0);
const handedBack = above('PublishFailures', 0);

/** Promotes the replica, later adds a new replica, without which WAIT confirms nothing. */
async function failOver({ pipeline, over }: Scene): Promise<void> {
  await pipeline.failOver();
  over();
  await pipeline.pair.follow();
}

export const failovers: readonly Fault[] = [
  {
    number: 1,
    losesAcknowledgements: true,
    name: 'primary killed (-9), replica promoted, address unchanged',
    alarms: [redisUnavailable],
    break: async ({ pipeline, alarmed, accepted }) => {
      await pipeline.pair.primary.kill();
      await Promise.all([alarmed(redisUnavailable), accepted(100)]);
    },
    repair: failOver,
    tidy: ({ pipeline }) => pipeline.pair.restoreRoles(),
  },
  {
    number: 2,
    losesAcknowledgements: true,
    name: 'promotion of a replica that lags: writes that only the old primary had',
    alarms: [notReplicated],
    break: async ({ pipeline, accepted, handled }) => {
      // Writes that the replica does not receive are lost with the old primary: acknowledgements of one service and new
      // messages of the other.
      await Promise.all(pipeline.consumersOf('model_events:site').map((consumer) => consumer.stop()));
      pipeline.pair.replication.pause();
      await Promise.all([accepted(120), handled(20)]);
      await pipeline.pair.primary.kill();
      pipeline.pair.replication.cut();
      pipeline.pair.replication.resume();
    },
    repair: async (scene) => {
      await failOver(scene);
      for (const consumer of scene.pipeline.consumersOf('model_events:site')) consumer.start();
    },
    tidy: ({ pipeline }) => pipeline.pair.restoreRoles(),
  },
  {
    number: 3,
    name: 'primary paused (SIGSTOP) beyond all timeouts, then resumed',
    alarms: [redisUnavailable, handedBack],
    break: async ({ pipeline, alarmed }) => {
      pipeline.pair.primary.pause();
      await alarmed(redisUnavailable);
      await alarmed(handedBack);
    },
    repair: ({ pipeline }) => {
      pipeline.pair.primary.resume();
      return Promise.resolve();
    },
  },
  {
    number: 4,
    mostDuplicatesPercent: 0,
    name: 'replica stopped, then restarted',
    alarms: [notReplicated],
    break: async ({ pipeline, alarmed }) => {
      await pipeline.pair.replica.kill();
      await alarmed(notReplicated);
    },
    repair: ({ pipeline }) => pipeline.pair.follow(),
  },
  {
    number: 8,
    losesAcknowledgements: true,
    name: 'roles change under open connections: READONLY, UNBLOCKED',
    alarms: [above('PublishRetries', 0)],
    break: async ({ pipeline, alarmed, handled }) => {
      // Open connections stay on the old primary, which becomes a replica.
      await pipeline.pair.promote();
      await pipeline.pair.follow();
      await alarmed(above('PublishRetries', 0));
      await handled(100);
    },
    tidy: ({ pipeline }) => pipeline.pair.restoreRoles(),
  },
];
