/**
 * Each client alone on a queue with a hash tag of a cluster, as a user that lacks every command that ElastiCache Serverless or MemoryDB
 * do not have; its connections go through a proxy to the slot's primary.
 */
import type { Redis } from 'ioredis';
import type { ClusterNode } from '../../dev/local/redis-cluster';
import type { LocalRedis } from '../../dev/local/redis-server';
import { useCluster } from '../support/cluster';
import type { ClientProcess } from './client-process';
import { ConformanceRun } from './conformance-run';
import { testEveryScenario } from './every-scenario';

const queue = '{model_events:site}';
const cluster = useCluster();
let owner: ClusterNode;
beforeAll(async () => {
  owner = await cluster.server.primaryOf(queue);
});

class ClusterRun extends ConformanceRun {
  override async failOver(process: ClientProcess, work: (redis: Redis) => Promise<void>): Promise<void> {
    await owner.client.wait(1, 30_000);
    owner = await cluster.server.replicaOf(owner);
    await cluster.server.promote(owner);
    process.redirect(owner.port);
    await work(owner.client);
    await cluster.server.settled();
  }
}

const run = new ClusterRun(
  {
    user: cluster.restrictedUsers.get('hokusai-site'),
    get server() {
      return { ...cluster.server, port: owner.port } as unknown as LocalRedis;
    },
    get client() {
      return owner.client;
    },
  },
  queue,
);

testEveryScenario(run);
