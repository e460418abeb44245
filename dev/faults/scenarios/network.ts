/** The network between all clients and Redis. */
import { above, below } from '../alarm-condition';
import { unimpaired } from '../proxied-connection';
import type { Fault, Scene } from '../fault';
import { waitUntil } from '../../local/wait-until';

const retried = above('PublishRetries', 0);
const redisUnavailable = below('RedisAvailability', 1);

function removeImpairment({ pipeline }: Scene): Promise<void> {
  for (const proxy of pipeline.allProxies) proxy.impairment = unimpaired;
  return Promise.resolve();
}

export const network: readonly Fault[] = [
  {
    number: 5,
    name: 'half-open connections: requests get no reply and no error',
    alarms: [retried, redisUnavailable],
    break: async ({ pipeline, alarmed, handled }) => {
      for (const proxy of pipeline.allProxies) proxy.halfOpen();
      // A run of the monitor whose write probe was over notices nothing: the next one has the fault, too.
      await waitUntil('the monitor notices it', () => {
        pipeline.proxies.monitor.halfOpen();
        return pipeline.metrics.met(redisUnavailable);
      });
      await alarmed(retried);
      await handled(20);
    },
  },
  {
    number: 6,
    name: 'latency of 500 ms with jitter',
    alarms: [above('RedisLatency', 100), above('PublishLatency', 100)],
    break: async ({ pipeline, alarmed, handled }) => {
      for (const proxy of pipeline.allProxies) proxy.impairment = { ...unimpaired, delayMs: 250, jitterMs: 150 };
      await Promise.all([alarmed(above('RedisLatency', 100)), alarmed(above('PublishLatency', 100)), handled(40)]);
    },
    repair: removeImpairment,
  },
  {
    number: 7,
    name: 'connections reset at random',
    alarms: [retried],
    break: async ({ pipeline, alarmed, handled }) => {
      for (const proxy of pipeline.allProxies) proxy.impairment = { ...unimpaired, resetShare: 0.03 };
      await Promise.all([alarmed(retried), handled(150)]);
    },
    repair: removeImpairment,
  },
  {
    number: 15,
    losesAcknowledgements: true,
    name: 'the name resolves to the new primary, the old address is unreachable',
    alarms: [redisUnavailable],
    break: async ({ pipeline, alarmed }) => {
      pipeline.pinnedPort = pipeline.pair.primary.port;
      await pipeline.pair.primary.kill();
      await alarmed(redisUnavailable);
    },
    repair: async ({ pipeline, over }) => {
      await pipeline.pair.promote();
      await pipeline.resolveTo('other');
      over();
      await pipeline.pair.follow();
    },
    tidy: async ({ pipeline }) => {
      await pipeline.pair.restoreRoles();
      pipeline.pinnedPort = undefined;
      await pipeline.resolveTo('usual');
      for (const proxy of pipeline.allProxies) proxy.cut();
    },
  },
];
