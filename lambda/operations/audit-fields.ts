import type { Answer } from '../../contract/operations';

/** The messages that an operation changed, by result, for the log; empty for an operation that reads. */
export function changedMessages(answer: Answer): Record<string, unknown> {
  if (!('outcomes' in answer)) return {};
  const messageIds: Record<string, (string | null)[]> = {};
  for (const { result, message_id } of answer.outcomes) (messageIds[result] ??= []).push(message_id);
  return { messageIds };
}
