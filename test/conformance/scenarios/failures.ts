/** Redis is full, closes connections, or is another server all at once. */
import { tried } from '../../support/claims';
import type { Scenario } from '../scenario';

export const failures: readonly Scenario[] = [
  {
    title: 'A Redis that is out of memory is drained; failures are retried and refusals kept.',
    library: {
      kept: async (stage, client) => {
        const consumer = await stage.consumer(client);
        const first = stage.text('waits');
        const others = Array.from({ length: 10 }, () => stage.text());
        const [failing, refused] = [stage.text('fails once'), stage.text('is refused')];
        await stage.push(first.text, failing.text, refused.text, ...others.map(({ text }) => text));
        await consumer.next({ begun: first.id });
        await stage.memoryFull(async () => {
          consumer.go();
          const settled = new Set<unknown>();
          while (settled.size < others.length + 2) {
            settled.add((await consumer.next({ event: 'acknowledged' })).message_id);
          }
          expect(settled).toEqual(new Set([first, failing, ...others].map(({ id }) => id)));
        });
        expect(await stage.queue.inspect(stage.redis)).toMatchObject({
          depth: 0,
          processing: 0,
          delayed: 0,
          deadLetters: 1,
        });
      },
    },
    plain: {
      instead: 'Redis refuses its `BLMOVE`, which ends it; the messages stay where they are',
      harmless: async (stage, client) => {
        await stage.end(await stage.consumer(client));
        const { id, text } = stage.text();
        await stage.push(text);
        await stage.memoryFull(async () => {
          const { code, errors } = await (await stage.consumer(client)).ended;
          expect(code).toBe(1);
          expect(errors).toMatch(/^Redis localhost:\d+ failed: [^\n]*maxmemory[^\n]*$/);
          expect(await stage.redis.lrange(stage.queue.keys.main, 0, -1)).toEqual([text]);
        });
        await (await stage.consumer(client)).next({ begun: id, retry_count: 0 });
        await stage.empty();
      },
    },
  },
  {
    title: 'Connections that are lost, in a wait or during the work, are replaced; the work is done once.',
    library: {
      kept: async (stage, client) => {
        const consumer = await stage.consumer(client);
        await stage.idle(consumer);
        consumer.way.cut();
        const { id, text } = stage.text('waits');
        await stage.push(text);
        await consumer.next({ begun: id, retry_count: 0 });
        consumer.way.cut();
        consumer.go();
        await consumer.next({ event: 'acknowledged', message_id: id });
        await stage.empty();
        expect(consumer.lines.filter(({ begun }) => begun === id)).toHaveLength(1);
      },
    },
    plain: {
      instead: 'it ends with one sentence, and whoever started it starts it again',
      harmless: async (stage, client) => {
        const consumer = await stage.consumer(client);
        await stage.idle(consumer);
        consumer.way.cut();
        const { code, errors } = await consumer.ended;
        expect(code).toBe(1);
        expect(errors).toMatch(/^Redis localhost:\d+ failed: [^\n]+$/);
        await stage.end(consumer);
        const { id, text } = stage.text();
        await stage.push(text);
        await (await stage.consumer(client)).next({ begun: id, retry_count: 0 });
        await stage.empty();
      },
    },
  },
  {
    title: 'After a failover during the work, the work is done once and acknowledged on the new primary.',
    library: {
      kept: async (stage, client) => {
        const consumer = await stage.consumer(client);
        const [before, after] = [stage.text('waits'), stage.text()];
        await stage.push(before.text);
        await consumer.next({ begun: before.id, retry_count: 0 });
        await stage.failOver(consumer, async (redis) => {
          consumer.go();
          await consumer.next({ event: 'acknowledged', message_id: before.id });
          await redis.lpush(stage.queue.keys.main, after.text);
          await consumer.next({ begun: after.id, retry_count: 0 });
          await stage.empty(redis);
        });
        expect(consumer.lines.filter(({ begun }) => begun === before.id)).toHaveLength(1);
      },
    },
    plain: {
      instead: 'it ends when it waits; what it held comes back on the new primary when its lease runs out',
      harmless: async (stage, client) => {
        const consumer = await stage.consumer(client);
        const { text } = stage.text();
        await stage.frozenWith(consumer, text);
        await stage.failOver(consumer, async (redis) => {
          await stage.end(consumer);
          expect(await stage.leasesRunOut(redis)).toMatchObject({ requeued: 1 });
          expect(await redis.lrange(stage.queue.keys.main, 0, -1)).toEqual([tried(text, 1)]);
        });
      },
    },
  },
];
