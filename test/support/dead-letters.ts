import type { Redis } from 'ioredis';
import { composeDeadLetter, type FailedBy } from '../../contract/dead-letter';
import type { ModelQueue } from '../../queue/model-queue';

/** Puts a dead letter at the new end; returns its text. `failedAt` distinguishes dead letters of one message. */
export async function addDeadLetter(
  redis: Redis,
  queue: ModelQueue,
  messageText: string,
  {
    failedBy = 'consumer',
    failedAt = '2026-11-23T11:00:00.000Z',
    code = 'HANDLER_FAILED',
  }: { failedBy?: FailedBy; failedAt?: string; code?: string } = {},
): Promise<string> {
  const readable = messageText.startsWith('{');
  const error = { code, message: 'no' };
  const { head, tail } = composeDeadLetter(messageText, readable, error, failedBy, queue.name);
  const letter = head + failedAt + tail;
  await redis.lpush(queue.keys.deadLetters, letter);
  return letter;
}
