/** The newest entries of a list, fetched page by page. */
import {
  type ClaimSummary,
  type DeadLetterSummary,
  type DelayedSummary,
  type MessageSummary,
  type Page,
  type QueuedSummary,
  type Selection,
} from '../../contract/operations';
import { pagesOf } from '../../contract/operation-pages';
import { type CommandOption, type Invocation, UsageError } from '../command';
import type { QueueAccess } from './queue-access';

export const countOption = {
  count: { type: 'string', placeholder: 'N', help: 'print at most N per queue, newest first; default 20' },
} as const satisfies Readonly<Record<string, CommandOption>>;

/** For commands that change entries. */
export const limitOption = {
  count: { type: 'string', placeholder: 'N', help: 'at most N per queue, oldest first; default: all that match' },
} as const satisfies Readonly<Record<string, CommandOption>>;

/** @throws UsageError */
export const limitOf = (invocation: Invocation): number => countOf(invocation, Infinity);

/** @throws UsageError */
export function countOf(invocation: Invocation, fallback = 20): number {
  const text = invocation.text('count');
  if (text === undefined) return fallback;
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
  upTo<DeadLetterSummary & QueuedSummary>(most, (offset) =>
    queueAccess.ask({ action: 'dead-letters', queue, offset, select }),
  );

export const findClaims = (queueAccess: QueueAccess, queue: string, most: number) =>
  upTo<ClaimSummary>(most, (offset) => queueAccess.ask({ action: 'claims', queue, offset }));

export const findWaiting = (queueAccess: QueueAccess, queue: string, most: number) =>
  upTo<QueuedSummary>(most, (offset) => queueAccess.ask({ action: 'waiting', queue, offset }));

/** The next one due first. */
export const findDelayed = (queueAccess: QueueAccess, queue: string, most: number) =>
  upTo<DelayedSummary>(most, (offset) => queueAccess.ask({ action: 'delayed', queue, offset }));

/** The waiting messages in front of the newest one that was seen, newest first. */
export async function findArrived(
  queueAccess: QueueAccess,
  queue: string,
  seen: ReadonlySet<string>,
): Promise<MessageSummary[]> {
  const arrived: MessageSummary[] = [];
  for await (const { entries } of pagesOf((offset) => queueAccess.ask({ action: 'waiting', queue, offset }))) {
    const known = entries.findIndex(({ id }) => seen.has(id));
    arrived.push(...(known === -1 ? entries : entries.slice(0, known)));
    if (known !== -1) break;
  }
  return arrived;
}

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
