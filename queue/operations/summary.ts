/** Summaries of list entries, for operators. */
import { createHash } from 'node:crypto';
import { type DeadLetterReading, readDeadLetter } from '../../contract/dead-letter';
import { payloadTextOf } from '../../contract/message';
import type { DeadLetterSummary, MessageSummary, QueuedSummary } from '../../contract/operations';
import { isObject } from '../../contract/rules';

/** Characters of an error's message; the rest is in the dead letter itself. */
const longestMessage = 500;

/** @see MessageSummary */
export function idOf(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Never throws: a text that is not a message has no ids. */
export function summaryOf(queue: string, text: string): MessageSummary {
  return { queue, id: idOf(text), ...subjectOf(parsed(text)) };
}

/** Characters of a payload; a page has 100. */
const longestPayload = 2000;

/** @see QueuedSummary. Never throws. */
export function queuedSummaryOf(queue: string, text: string): QueuedSummary {
  const message = parsed(text);
  const { correlation_id, timestamp, retry_count } = objectOr(message);
  return {
    ...{ queue, id: idOf(text), ...subjectOf(message) },
    correlation_id: textOr(correlation_id),
    timestamp: textOr(timestamp),
    retry_count: typeof retry_count === 'number' ? retry_count : null,
    payload: (isObject(message) ? payloadTextOf(text) : text).slice(0, longestPayload),
  };
}

export function deadLetterSummaryOf(
  queue: string,
  text: string,
  reading: DeadLetterReading = readDeadLetter(text),
): DeadLetterSummary {
  const id = idOf(text);
  if (reading.kind === 'foreign') {
    const nothing = { message_id: null, model_id: null, error_code: null, failed_at: null, failed_by: null };
    return { queue, id, ...nothing, error_message: `not a dead letter: ${reading.reason}` };
  }
  const { message, error, failed_at, failed_by } = reading.deadLetter;
  return {
    queue,
    id,
    ...subjectOf(message),
    error_code: error.code,
    error_message: error.message.slice(0, longestMessage),
    failed_at,
    failed_by,
  };
}

/** Of a message, or of the event that the publisher refused. */
function subjectOf(message: unknown): Pick<MessageSummary, 'message_id' | 'model_id'> {
  const envelope = objectOr(message);
  const detail = objectOr(envelope['detail']);
  const payload = objectOr(envelope['payload']);
  return {
    message_id: textOr(envelope['message_id'] ?? detail['event_id'] ?? envelope['id']),
    model_id: textOr(payload['model_id'] ?? detail['model_id']),
  };
}

/** @returns undefined if the text is not JSON */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Of any value: an empty object in the place of another type. */
export const objectOr = (value: unknown): Readonly<Record<string, unknown>> => (isObject(value) ? value : {});
const textOr = (value: unknown): string | null => (typeof value === 'string' ? value.slice(0, 256) : null);
