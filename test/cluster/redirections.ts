/** Sessions while slots are elsewhere, move, or have no node. */
import type { ClusterNode } from '../../dev/local/redis-cluster';
import { waitUntil } from '../../dev/local/wait-until';
import { RedisError } from '../../queue/errors';
import { ModelQueue } from '../../queue/model-queue';
import { publishBySlot } from '../../queue/publish-by-slot';
import { type TestCluster } from '../support/cluster';
import { consumerVariables, run } from '../examples/program';
import { message } from '../support/events';
import { slotOptions, site } from './slots';

const queue = new ModelQueue(site);
const faultOf = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (error: unknown) => (error instanceof RedisError ? error.fault : error),
  );

export function testRedirections(cluster: TestCluster): void {
  const claim = (session = cluster.session(), nonce = 'n.1') =>
    session.use('claim', (redis) =>
      queue.claim(redis, { nonce, consumer: 'c', count: 10, starting: 10, leaseMs: 60_000 }),
    );
  const push = (...ids: string[]) =>
    cluster.session().use('push', (redis) => redis.lpush(site, ...ids.map((id) => message(id))));

  test('a session continues at the new primary after a failover, which ends a wait for messages at once', async () => {
    const session = cluster.session();
    const old = await cluster.server.primaryOf(site);
    await claim(session);
    const waiting = cluster.session({ commandTimeoutMs: 60_000 });
    const waited = faultOf(waiting.use('wait', (redis) => queue.awaitMessage(redis, 50)));
    await waitUntil('it waits', async () => / flags=b /.test(String(await old.client.client('LIST'))));
    const replica = await cluster.server.replicaOf(old);
    await cluster.server.handOver(replica);
    await cluster.server.settled();
    await push('a');
    expect(await waited).toBe('loading');
    expect((await claim(session, 'n.2')).claims).toHaveLength(1);
    expect(session.endpoint).toBe(`localhost:${replica.port}`);
    await cluster.server.settled();
  });

  test('commands in flight get their replies, while one of them finds the slot elsewhere', async () => {
    const session = cluster.session();
    await claim(session);
    const asked = cluster.server.nodes.find(({ port }) => !session.endpoint.endsWith(`:${port}`));
    const misled = cluster.session({ port: asked?.port ?? 0 });
    const uses = Array.from({ length: 50 }, (_, index) => misled.use('push', (redis) => redis.lpush(site, `${index}`)));
    await Promise.all(uses);
    expect(await misled.use('count', (redis) => redis.llen(site))).toBe(50);
  });

  test('after its node is killed, a session starts again at the configured endpoint', async () => {
    const dead = await cluster.server.primaryOf(site);
    const replica = await cluster.server.replicaOf(dead);
    const others = cluster.server.nodes.filter((node) => node !== dead);
    const session = cluster.session({ port: others[0]?.port ?? 0 });
    await claim(session);
    await cluster.server.kill(dead);
    try {
      expect(['connection-lost', 'connection-refused']).toContain(await faultOf(claim(session, 'n.2')));
      await cluster.server.promote(replica);
      await push('a');
      expect((await claim(session, 'n.3')).claims).toHaveLength(1);
      expect(session.endpoint).toBe(`localhost:${replica.port}`);
    } finally {
      await cluster.server.restart(dead);
    }
  });

  test('a batch is published while its slot moves, and nothing is lost or doubled', async () => {
    const from = await cluster.server.primaryOf(site);
    const to = await firstPrimaryBeside(cluster, from);
    const session = cluster.session();
    const records = Array.from({ length: 200 }, (_, index) => ({
      kind: 'message' as const,
      messageId: `m-${index}`,
      digest: 'd',
      text: message(`m-${index}`),
    }));
    const moves = (async () => {
      for (const [source, target] of [
        [from, to],
        [to, from],
      ] as const) {
        await cluster.server.moveSlot(await cluster.server.slotOf(site), source, target);
      }
    })();
    for (const record of records) {
      for (let results: readonly string[] = []; results.length === 0;) {
        try {
          ({ results } = await publishBySlot(session, [record], { ...slotOptions, queues: [site], minReplicaAcks: 0 }));
        } catch (error) {
          expect(['slot-migrating', 'slot-moved']).toContain((error as RedisError).fault);
        }
      }
    }
    await moves;
    const texts = await session.at(site).use('look', (redis) => redis.lrange(site, 0, -1));
    expect(texts.sort()).toEqual(records.map(({ text }) => text).sort());
  });

  test('while a slot moves, ASK leads one command to the new node, and a script on keys of both nodes waits', async () => {
    const slot = await cluster.server.slotOf(site);
    const from = await cluster.server.primaryOf(site);
    await push('a', 'b');
    const session = cluster.session();
    await claim(session);
    const receiving = await firstPrimaryBeside(cluster, from);
    await cluster.server.startMove(slot, from, receiving);
    // A list of its own is at the new node, as every key that the old one does not have.
    expect(await session.use('push', (redis) => redis.lpush(`${site}:wake`, '1'))).toBe(1);
    expect(await receiving.client.call('CLUSTER', 'COUNTKEYSINSLOT', slot)).toBe(1);
    expect(await faultOf(claim(session, 'n.2'))).toBe('slot-migrating');
    await cluster.server.moveSlot(slot, from, receiving);
    expect((await claim(session, 'n.3')).state).toBe('wait-main');
    expect(await session.use('look', (redis) => redis.llen(`${site}:processing`))).toBe(2);
    await cluster.server.moveSlot(slot, receiving, from);
  });

  test("Python's session does the same", async () => {
    const slot = await cluster.server.slotOf(site);
    const from = await cluster.server.primaryOf(site);
    const to = await firstPrimaryBeside(cluster, from);
    /** Replies or faults, each with the port of the session's node. */
    const replies = async (...commands: readonly string[][]) => {
      const settings = consumerVariables({ ...cluster.server, port: to.port }, site);
      const { output } = await run('clients/python/tests/session_commands.py', settings, [JSON.stringify(commands)])
        .ended;
      const results = JSON.parse(output) as { reply: unknown; fault: string | null; endpoint: string }[];
      return results.map(({ reply, fault, endpoint }) => [fault ?? reply, Number(endpoint.split(':')[1])]);
    };
    await push('a');
    await cluster.server.startMove(slot, from, to);
    expect(await replies(['LPUSH', `${site}:wake`, '1'], ['LLEN', site], ['EXISTS', site, `${site}:wake`])).toEqual([
      [1, from.port],
      [1, from.port],
      ['slot-migrating', from.port],
    ]);
    await cluster.server.moveSlot(slot, from, to);
    expect(await replies(['EXISTS', site, `${site}:wake`])).toEqual([[2, to.port]]);
    await cluster.server.moveSlot(slot, to, from);
  });

  test('a slot without a node is reported as loading, and is found when it has one again', async () => {
    const slot = await cluster.server.slotOf(site);
    const owner = await cluster.server.primaryOf(site);
    const session = cluster.session();
    await owner.client.call('CLUSTER', 'DELSLOTS', slot);
    try {
      await waitUntil('the cluster is down', async () =>
        String(await owner.client.call('CLUSTER', 'INFO')).includes('cluster_state:fail'),
      );
      expect(await faultOf(cluster.session({ port: owner.port }).use('push', (redis) => redis.lpush(site, 'a')))).toBe(
        'loading',
      );
    } finally {
      await owner.client.call('CLUSTER', 'ADDSLOTS', slot);
      await cluster.server.settled();
    }
    expect((await claim(session)).state).toBe('wait-main');
  });

  test('a redirection to a name that the certificate does not cover is refused before the token is sent', async () => {
    const owner = await cluster.server.primaryOf(site);
    const other = await firstPrimaryBeside(cluster, owner);
    const setting = async (type: string, ip: string) => {
      await owner.client.config('SET', 'cluster-announce-ip', ip);
      await other.client.config('SET', 'cluster-preferred-endpoint-type', type);
    };
    await setting('ip', '127.0.0.2');
    try {
      const told = () => other.client.llen(site).then(String, (error: unknown) => String(error));
      await waitUntil('the node is announced', async () => (await told()).includes(' 127.0.0.2:'));
      const session = cluster.session({ port: other.port });
      expect(await faultOf(claim(session))).toBe('certificate');
    } finally {
      await setting('hostname', '');
      await cluster.server.settled();
    }
  });
}

async function firstPrimaryBeside(cluster: TestCluster, node: ClusterNode): Promise<ClusterNode> {
  for (let index = 0; ; index++) {
    const found = await cluster.server.primaryOf(String(index));
    if (found !== node) return found;
  }
}
