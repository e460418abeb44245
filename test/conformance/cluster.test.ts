/** Each client alone on a queue with a hash tag of a cluster; its connections go through a proxy to the slot's primary. */
import type { Redis } from 'ioredis';
import type { ClusterNode } from '../../dev/local/redis-cluster';
import type { LocalRedis } from '../../dev/local/redis-server';
import { useCluster } from '../support/cluster';
import { clients } from './clients';
import type { ClientProcess } from './client-process';
import { ConformanceRun } from './conformance-run';
import { scenarios } from './scenarios/list';

const queue = '{model_events:site}';
const cluster = useCluster();
let owner: ClusterNode;
beforeAll(async () => {
  owner = await cluster.server.primaryOf(queue);
});

class ClusterRun extends ConformanceRun {
  override async failOver(process: ClientProcess, work: (redis: Redis) => Promise<void>): Promise<void> {
    await owner.client.wait(1, 30_000);
    const { nodes } = cluster.server;
    owner = nodes[(nodes.indexOf(owner) + 3) % 6] as ClusterNode;
    await owner.client.call('CLUSTER', 'FAILOVER', 'TAKEOVER');
    process.redirect(owner.port);
    await work(owner.client);
    await cluster.server.settled();
  }
}

const run = new ClusterRun(
  {
    get server() {
      return { ...cluster.server, port: owner.port } as unknown as LocalRedis;
    },
    get client() {
      return owner.client;
    },
  },
  queue,
);

describe.each(clients)('$name', (client) => {
  afterAll(() => run.endAll());

  for (const scenario of scenarios) {
    const cell = scenario[client.kind];
    if ('kept' in cell) test(scenario.title, () => run.play(() => cell.kept(run, client)));
    else test(`${scenario.title} Not promised: ${cell.instead}.`, () => run.play(() => cell.harmless(run, client)));
  }
});
