import type { Answer } from '../../contract/operations';

/** What an operation did, for the log: which messages, and what became of them. Reading touches nothing. */
export function touchedBy(answer: Answer): Record<string, unknown> {
  if (!('outcomes' in answer)) return {};
  const messageIds: Record<string, (string | null)[]> = {};
  for (const { result, message_id } of answer.outcomes) (messageIds[result] ??= []).push(message_id);
  return { messageIds };
}
