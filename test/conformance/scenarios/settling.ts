/** How a message ends in the hands of a consumer that lives. */
import { tried } from '../../support/claims';
import type { Check, Scenario } from '../scenario';

const acknowledges: Check = async (stage, client) => {
  const consumer = await stage.consumer(client);
  const { id, text } = stage.text();
  await stage.push(text);
  await consumer.next({ begun: id, retry_count: 0 });
  await stage.empty();
};

export const settling: readonly Scenario[] = [
  {
    title: 'A message is worked on and acknowledged.',
    library: {
      kept: async (stage, client) => {
        const consumer = await stage.consumer(client);
        const { id, text } = stage.text('waits');
        await stage.push(text);
        await consumer.next({ begun: id, retry_count: 0 });
        expect(await stage.redis.zrange(stage.queue.keys.leases, 0, -1)).toEqual([text]);
        consumer.go();
        await consumer.next({ done: id, lost: false });
        await consumer.next({ event: 'acknowledged', message_id: id });
        await stage.empty();
      },
    },
    plain: { kept: acknowledges },
  },
  {
    title: 'A handler that fails gets the message again, with `retry_count` + 1.',
    library: {
      kept: async (stage, client) => {
        const consumer = await stage.consumer(client);
        const { id, text } = stage.text('fails once');
        await stage.push(text);
        await consumer.next({ begun: id, retry_count: 0 });
        await consumer.next({ event: 'retried', message_id: id, error: 'the chain did not answer' });
        await consumer.next({ begun: id, retry_count: 1 });
        await consumer.next({ event: 'acknowledged', message_id: id });
        await stage.empty();
      },
    },
    plain: {
      instead: 'the failure ends it; the message comes back when its lease runs out, with `retry_count` + 1',
      harmless: async (stage, client) => {
        const consumer = await stage.consumer(client);
        // JSON, but not what it looks for: it ends with an exception.
        const text = stage.text().text.replace('"message_id"', '"id"');
        await stage.push(text);
        expect(await consumer.ended).toMatchObject({ code: 1 });
        expect(await stage.leasesRunOut()).toMatchObject({ requeued: 1 });
        expect(await stage.redis.lrange(stage.queue.keys.main, 0, -1)).toEqual([tried(text, 1)]);
      },
    },
  },
  {
    title: 'A message that fails after its third retry becomes a dead letter.',
    library: {
      kept: async (stage, client) => {
        const consumer = await stage.consumer(client);
        const { id, text } = stage.text('fails');
        await stage.push(text);
        for (const retries of [0, 1, 2, 3]) await consumer.next({ begun: id, retry_count: retries });
        await consumer.next({ event: 'dead-lettered', message_id: id });
        expect(await stage.deadLetter()).toMatchObject({
          message: { message_id: id, retry_count: 3 },
          error: { code: 'HANDLER_FAILED', message: 'the chain did not answer' },
          failed_by: 'consumer',
        });
      },
    },
    plain: {
      kept: async (stage, client) => {
        const consumer = await stage.consumer(client);
        const { id, text } = stage.text();
        await stage.frozenWith(consumer, tried(text, 3));
        await stage.end(consumer);
        expect(await stage.leasesRunOut()).toMatchObject({ requeued: 0, deadLettered: 1 });
        expect(await stage.deadLetter()).toMatchObject({ message: { message_id: id }, failed_by: 'reclaimer' });
      },
    },
  },
  {
    title: 'A message that the handler refuses becomes a dead letter at once, with the reason.',
    library: {
      kept: async (stage, client) => {
        const consumer = await stage.consumer(client);
        const { id, text } = stage.text('is refused');
        await stage.push(text);
        await consumer.next({ event: 'dead-lettered', message_id: id });
        expect(await stage.deadLetter()).toMatchObject({
          message: { message_id: id, retry_count: 0 },
          error: { code: 'SYMBOL_TAKEN', message: 'the symbol is taken' },
          failed_by: 'consumer',
        });
      },
    },
    plain: {
      instead: 'it has no way to refuse: it does the message like any other, or fails',
      harmless: acknowledges,
    },
  },
  {
    title: 'A text that is no message becomes a dead letter, as it is; the next message is worked on.',
    library: {
      kept: async (stage, client) => {
        const consumer = await stage.consumer(client);
        const { id, text } = stage.text();
        await stage.push('{"half":', text);
        await consumer.next({ event: 'dead-lettered', message_id: null });
        await consumer.next({ event: 'acknowledged', message_id: id });
        expect(await stage.deadLetter()).toMatchObject({
          message: '{"half":',
          error: { code: 'UNREADABLE' },
          failed_by: 'consumer',
        });
      },
    },
    plain: {
      instead: 'the text ends it; it becomes a dead letter when its lease runs out',
      harmless: async (stage, client) => {
        const consumer = await stage.consumer(client);
        const { id, text } = stage.text();
        await stage.push('{"half":', text);
        expect(await consumer.ended).toMatchObject({ code: 1 });
        expect(await stage.leasesRunOut()).toMatchObject({ requeued: 0, deadLettered: 1 });
        expect(await stage.deadLetter()).toMatchObject({ message: '{"half":', failed_by: 'reclaimer' });
        await (await stage.consumer(client)).next({ begun: id, retry_count: 0 });
      },
    },
  },
];
