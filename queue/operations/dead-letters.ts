/** Lists, redrives and discards dead letters. */
import type { Redis } from 'ioredis';
import { readDeadLetter } from '../../contract/dead-letter';
import {
  type Answer,
  type DeadLetterSummary,
  type Operation,
  operationsPage,
  type Outcome,
  type Selection,
} from '../../contract/operations';
import type { ModelQueue, ReadLetter } from '../model-queue';
import type { RedisSession } from '../session';
import { deadLetterSummaryOf, idOf } from './summary';

/** Sends an event's text to the buffer; resolves when SQS has accepted it. */
export type BufferSender = (eventText: string) => Promise<void>;

/** Dead letters that a search for one id examines at most. */
const searchedLetters = 100_000;

/** One page, the newest first. */
export async function listDeadLetters(
  redis: Redis,
  queue: ModelQueue,
  { offset, select }: Operation<'dead-letters'>,
): Promise<Answer<'dead-letters'>> {
  const texts = await queue.page(redis, 'deadLetters', { from: 'newest', offset, count: operationsPage });
  const summaries = texts.map((text) => deadLetterSummaryOf(queue.name, text));
  return {
    entries: summaries.filter((summary) => isSelected(summary, select)),
    examined: texts.length,
    total: await redis.llen(queue.keys.deadLetters),
  };
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

/**
 * One page, from the oldest dead letter to newer ones. Processed letters leave the list, and `kept` counts those that stay;
 * new letters arrive at the other end, so none is skipped.
 */
export async function workOnDeadLetters(
  session: RedisSession,
  queue: ModelQueue,
  { action, select, kept, examine }: Operation<'redrive' | 'discard'>,
  sendToBuffer: BufferSender | undefined,
): Promise<Answer<'redrive'>> {
  const { letters, examined, results } = await session.use(action, async (redis) => {
    const count = Math.min(examine, operationsPage);
    const found = await queue.pageOfBytes(redis, 'deadLetters', { from: 'oldest', offset: kept, count });
    const selected = found
      .map((letter) => {
        const text = String(letter);
        const reading = readDeadLetter(text);
        return { letter, reading, summary: deadLetterSummaryOf(queue.name, text, reading) };
      })
      .filter(({ summary }) => isSelected(summary, select));
    return {
      letters: selected,
      examined: found.length,
      results:
        action === 'redrive'
          ? await queue.redrive(redis, selected, 'oldest')
          : await queue.discard(
              redis,
              selected.map(({ letter }) => letter),
              'oldest',
            ),
    };
  });
  const outcomes: Outcome[] = [];
  for (const [index, letter] of letters.entries()) {
    let result: Outcome['result'] = results[index] ?? 'not-found';
    if (result === 'needs-buffer' && sendToBuffer !== undefined) {
      result = await sendAgain(session, queue, letter, sendToBuffer);
    }
    const { id, message_id, model_id } = letter.summary;
    outcomes.push({ queue: queue.name, id, message_id, model_id, result });
  }
  const stayed = outcomes.filter(({ result }) => result === 'foreign' || result === 'needs-buffer').length;
  return { outcomes, examined, kept: kept + examined - letters.length + stayed };
}

/** Sends outside of `session.use`: an error of the buffer is not a Redis error. */
async function sendAgain(
  session: RedisSession,
  queue: ModelQueue,
  { letter, reading }: ReadLetter,
  sendToBuffer: BufferSender,
): Promise<Outcome['result']> {
  if (reading.kind === 'foreign') return 'foreign';
  // Send first, then discard, so that the event is never lost. The publisher detects an event that is sent twice by its id.
  await sendToBuffer(reading.messageText);
  const [discarded] = await session.use('discard', (redis) => queue.discard(redis, [letter], 'oldest'));
  return discarded === 'discarded' ? 'sent-to-buffer' : 'not-found';
}

function isSelected(summary: DeadLetterSummary, { ids, error, model, since, until }: Selection): boolean {
  if (ids !== undefined && !ids.includes(summary.id)) return false;
  if (error !== undefined && summary.error_code !== error && !summary.error_message.includes(error)) return false;
  if (model !== undefined && summary.model_id !== model) return false;
  if (until !== undefined && summary.failed_at !== null && summary.failed_at > until) return false;
  return since === undefined || (summary.failed_at !== null && summary.failed_at >= since);
}
