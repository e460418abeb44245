/** Three primaries with a replica each. Each service's queue has its own slot, on its own primary. */
import type { Redis } from 'ioredis';
import { type LocalCluster, startCluster } from '../local/redis-cluster';
import { type LocalRedisUsers, localRedisUsers, userLines } from '../local/redis-users';
import type { RedisUnderTest } from './redis-under-test';

/** Nodes that are killed have their data when they start again. */
const configuration = { appendonly: 'yes', appendfsync: 'no' };

const subscriptions = [
  { service: 'hokusai-token', queue: '{model_events}' },
  { service: 'hokusai-site', queue: '{model_events:site}' },
];

export class RedisCluster implements RedisUnderTest {
  readonly subscriptions = subscriptions;

  private constructor(
    readonly server: LocalCluster,
    readonly users?: LocalRedisUsers,
  ) {}

  /** @param restricted clients lack the commands that ElastiCache Serverless and MemoryDB do not have */
  static async start(restricted: boolean): Promise<RedisCluster> {
    if (!restricted) return new RedisCluster(await startCluster({ config: configuration }));
    const users = localRedisUsers(subscriptions, { restricted });
    return new RedisCluster(await startCluster({ config: { ...configuration, ...userLines(users) } }), users);
  }

  get token(): string {
    return this.server.token;
  }

  get caFile(): string {
    return this.server.caFile;
  }

  get folder(): string {
    return this.server.folder;
  }

  /** Of a running node, as the configuration endpoint's name has the addresses of those that answer. */
  get endpointPort(): number {
    const { nodes } = this.server;
    return (nodes.find(({ client }) => client.status === 'ready') ?? nodes[0])?.port ?? 0;
  }

  async clientOf(queue: string): Promise<Redis> {
    return (await this.server.primaryOf(queue)).client;
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}
