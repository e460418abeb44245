import { rootQueueOf, slotOf } from '../contract/patterns';
import {
  publish,
  type Published,
  type PublishOptions,
  type PublishRecord,
  type PublishResult,
  targets,
} from './publish';
import type { RedisSession } from './session';
import { bySlot } from './slots';

/** As `PublishOptions`; how long to wait for the replicas may differ by slot. */
export interface SlotOptions extends Omit<PublishOptions, 'replicaWaitMs'> {
  readonly replicaWaitMs: (slot: string) => PublishOptions['replicaWaitMs'];
}

/**
 * As `publish`, for queues with different hash tags: one script for each slot, with its own `seen` keys. A crash between two slots
 * leaves a batch that is complete in some of them; the redelivery is a duplicate there and is published in the others.
 * The result of a record is `duplicate` only if it was in every slot before; the batch is replicated only if it is in all slots.
 * @throws RedisError if one of the slots did not take its part.
 */
export async function publishBySlot(
  session: RedisSession,
  records: readonly PublishRecord[],
  options: SlotOptions,
): Promise<Published> {
  const slots = bySlot(options.queues.map((queue) => ({ queue })));
  const write = (slot: string, part: readonly PublishRecord[]): Promise<Published> => {
    const own = slots.get(slot)?.map(({ queue }) => queue) ?? [];
    // The script requires a queue, also for refused events alone.
    const queues = own.length === 0 ? [slot] : own;
    const ofSlot = { ...options, queues, replicaWaitMs: options.replicaWaitMs(slot) };
    const parts = part.map((record) => inSlot(record, slot));
    return session.at(slot).use('publish', (redis) => publish(redis, parts, ofSlot));
  };
  const [only] = slots.keys();
  if (slots.size === 1 && only !== undefined) return write(only, records);

  const parts = records.map((record, index) => ({ record, index, slots: slotsOf(record, options.queues) }));
  const results: PublishResult[] = [];
  let replicated = true;
  const writeParts = async (isIn: (part: (typeof parts)[number], slot: string) => boolean): Promise<void> => {
    const writes = [...slots.keys()].map(async (slot) => {
      const own = parts.filter((part) => isIn(part, slot));
      if (own.length === 0) return;
      const published = await write(
        slot,
        own.map(({ record }) => record),
      );
      replicated &&= published.replicated;
      for (const [at, result] of published.results.entries()) {
        const { index = 0 } = own[at] ?? {};
        if (result !== 'duplicate' || results[index] === undefined) results[index] = result;
      }
    });
    const failed = (await Promise.allSettled(writes)).find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  };
  // The first slot of a record decides whether its id belongs to another event: then no slot gets it.
  await writeParts((part, slot) => part.slots[0] === slot);
  const accepted = results.map((result) => result === 'published' || result === 'duplicate');
  await writeParts(({ index, slots: [, ...others] }, slot) => accepted[index] === true && others.includes(slot));
  return { results, replicated };
}

/**
 * Always in the order of the queues, so that all publishers ask the same slot first.
 * @throws TypeError for a message whose queue is not among the queues.
 */
function slotsOf(record: PublishRecord, queues: readonly string[]): string[] {
  if (record.kind !== 'message') return [rootQueueOf(queues)];
  if (record.queues !== undefined) targets(queues, record.queues);
  return [...new Set(queues.filter((queue) => record.queues?.includes(queue) !== false).map(slotOf))];
}

function inSlot(record: PublishRecord, slot: string): PublishRecord {
  if (record.kind !== 'message' || record.queues === undefined) return record;
  return { ...record, queues: record.queues.filter((queue) => slotOf(queue) === slot) };
}
