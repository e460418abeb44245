/** Redis is full, closes connections, or is another server all at once. */
import { tried } from '../../support/claims';
import type { Scenario } from '../scenario';

export const failures: readonly Scenario[] = [
  {
    title: 'A Redis that is out of memory is drained; failures are retried and refusals kept.',
    library: {
      kept: async (run, client) => {
        const consumer = await run.consumer(client);
        const first = run.text('waits');
        const others = Array.from({ length: 10 }, () => run.text());
        const [failing, refused] = [run.text('fails once'), run.text('is refused')];
        await run.push(first.text, failing.text, refused.text, ...others.map(({ text }) => text));
        await consumer.next({ begun: first.id });
        await run.memoryFull(async () => {
          consumer.go();
          const settled = new Set<unknown>();
          while (settled.size < others.length + 2) {
            settled.add((await consumer.next({ event: 'acknowledged' })).message_id);
          }
          expect(settled).toEqual(new Set([first, failing, ...others].map(({ id }) => id)));
        });
        expect(await run.queue.inspect(run.redis)).toMatchObject({
          depth: 0,
          processing: 0,
          delayed: 0,
          deadLetters: 1,
        });
      },
    },
    plain: {
      instead: 'Redis refuses its `BLMOVE`, which ends it; the messages stay where they are',
      harmless: async (run, client) => {
        await run.end(await run.consumer(client));
        const { id, text } = run.text();
        await run.push(text);
        await run.memoryFull(async () => {
          const { code, errors } = await (await run.consumer(client)).ended;
          expect(code).toBe(1);
          expect(errors).toMatch(/^Redis localhost:\d+ failed: [^\n]*maxmemory[^\n]*$/);
          expect(await run.redis.lrange(run.queue.keys.main, 0, -1)).toEqual([text]);
        });
        await (await run.consumer(client)).next({ begun: id, retry_count: 0 });
        await run.empty();
      },
    },
  },
  {
    title: 'Connections that are lost, in a wait or during the work, are replaced; the work is done once.',
    library: {
      kept: async (run, client) => {
        const consumer = await run.consumer(client);
        await run.idle(consumer);
        consumer.proxy.cut();
        const { id, text } = run.text('waits');
        await run.push(text);
        await consumer.next({ begun: id, retry_count: 0 });
        consumer.proxy.cut();
        consumer.go();
        await consumer.next({ event: 'acknowledged', message_id: id });
        await run.empty();
        expect(consumer.lines.filter(({ begun }) => begun === id)).toHaveLength(1);
      },
    },
    plain: {
      instead: 'it exits with one error line, and its supervisor restarts it',
      harmless: async (run, client) => {
        const consumer = await run.consumer(client);
        await run.idle(consumer);
        consumer.proxy.cut();
        const { code, errors } = await consumer.ended;
        expect(code).toBe(1);
        expect(errors).toMatch(/^Redis localhost:\d+ failed: [^\n]+$/);
        await run.end(consumer);
        const { id, text } = run.text();
        await run.push(text);
        await (await run.consumer(client)).next({ begun: id, retry_count: 0 });
        await run.empty();
      },
    },
  },
  {
    title: 'After a failover during the work, the work is done once and acknowledged on the new primary.',
    library: {
      kept: async (run, client) => {
        const consumer = await run.consumer(client);
        const [before, after] = [run.text('waits'), run.text()];
        await run.push(before.text);
        await consumer.next({ begun: before.id, retry_count: 0 });
        await run.failOver(consumer, async (redis) => {
          consumer.go();
          await consumer.next({ event: 'acknowledged', message_id: before.id });
          await redis.lpush(run.queue.keys.main, after.text);
          await consumer.next({ begun: after.id, retry_count: 0 });
          await run.empty(redis);
        });
        expect(consumer.lines.filter(({ begun }) => begun === before.id)).toHaveLength(1);
      },
    },
    plain: {
      instead: 'it ends when it waits; what it held comes back on the new primary when its lease runs out',
      harmless: async (run, client) => {
        const consumer = await run.consumer(client);
        const { text } = run.text();
        await run.frozenWith(consumer, text);
        await run.failOver(consumer, async (redis) => {
          await run.end(consumer);
          expect(await run.leasesRunOut(redis)).toMatchObject({ requeued: 1 });
          expect(await redis.lrange(run.queue.keys.main, 0, -1)).toEqual([tried(text, 1)]);
        });
      },
    },
  },
];
