/** A throw-away Redis in cluster mode, as ElastiCache has it: primaries with a replica each, TLS, a password, nodes with host names. */
import { mkdtemp, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { connect } from '../../queue/connection';
import { isPrimary, ownsSlot, replicaIds, shardsOf, slotOwners } from './cluster-view';
import { freePort } from './free-port';
import { OwnedProcesses } from './owned-processes';
import { RedisProcess } from './redis-process';
import { configuration, findServer, type LocalRedis, onFreePort, writeServerFiles } from './redis-server';
import { waitUntil } from './wait-until';

const slotCount = 16_384;
const startSeconds = 60;
/** A replica gives up after 5 s, if another node has not answered or does not know yet that it is a replica. */
const handOverMs = 6000;

export interface ClusterOptions {
  /** @default 3 */
  readonly primaries?: number;
  /** One replica for each primary. @default true */
  readonly replicas?: boolean;
  /** More lines of redis.conf for all nodes. @default none */
  readonly config?: Readonly<Record<string, string>>;
}

/** A node of a cluster. */
export interface ClusterNode {
  readonly process: RedisProcess;
  readonly port: number;
  /** Its id in the cluster. */
  readonly id: string;
  /** A connection of the caller's own, which `stop()` ends. */
  readonly client: Redis;
}

/** A running cluster; it dies with this process. */
export interface LocalCluster extends Omit<LocalRedis, 'primary' | 'replica' | 'replicaLinked'> {
  /** Of the first node, as the configured endpoint. */
  readonly port: number;
  /** Those that started as primaries, then their replicas in the same order. */
  readonly nodes: readonly ClusterNode[];
  slotOf(key: string): Promise<number>;
  /** The node that has a key's slot, as the first reachable node sees it. */
  primaryOf(key: string): Promise<ClusterNode>;
  /** A replica of a primary, which may be dead. */
  replicaOf(primary: ClusterNode): Promise<ClusterNode>;
  /** Makes a replica the primary of its shard, whether or not the other nodes agree; resolves when it is. */
  promote(replica: ClusterNode): Promise<void>;
  /** Makes a replica the primary of its shard in agreement with the other nodes, so that no write is lost; resolves when it is. */
  handOver(replica: ClusterNode): Promise<void>;
  /** Kills nodes, such as by a power cut; resolves when their connections have ended. */
  kill(...nodes: readonly ClusterNode[]): Promise<void>;
  /** Starts those of the nodes that were killed; resolves when the cluster is settled. */
  restart(...nodes: readonly ClusterNode[]): Promise<void>;
  /** Empties all primaries. */
  flush(): Promise<void>;
  /** Resolves when every slot has a primary, and all running nodes agree on it. */
  settled(): Promise<void>;
  /** Adds an empty node without slots. */
  addNode(): Promise<ClusterNode>;
  /** Makes an empty node a replica; resolves when it has caught up. */
  replicate(node: ClusterNode, primary: ClusterNode): Promise<void>;
  /** Kills a node without slots; the others forget it. */
  removeNode(node: ClusterNode): Promise<void>;
  /** Starts to move a slot: new keys are written to the other node, those that exist stay until `moveSlot`. */
  startMove(slot: number, from: ClusterNode, to: ClusterNode): Promise<void>;
  /** Moves a slot with its keys to another node, as `redis-cli --cluster reshard` does. */
  moveSlot(slot: number, from: ClusterNode, to: ClusterNode): Promise<void>;
}

/** Starts a cluster on free ports; resolves when it takes writes and the replicas have caught up. */
export async function startCluster(options: ClusterOptions = {}): Promise<LocalCluster> {
  const { primaries = 3, replicas = true, config = {} } = options;
  const executable = findServer();
  const folder = await mkdtemp(join(tmpdir(), 'model-events-cluster-'));
  const owned = new OwnedProcesses(folder);
  const nodes: ClusterNode[] = [];
  try {
    const { authority, files, token } = await writeServerFiles(folder);
    const ca = authority.certificate;

    const startNode = async (): Promise<ClusterNode> => {
      const busPort = await freePort();
      const ownFolder = await mkdtemp(join(folder, 'node-'));
      await mkdir(ownFolder, { recursive: true });
      const process = await onFreePort((port) => {
        const cluster = {
          'cluster-enabled': 'yes',
          'cluster-port': String(busPort),
          'tls-cluster': 'yes',
          'cluster-announce-hostname': 'localhost',
          'cluster-preferred-endpoint-type': 'hostname',
          // A failover is the test's decision, not that of a machine under load.
          'cluster-node-timeout': '30000',
          'cluster-replica-validity-factor': '0',
        };
        return new RedisProcess(
          executable,
          port,
          configuration({ port, token, folder: ownFolder, files, config: { ...cluster, ...config } }),
          owned,
        );
      });
      const client = await connect({
        host: 'localhost',
        port: process.port,
        token,
        ca,
        commandTimeoutMs: startSeconds * 1000,
      });
      const node = { process, port: process.port, busPort, client, id: String(await client.call('CLUSTER', 'MYID')) };
      nodes.push(node);
      return node;
    };
    const meet = (node: ClusterNode, other: ClusterNode): Promise<unknown> =>
      node.client.call(
        'CLUSTER',
        'MEET',
        '127.0.0.1',
        other.port,
        (other as ClusterNode & { busPort: number }).busPort,
      );
    const running = (): ClusterNode[] => nodes.filter(({ client }) => client.status === 'ready');
    const slotOf = async (key: string): Promise<number> =>
      Number(await running()[0]?.client.call('CLUSTER', 'KEYSLOT', key));
    const kill = async (...killed: readonly ClusterNode[]): Promise<void> => {
      await Promise.all(killed.map(({ process }) => process.kill()));
      await waitUntil('the connections have ended', () => killed.every(({ client }) => client.status === 'end'));
    };
    const startMove = async (slot: number, from: ClusterNode, to: ClusterNode): Promise<void> => {
      await to.client.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', from.id);
      await from.client.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', to.id);
    };
    const settled = async (): Promise<void> => {
      await waitUntil(
        'all nodes of the cluster agree',
        async () => {
          const views = await Promise.all(running().map(({ client }) => slotOwners(client)));
          return views.every((view) => view !== undefined && view === views[0]);
        },
        startSeconds,
      );
    };

    const started = await Promise.all(Array.from({ length: replicas ? 2 * primaries : primaries }, startNode));
    nodes.splice(0, nodes.length, ...started);
    const [first] = nodes as [ClusterNode];
    for (let index = 0; index < primaries; index++) {
      const range = [
        Math.floor((index * slotCount) / primaries),
        Math.floor(((index + 1) * slotCount) / primaries) - 1,
      ];
      await nodes[index]?.client.call('CLUSTER', 'ADDSLOTSRANGE', ...range.map(String));
      // Distinct epochs, which the nodes would otherwise have to agree on.
      await nodes[index]?.client.call('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
    }
    for (const [index, node] of nodes.entries()) for (const other of nodes.slice(index + 1)) await meet(node, other);
    const knows = async (node: ClusterNode): Promise<boolean> => {
      const known = String(await node.client.call('CLUSTER', 'NODES'));
      return nodes.every(({ id }) => known.includes(id)) && !known.includes('handshake');
    };
    await waitUntil(
      'the nodes know each other',
      async () => (await Promise.all(nodes.map(knows))).every(Boolean),
      startSeconds,
    );
    if (replicas) {
      const pairs = nodes.slice(primaries).map((replica, index) => [replica, nodes[index] as ClusterNode] as const);
      await Promise.all(pairs.map(([replica, { id }]) => replica.client.call('CLUSTER', 'REPLICATE', id)));
      await settled();
      await Promise.all(pairs.map(([, { client }]) => client.wait(1, startSeconds * 1000 - 1000)));
      // A node that is killed while its file says that a replica is of another shard than its primary does not start again.
      await waitUntil(
        'every node knows the shards',
        async () => (await Promise.all(nodes.map(({ client }) => shardsOf(client)))).every((n) => n === primaries),
        startSeconds,
      );
      await Promise.all(nodes.map(({ client }) => client.call('CLUSTER', 'SAVECONFIG')));
    } else await settled();

    return {
      host: 'localhost',
      port: first.port,
      token,
      ca,
      caFile: files.ca,
      folder,
      nodes,
      slotOf,
      primaryOf: async (key) => {
        const slot = await slotOf(key);
        for (const node of running()) if (await ownsSlot(node.client, slot)) return node;
        throw new Error(`no running node has slot ${slot}, that of ${key}`);
      },
      replicaOf: async (primary) => {
        let replica: ClusterNode | undefined;
        // The nodes learn of each other's roles one after the other.
        await waitUntil(
          'the primary has a replica',
          async () => {
            const asked = running().includes(primary) ? primary : running()[0];
            const ids = asked === undefined ? [] : await replicaIds(asked.client, primary.id);
            replica = running().find(({ id }) => ids.includes(id));
            return replica !== undefined;
          },
          startSeconds,
        );
        return replica as unknown as ClusterNode;
      },
      promote: async ({ client }) => {
        await client.call('CLUSTER', 'FAILOVER', 'TAKEOVER');
        await waitUntil('the replica is the primary', () => isPrimary(client));
      },
      handOver: async ({ client }) => {
        let askedMs = -Infinity;
        await waitUntil(
          'the replica is the primary',
          async () => {
            if (await isPrimary(client)) return true;
            if (performance.now() - askedMs < handOverMs) return false;
            askedMs = performance.now();
            await client.call('CLUSTER', 'FAILOVER');
            return false;
          },
          startSeconds,
        );
      },
      kill,
      restart: async (...killed) => {
        const ended = killed.filter((node) => !running().includes(node));
        await Promise.all(
          ended.map(async ({ process, client }) => {
            await process.start();
            await client.connect();
          }),
        );
        await settled();
      },
      flush: async () => {
        await Promise.all(running().map(async ({ client }) => (await isPrimary(client)) && client.flushall()));
      },
      settled,
      addNode: async () => {
        const node = await startNode();
        await meet(node, first);
        await waitUntil(
          'the cluster knows the node',
          async () => (await Promise.all(running().map(knows))).every(Boolean),
          startSeconds,
        );
        return node;
      },
      replicate: async ({ client }, { id }) => {
        await client.call('CLUSTER', 'REPLICATE', id);
        await waitUntil(
          'the replica has caught up',
          async () => (await client.info('replication')).includes('master_link_status:up'),
          startSeconds,
        );
      },
      removeNode: async (node) => {
        await kill(node);
        nodes.splice(nodes.indexOf(node), 1);
        await Promise.all(running().map(({ client }) => client.call('CLUSTER', 'FORGET', node.id)));
      },
      startMove,
      moveSlot: async (slot, from, to) => {
        await startMove(slot, from, to);
        for (;;) {
          const keys = (await from.client.call('CLUSTER', 'GETKEYSINSLOT', slot, 10)) as string[];
          if (keys.length === 0) break;
          await from.client.call(
            'MIGRATE',
            'localhost',
            to.port,
            '',
            0,
            startSeconds * 1000,
            'AUTH',
            token,
            'KEYS',
            ...keys,
          );
        }
        for (const node of [to, from, ...running()]) {
          if (await isPrimary(node.client)) await node.client.call('CLUSTER', 'SETSLOT', slot, 'NODE', to.id);
        }
      },
      stop: async () => {
        for (const { client } of nodes) client.disconnect();
        await Promise.all(nodes.map(({ process }) => process.kill()));
        await owned.release();
      },
    };
  } catch (error) {
    for (const { client } of nodes) client.disconnect();
    await owned.release();
    throw error;
  }
}
