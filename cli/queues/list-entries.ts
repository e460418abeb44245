/** The newest entries of a list, fetched page by page. */
import {
  type ClaimSummary,
  type DeadLetterSummary,
  type MessageSummary,
  type Page,
  type Selection,
} from '../../contract/operations';
import { pagesOf } from '../../contract/operation-pages';
import { type CommandOption, type Invocation, UsageError } from '../command';
import type { QueueAccess } from './queue-access';

export const countOption = {
  count: { type: 'string', placeholder: 'N', help: 'print at most N per queue, newest first; default 20' },
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
  /** Entries examined, the newest ones. */
  readonly examined: number;
}

/** The newest dead letters that match the filter. */
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
  let [total, examined] = [0, 0];
  for await (const page of pagesOf(pageAt)) {
    entries.push(...page.entries);
    total = page.total;
    examined += page.examined;
    if (entries.length >= most) break;
  }
  return { entries: entries.slice(0, most), total, examined };
}
