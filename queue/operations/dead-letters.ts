/** Lists and selects dead letters. */
import type { Redis } from 'ioredis';
import {
  type Answer,
  type DeadLetterSummary,
  groupedPerRequest,
  type Operation,
  operationsPage,
  type Selection,
} from '../../contract/operations';
import { readDeadLetter } from '../../contract/dead-letter';
import { pageOfLetters } from '../dead-letters';
import type { ModelQueue } from '../model-queue';
import { groupsOf } from '../../contract/dead-letter-groups';
import { deadLetterSummaryOf, idOf, queuedSummaryOf } from './summary';

/** Dead letters that a search for one id examines at most. */
const searchedLetters = 300_000;

/** One page, the newest first. */
export async function listDeadLetters(
  redis: Redis,
  queue: ModelQueue,
  { offset, select }: Operation<'dead-letters'>,
): Promise<Answer<'dead-letters'>> {
  const page = { from: 'newest', offset, count: operationsPage } as const;
  const { letters, total } = await pageOfLetters(redis, queue.keys, page);
  const entries = letters.flatMap((letter) => {
    const text = String(letter);
    const reading = readDeadLetter(text);
    const summary = deadLetterSummaryOf(queue.name, text, reading);
    // Only of selected ones: it reads the message once more.
    return isSelected(summary, select)
      ? [{ ...queuedSummaryOf(queue.name, reading.kind === 'foreign' ? text : reading.messageText), ...summary }]
      : [];
  });
  return { entries, examined: letters.length, total };
}

/** Counts the selected dead letters by error, the newest first. */
export async function groupDeadLetters(
  redis: Redis,
  queue: ModelQueue,
  { offset, select }: Operation<'dead-letter-groups'>,
): Promise<Answer<'dead-letter-groups'>> {
  const page = { from: 'newest', offset, count: groupedPerRequest } as const;
  const { letters, total } = await pageOfLetters(redis, queue.keys, page);
  const selected = letters
    .map((letter) => deadLetterSummaryOf(queue.name, String(letter)))
    .filter((summary) => isSelected(summary, select));
  const entries = selected.slice(0, operationsPage);
  return { groups: groupsOf(selected), entries, examined: letters.length, total };
}

export async function showDeadLetter(redis: Redis, queue: ModelQueue, id: string): Promise<Answer<'dead-letter'>> {
  for (let offset = 0; offset < searchedLetters; offset += operationsPage) {
    const texts = await queue.page(redis, 'deadLetters', { from: 'newest', offset, count: operationsPage });
    const found = texts.find((text) => idOf(text) === id);
    if (found !== undefined) return { text: found };
    if (texts.length < operationsPage) break;
  }
  return { text: null };
}

/** Whether a dead letter matches every field of the filter that is set. */
export function isSelected(summary: DeadLetterSummary, { ids, error, model, since, until }: Selection): boolean {
  if (ids !== undefined && !ids.includes(summary.id)) return false;
  if (error !== undefined && summary.error_code !== error && !summary.error_message.includes(error)) return false;
  if (model !== undefined && summary.model_id !== model) return false;
  if (until !== undefined && summary.failed_at !== null && summary.failed_at > until) return false;
  return since === undefined || (summary.failed_at !== null && summary.failed_at >= since);
}
