/** The network between everybody and Redis. */
import { above, below } from '../alarm-condition';
import { untouched } from '../connection-pair';
import type { Fault, Scene } from '../fault';

const retried = above('PublishRetries', 0);
const redisAway = below('RedisAvailability', 1);

function untreated({ world }: Scene): Promise<void> {
  for (const way of world.allWays) way.treatment = untouched;
  return Promise.resolve();
}

export const network: readonly Fault[] = [
  {
    number: 5,
    name: 'half-open connections: nothing comes back, and nothing says so',
    alarms: [retried, redisAway],
    break: async ({ world, alarmed, handled }) => {
      for (const way of world.allWays) way.halfOpen();
      await Promise.all([alarmed(retried), alarmed(redisAway)]);
      await handled(20);
    },
  },
  {
    number: 6,
    name: 'latency of 500 ms with jitter',
    alarms: [above('RedisLatency', 100), above('PublishLatency', 100)],
    break: async ({ world, alarmed, handled }) => {
      for (const way of world.allWays) way.treatment = { ...untouched, delayMs: 250, jitterMs: 150 };
      await Promise.all([alarmed(above('RedisLatency', 100)), alarmed(above('PublishLatency', 100)), handled(40)]);
    },
    mend: untreated,
  },
  {
    number: 7,
    name: 'connections reset at random',
    alarms: [retried],
    break: async ({ world, alarmed, handled }) => {
      for (const way of world.allWays) way.treatment = { ...untouched, resetShare: 0.03 };
      await Promise.all([alarmed(retried), handled(150)]);
    },
    mend: untreated,
  },
  {
    number: 15,
    undoesWork: true,
    name: 'the name resolves to the new primary, the old address leads nowhere',
    alarms: [redisAway],
    break: async ({ world, alarmed }) => {
      world.pinnedPort = world.pair.primary.port;
      await world.pair.primary.kill();
      await alarmed(redisAway);
    },
    mend: async ({ world, over }) => {
      await world.pair.promote();
      await world.resolveTo('other');
      over();
      await world.pair.follow();
    },
    tidy: async ({ world }) => {
      await world.pair.home();
      world.pinnedPort = undefined;
      await world.resolveTo('usual');
      for (const way of world.allWays) way.cut();
    },
  },
];
