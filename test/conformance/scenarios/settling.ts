/** How a running consumer settles a message. */
import { claimDigestOf } from '../../../queue/holder';
import { tried } from '../../support/claims';
import type { Check, Scenario } from '../scenario';

const acknowledges: Check = async (run, client) => {
  const consumer = await run.consumer(client);
  const { id, text } = run.text();
  await run.push(text);
  await consumer.next({ begun: id, retry_count: 0 });
  await run.empty();
};

/** A message of a later version: an unknown field in the envelope and in the payload, and null for a required field. */
const acknowledgesLaterVersion: Check = async (run, client) => {
  const consumer = await run.consumer(client);
  const { id, text } = run.text();
  const later = text
    .replace('"schema_version":"1.0"', '"schema_version":"1.1"')
    .replace('"payload":{', '"priority":{"level":7},"payload":{"framework":"torch",')
    .replace('"metric_name":"auroc"', '"metric_name":null');
  await run.push(later);
  await consumer.next({ begun: id, retry_count: 0 });
  await run.empty();
};

export const settling: readonly Scenario[] = [
  {
    title: 'A message is worked on and acknowledged.',
    library: {
      kept: async (run, client) => {
        const consumer = await run.consumer(client);
        const { id, text } = run.text('waits');
        await run.push(text);
        await consumer.next({ begun: id, retry_count: 0 });
        expect(await run.redis.zrange(run.queue.keys.leases, 0, -1)).toEqual([
          expect.stringMatching(`^${claimDigestOf(text)}/`),
        ]);
        consumer.go();
        await consumer.next({ done: id, lost: false });
        await consumer.next({ event: 'acknowledged', message_id: id });
        await run.empty();
      },
    },
    plain: { kept: acknowledges },
  },
  {
    title: 'A message of a later 1.x version, with unknown fields and null, is worked on and acknowledged.',
    library: { kept: acknowledgesLaterVersion },
    plain: { kept: acknowledgesLaterVersion },
  },
  {
    title: 'A handler that fails gets the message again, with `retry_count` + 1.',
    library: {
      kept: async (run, client) => {
        const consumer = await run.consumer(client);
        const { id, text } = run.text('fails once');
        await run.push(text);
        await consumer.next({ begun: id, retry_count: 0 });
        await consumer.next({ event: 'retried', message_id: id, error: 'the chain did not answer' });
        await consumer.next({ begun: id, retry_count: 1 });
        await consumer.next({ event: 'acknowledged', message_id: id });
        await run.empty();
      },
    },
    plain: {
      instead: 'the failure ends it; the message comes back when its lease runs out, with `retry_count` + 1',
      harmless: async (run, client) => {
        const consumer = await run.consumer(client);
        // JSON without the field that the consumer reads: it ends with an exception.
        const text = run.text().text.replace('"message_id"', '"id"');
        await run.push(text);
        expect(await consumer.ended).toMatchObject({ code: 1 });
        expect(await run.leasesRunOut()).toMatchObject({ requeued: 1 });
        expect(await run.redis.lrange(run.queue.keys.main, 0, -1)).toEqual([tried(text, 1)]);
      },
    },
  },
  {
    title: 'A message that fails after its third retry becomes a dead letter.',
    library: {
      kept: async (run, client) => {
        const consumer = await run.consumer(client);
        const { id, text } = run.text('fails');
        await run.push(text);
        for (const retries of [0, 1, 2, 3]) await consumer.next({ begun: id, retry_count: retries });
        await consumer.next({ event: 'dead-lettered', message_id: id });
        expect(await run.deadLetter()).toMatchObject({
          message: { message_id: id, retry_count: 3 },
          error: { code: 'HANDLER_FAILED', message: 'the chain did not answer' },
          failed_by: 'consumer',
        });
      },
    },
    plain: {
      kept: async (run, client) => {
        const consumer = await run.consumer(client);
        const { id, text } = run.text();
        await run.frozenWith(consumer, tried(text, 3));
        await run.end(consumer);
        expect(await run.leasesRunOut()).toMatchObject({ requeued: 0, deadLettered: 1 });
        expect(await run.deadLetter()).toMatchObject({ message: { message_id: id }, failed_by: 'reclaimer' });
      },
    },
  },
  {
    title: 'A message that the handler refuses becomes a dead letter at once, with the reason.',
    library: {
      kept: async (run, client) => {
        const consumer = await run.consumer(client);
        const { id, text } = run.text('is refused');
        await run.push(text);
        await consumer.next({ event: 'dead-lettered', message_id: id });
        expect(await run.deadLetter()).toMatchObject({
          message: { message_id: id, retry_count: 0 },
          error: { code: 'SYMBOL_TAKEN', message: 'the symbol is taken' },
          failed_by: 'consumer',
        });
      },
    },
    plain: {
      instead: 'it cannot refuse a message: it completes the message, or fails',
      harmless: acknowledges,
    },
  },
  {
    title: 'A text that is no message becomes a dead letter, as it is; the next message is worked on.',
    library: {
      kept: async (run, client) => {
        const consumer = await run.consumer(client);
        const { id, text } = run.text();
        await run.push('{"half":', text);
        await consumer.next({ event: 'dead-lettered', message_id: null });
        await consumer.next({ event: 'acknowledged', message_id: id });
        expect(await run.deadLetter()).toMatchObject({
          message: '{"half":',
          error: { code: 'UNREADABLE' },
          failed_by: 'consumer',
        });
      },
    },
    plain: {
      instead: 'the text ends it; it becomes a dead letter when its lease runs out',
      harmless: async (run, client) => {
        const consumer = await run.consumer(client);
        const { id, text } = run.text();
        await run.push('{"half":', text);
        expect(await consumer.ended).toMatchObject({ code: 1 });
        expect(await run.leasesRunOut()).toMatchObject({ requeued: 0, deadLettered: 1 });
        expect(await run.deadLetter()).toMatchObject({ message: '{"half":', failed_by: 'reclaimer' });
        await (await run.consumer(client)).next({ begun: id, retry_count: 0 });
      },
    },
  },
];
