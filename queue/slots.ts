import { slotOf } from '../contract/patterns';
import { rootQueueIn } from '../contract/subscriptions';

/**
 * Entries by the slot of their queue. The default queue's slot comes first, even without an entry. Queues without a hash tag count as
 * one slot.
 */
export function bySlot<Entry extends { readonly queue: string }>(entries: readonly Entry[]): Map<string, Entry[]> {
  const slots = new Map<string, Entry[]>([[rootQueueIn(entries), []]]);
  for (const entry of entries) {
    const slot = slotOf(entry.queue);
    slots.set(slot, [...(slots.get(slot) ?? []), entry]);
  }
  return slots;
}
