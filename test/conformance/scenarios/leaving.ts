/** Consumers that lose what they hold, or go. */
import { tried } from '../../support/claims';
import { plainClient } from '../clients';
import type { Check, Scenario } from '../scenario';

const sharesWithPlain: Check = async (stage, client) => {
  const [consumer, plain] = [await stage.consumer(client), await stage.another(plainClient)];
  const both = [consumer, plain];
  await stage.idle(consumer);
  await stage.idle(plain);
  const before = both.map(({ lines }) => lines.length);
  const begun = () => both.map(({ lines }, index) => lines.slice(before[index]).flatMap((line) => line.begun ?? []));
  const ids: string[] = [];
  while (ids.length < 40 || begun().some(({ length }) => length === 0)) {
    const { id, text } = stage.text();
    ids.push(id);
    await stage.push(text);
    await stage.queue.adopt(stage.redis, { limit: 10, leaseMs: 900_000 });
  }
  await stage.allDone();
  await stage.end(plain);
  expect(begun().flat().sort()).toEqual(ids.sort());
};

export const leaving: readonly Scenario[] = [
  {
    title: 'Whose lease ran out during the work acknowledges nothing: the message is in other hands.',
    library: {
      kept: async (stage, client) => {
        const consumer = await stage.consumer(client);
        const { id, text } = stage.text('waits');
        await stage.push(text);
        await consumer.next({ begun: id, retry_count: 0 });
        expect(await stage.leasesRunOut()).toMatchObject({ requeued: 1 });
        consumer.go();
        await consumer.next({ event: 'lost', message_id: id });
        await consumer.next({ begun: id, retry_count: 1 });
        expect(await stage.redis.lrange(stage.queue.keys.processing, 0, -1)).toEqual([tried(text, 1)]);
        consumer.go();
        await consumer.next({ event: 'acknowledged', message_id: id });
        await stage.empty();
      },
    },
    plain: {
      kept: async (stage, client) => {
        const consumer = await stage.consumer(client);
        const { id, text } = stage.text();
        await stage.frozenWith(consumer, text);
        expect(await stage.leasesRunOut()).toMatchObject({ requeued: 1 });
        consumer.signal('SIGCONT');
        await consumer.next({ begun: id, retry_count: 0 });
        await consumer.next({ begun: id, retry_count: 1 });
        await stage.empty();
      },
    },
  },
  {
    title: 'It shares its queue with a plain consumer: every message is worked on once by one of the two.',
    library: { kept: sharesWithPlain },
    plain: { kept: sharesWithPlain },
  },
  {
    title: 'What a killed consumer worked on comes back with `retry_count` + 1, what it had prefetched unchanged.',
    library: {
      kept: async (stage, client) => {
        const killed = await stage.consumer(client);
        const [first, ...others] = [stage.text('waits'), stage.text(), stage.text()];
        await stage.push(first.text, ...others.map(({ text }) => text));
        await killed.next({ begun: first.id });
        await stage.held(3);
        await stage.end(killed);
        expect(await stage.leasesRunOut()).toMatchObject({ requeued: 3, deadLettered: 0 });
        const next = await stage.consumer(client);
        next.go();
        await next.next({ begun: first.id, retry_count: 1 });
        for (const { id } of others) await next.next({ begun: id, retry_count: 0 });
        await stage.empty();
      },
    },
    plain: {
      kept: async (stage, client) => {
        const killed = await stage.consumer(client);
        const { id, text } = stage.text();
        await stage.frozenWith(killed, text);
        await stage.end(killed);
        expect(await stage.leasesRunOut()).toMatchObject({ requeued: 1, deadLettered: 0 });
        await (await stage.consumer(client)).next({ begun: id, retry_count: 1 });
        await stage.empty();
      },
    },
  },
  {
    title: 'SIGTERM: it ends its work, gives back what it had prefetched, in order, and exits with 0.',
    library: {
      kept: async (stage, client) => {
        const consumer = await stage.consumer(client);
        const [first, second, third] = [stage.text('waits'), stage.text(), stage.text()];
        await stage.push(first.text, second.text, third.text);
        await consumer.next({ begun: first.id });
        await stage.held(3);
        consumer.signal('SIGTERM');
        await stage.held(1);
        consumer.go();
        await consumer.next({ event: 'acknowledged', message_id: first.id });
        expect(await consumer.ended).toEqual({ code: 0, signal: null, errors: '' });
        expect(await stage.redis.lrange(stage.queue.keys.main, 0, -1)).toEqual([third.text, second.text]);
        expect(await stage.redis.keys('*')).toEqual([stage.queue.keys.main]);
      },
    },
    plain: {
      instead: 'it ends at once, by the signal; what it held comes back as after a crash',
      harmless: async (stage, client) => {
        const consumer = await stage.consumer(client);
        const { text } = stage.text();
        await stage.frozenWith(consumer, text);
        consumer.signal('SIGTERM');
        consumer.signal('SIGCONT');
        expect(await consumer.ended).toMatchObject({ code: null, signal: 'SIGTERM' });
        expect(await stage.leasesRunOut()).toMatchObject({ requeued: 1 });
        expect(await stage.redis.lrange(stage.queue.keys.main, 0, -1)).toEqual([tried(text, 1)]);
      },
    },
  },
];
