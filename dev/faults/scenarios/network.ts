/** The network between everybody and Redis. */
import { above, below } from '../alarm-condition';
import { untouched } from '../connection-pair';
import type { Fault, Scene } from '../fault';

const retried = above('PublishRetries', 0);
const redisAway = below('RedisAvailability', 1);

function untreated({ pipeline }: Scene): Promise<void> {
  for (const way of pipeline.allWays) way.treatment = untouched;
  return Promise.resolve();
}

export const network: readonly Fault[] = [
  {
    number: 5,
    name: 'half-open connections: nothing comes back, and nothing says so',
    alarms: [retried, redisAway],
    break: async ({ pipeline, alarmed, handled }) => {
      for (const way of pipeline.allWays) way.halfOpen();
      await Promise.all([alarmed(retried), alarmed(redisAway)]);
      await handled(20);
    },
  },
  {
    number: 6,
    name: 'latency of 500 ms with jitter',
    alarms: [above('RedisLatency', 100), above('PublishLatency', 100)],
    break: async ({ pipeline, alarmed, handled }) => {
      for (const way of pipeline.allWays) way.treatment = { ...untouched, delayMs: 250, jitterMs: 150 };
      await Promise.all([alarmed(above('RedisLatency', 100)), alarmed(above('PublishLatency', 100)), handled(40)]);
    },
    mend: untreated,
  },
  {
    number: 7,
    name: 'connections reset at random',
    alarms: [retried],
    break: async ({ pipeline, alarmed, handled }) => {
      for (const way of pipeline.allWays) way.treatment = { ...untouched, resetShare: 0.03 };
      await Promise.all([alarmed(retried), handled(150)]);
    },
    mend: untreated,
  },
  {
    number: 15,
    undoesWork: true,
    name: 'the name resolves to the new primary, the old address leads nowhere',
    alarms: [redisAway],
    break: async ({ pipeline, alarmed }) => {
      pipeline.pinnedPort = pipeline.pair.primary.port;
      await pipeline.pair.primary.kill();
      await alarmed(redisAway);
    },
    mend: async ({ pipeline, over }) => {
      await pipeline.pair.promote();
      await pipeline.resolveTo('other');
      over();
      await pipeline.pair.follow();
    },
    tidy: async ({ pipeline }) => {
      await pipeline.pair.home();
      pipeline.pinnedPort = undefined;
      await pipeline.resolveTo('usual');
      for (const way of pipeline.allWays) way.cut();
    },
  },
];
