/** Consumers of all clients on a cluster. */
import { publishBySlot } from '../../queue/publish-by-slot';
import { ClientProcess } from '../conformance/client-process';
import { clients } from '../conformance/clients';
import { type TestCluster } from '../support/cluster';
import { gate, useConsumers } from '../support/consumers';
import { message } from '../support/events';
import { queues, site, slotOptions, token } from './slots';

export function testConsumers(cluster: TestCluster): void {
  const consumers = useConsumers(cluster);
  const libraries = clients.filter(({ kind }) => kind === 'library');
  /** @param metric_name selects what a process does with the messages */
  const publish = (ids: readonly string[], metric_name = 'auroc') =>
    publishBySlot(
      cluster.session(),
      ids.map((id) => ({ kind: 'message', messageId: id, digest: id, text: message(id, { metric_name }) })),
      slotOptions,
    );
  const idsOf = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => `m-${from + index}`);

  test('a consumer of each slot gets every message once, whichever node it starts at', async () => {
    const got = new Map(queues.map((queue) => [queue, [] as string[]]));
    const all = gate();
    for (const queue of queues) {
      consumers.start({
        queue,
        prefetch: 10,
        concurrency: 3,
        handler: ({ message_id: id }) => {
          got.get(queue)?.push(id);
          if ([...got.values()].every(({ length }) => length === 50)) all.open();
        },
      });
    }
    await publish(idsOf(0, 50));
    await all.opened;
    for (const ids of got.values()) expect([...ids].sort()).toEqual(idsOf(0, 50).sort());
  });

  test('a consumer continues after a failover of its slot, and loses no message', async () => {
    const got = new Set<string>();
    const [some, all] = [gate(), gate()];
    consumers.start({
      queue: site,
      blockSeconds: 60,
      handler: ({ message_id: id }) => {
        got.add(id);
        if (got.size === 10) some.open();
        if (got.size === 20) all.open();
      },
    });
    await publish(idsOf(0, 10));
    await some.opened;
    const primary = await cluster.server.primaryOf(site);
    await cluster.server.promote(await cluster.server.replicaOf(primary));
    // The old primary takes writes until it knows; no replica confirms them.
    const isPublished = () =>
      publish(idsOf(10, 20)).then(
        ({ replicated }) => replicated,
        () => false,
      );
    while (!(await isPublished()));
    await all.opened;
    expect([...got].sort()).toEqual(idsOf(0, 20).sort());
    await cluster.server.settled();
  });

  test.each(libraries)(
    'the consumer $name settles its claims while its slot moves, reports TRYAGAIN, and continues at the new node',
    async (client) => {
      const { server } = cluster;
      const slot = await server.slotOf(site);
      const from = await server.primaryOf(site);
      const to = await server.primaryOf(token);
      const consumer = await ClientProcess.start(client, { ...server, port: to.port }, site);
      try {
        await publish(['m-1'], 'waits');
        await consumer.next({ begun: 'm-1' });
        await server.startMove(slot, from, to);
        consumer.go();
        await consumer.next({ event: 'acknowledged', message_id: 'm-1' });
        let warning: string;
        do warning = (await consumer.next({ event: 'warning' })).error ?? '';
        while (!warning.includes('TRYAGAIN'));
        await server.moveSlot(slot, from, to);
        await publish(['m-2']);
        await consumer.next({ event: 'acknowledged', message_id: 'm-2' });
      } finally {
        consumer.signal('SIGKILL');
        await consumer.ended;
        if ((await server.primaryOf(site)) === from) await server.moveSlot(slot, from, to);
        await server.moveSlot(slot, to, from);
      }
    },
  );

  test.each(libraries)(
    'the consumer $name starts at a node without its slot, and continues after its primary was killed',
    async (client) => {
      const primary = await cluster.server.primaryOf(site);
      const replica = await cluster.server.replicaOf(primary);
      const start = cluster.server.nodes.find((node) => node !== primary && node !== replica);
      const consumer = await ClientProcess.start(client, { ...cluster.server, port: start?.port ?? 0 }, site);
      try {
        await publish(['m-1']);
        await consumer.next({ event: 'acknowledged', message_id: 'm-1' });
        await primary.client.wait(1, 30_000);
        await cluster.server.kill(primary);
        await cluster.server.promote(replica);
        await cluster.session({ port: replica.port }).use('push', (redis) => redis.lpush(site, message('m-2')));
        await consumer.next({ event: 'acknowledged', message_id: 'm-2' });
      } finally {
        consumer.signal('SIGKILL');
        await consumer.ended;
        await cluster.server.restart(primary);
      }
    },
  );
}
