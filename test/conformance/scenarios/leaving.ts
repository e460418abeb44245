/** Consumers that lose their claims, are killed, or stop. */
import { maintain } from '../../../queue/maintenance';
import { tried } from '../../support/claims';
import { contents } from '../../support/keyspace';
import { plainClient } from '../clients';
import type { Check, Scenario } from '../scenario';

const sharesWithPlain: Check = async (run, client) => {
  const [consumer, plain] = [await run.consumer(client), await run.another(plainClient)];
  const both = [consumer, plain];
  await run.idle(consumer);
  await run.idle(plain);
  const before = both.map(({ lines }) => lines.length);
  const begun = () => both.map(({ lines }, index) => lines.slice(before[index]).flatMap((line) => line.begun ?? []));
  const ids: string[] = [];
  while (ids.length < 40 || begun().some(({ length }) => length === 0)) {
    const { id, text } = run.text();
    ids.push(id);
    await run.push(text);
    await maintain(run.redis, run.queue);
  }
  await run.allDone();
  await run.end(plain);
  expect(begun().flat().sort()).toEqual(ids.sort());
};

export const leaving: readonly Scenario[] = [
  {
    title:
      'A consumer whose lease expired during the work does not acknowledge the message: another consumer may hold it.',
    library: {
      kept: async (run, client) => {
        const consumer = await run.consumer(client);
        const { id, text } = run.text('waits');
        await run.push(text);
        await consumer.next({ begun: id, retry_count: 0 });
        expect(await run.leasesRunOut()).toMatchObject({ requeued: 1 });
        consumer.go();
        await consumer.next({ event: 'lost', message_id: id });
        await consumer.next({ begun: id, retry_count: 1 });
        expect(await run.redis.lrange(run.queue.keys.processing, 0, -1)).toEqual([tried(text, 1)]);
        consumer.go();
        await consumer.next({ event: 'acknowledged', message_id: id });
        await run.empty();
      },
    },
    plain: {
      kept: async (run, client) => {
        const consumer = await run.consumer(client);
        const { id, text } = run.text();
        await run.frozenWith(consumer, text);
        expect(await run.leasesRunOut()).toMatchObject({ requeued: 1 });
        consumer.signal('SIGCONT');
        await consumer.next({ begun: id, retry_count: 0 });
        await consumer.next({ begun: id, retry_count: 1 });
        await run.empty();
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
      kept: async (run, client) => {
        const killed = await run.consumer(client);
        const [first, ...others] = [run.text('waits'), run.text(), run.text()];
        await run.push(first.text, ...others.map(({ text }) => text));
        await killed.next({ begun: first.id });
        await run.held(3);
        await run.end(killed);
        expect(await run.leasesRunOut()).toMatchObject({ requeued: 3, deadLettered: 0 });
        const next = await run.consumer(client);
        next.go();
        await next.next({ begun: first.id, retry_count: 1 });
        for (const { id } of others) await next.next({ begun: id, retry_count: 0 });
        await run.empty();
      },
    },
    plain: {
      kept: async (run, client) => {
        const killed = await run.consumer(client);
        const { id, text } = run.text();
        await run.frozenWith(killed, text);
        await run.end(killed);
        expect(await run.leasesRunOut()).toMatchObject({ requeued: 1, deadLettered: 0 });
        await (await run.consumer(client)).next({ begun: id, retry_count: 1 });
        await run.empty();
      },
    },
  },
  {
    title: 'SIGTERM: it ends its work, gives back what it had prefetched, in order, and exits with 0.',
    library: {
      kept: async (run, client) => {
        const consumer = await run.consumer(client);
        const [first, second, third] = [run.text('waits'), run.text(), run.text()];
        await run.push(first.text, second.text, third.text);
        await consumer.next({ begun: first.id });
        await run.held(3);
        consumer.signal('SIGTERM');
        await run.held(1);
        consumer.go();
        await consumer.next({ event: 'acknowledged', message_id: first.id });
        expect(await consumer.ended).toEqual({ code: 0, signal: null, errors: '' });
        expect(await run.redis.lrange(run.queue.keys.main, 0, -1)).toEqual([third.text, second.text]);
        expect(Object.keys(await contents(run.redis))).toEqual([run.queue.keys.main]);
      },
    },
    plain: {
      instead: 'it ends at once, by the signal; what it held comes back as after a crash',
      harmless: async (run, client) => {
        const consumer = await run.consumer(client);
        const { text } = run.text();
        await run.frozenWith(consumer, text);
        consumer.signal('SIGTERM');
        consumer.signal('SIGCONT');
        expect(await consumer.ended).toMatchObject({ code: null, signal: 'SIGTERM' });
        expect(await run.leasesRunOut()).toMatchObject({ requeued: 1 });
        expect(await run.redis.lrange(run.queue.keys.main, 0, -1)).toEqual([tried(text, 1)]);
      },
    },
  },
];
