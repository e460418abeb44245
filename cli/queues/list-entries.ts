/** Going through a list, a page at a time. */
import {
  type ClaimSummary,
  type DeadLetterSummary,
  type MessageSummary,
  operationsPage,
  type Page,
  type Selection,
} from '../../contract/operations';
import { type CommandOption, type Invocation, UsageError } from '../command';
import type { QueueAccess } from './queue-access';

export const countOption = {
  count: { type: 'string', placeholder: 'N', help: 'show at most N of each queue, the newest first; 20' },
} as const satisfies Readonly<Record<string, CommandOption>>;

/** @throws UsageError */
export function countOf(invocation: Invocation): number {
  const text = invocation.text('count') ?? '20';
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= 100_000) return count;
  throw new UsageError(`--count must be a whole number from 1 to 100000, got "${text.slice(0, 40)}"`);
}

export interface Found<Entry> {
  readonly entries: readonly Entry[];
  /** The list's length. */
  readonly total: number;
}

/** The newest dead letters that are selected. */
export const findDeadLetters = (queueAccess: QueueAccess, queue: string, select: Selection, most: number) =>
  upTo<DeadLetterSummary>(most, (offset) => queueAccess.ask({ action: 'dead-letters', queue, offset, select }));

export const findClaims = (queueAccess: QueueAccess, queue: string, most: number) =>
  upTo<ClaimSummary>(most, (offset) => queueAccess.ask({ action: 'claims', queue, offset }));

export const findWaiting = (queueAccess: QueueAccess, queue: string, most: number) =>
  upTo<MessageSummary>(most, (offset) => queueAccess.ask({ action: 'waiting', queue, offset }));

async function upTo<Entry extends MessageSummary>(
  most: number,
  pageAt: (offset: number) => Promise<Page<Entry>>,
): Promise<Found<Entry>> {
  const entries: Entry[] = [];
  for (let offset = 0; ; offset += operationsPage) {
    const page = await pageAt(offset);
    entries.push(...page.entries);
    if (entries.length >= most || page.examined < operationsPage)
      return { entries: entries.slice(0, most), total: page.total };
  }
}
