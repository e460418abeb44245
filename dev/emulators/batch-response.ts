/** What Lambda makes of a function's answer to a batch of SQS records. */
import type { SQSRecord } from 'aws-lambda';

/**
 * The messages that a partial batch response calls failed. No response and an empty list mean that all went well; what Lambda
 * cannot read (no object, an id that is empty or not of this batch) throws, which fails the batch as a whole.
 */
export function failedIds(response: unknown, records: readonly SQSRecord[]): ReadonlySet<string> {
  if (response === null || response === undefined) return new Set();
  if (typeof response !== 'object') throw malformed(response);
  const failures = (response as Record<string, unknown>)['batchItemFailures'] ?? [];
  if (!Array.isArray(failures)) throw malformed(response);
  const known = new Set(records.map((record) => record.messageId));
  return new Set(
    failures.map((failure: unknown) => {
      const id = (failure as Record<string, unknown> | null)?.['itemIdentifier'];
      if (typeof id !== 'string' || !known.has(id)) throw malformed(response);
      return id;
    }),
  );
}

function malformed(response: unknown): Error {
  const text = JSON.stringify(response).slice(0, 300);
  return new Error(`not a partial batch response for this batch, so all of it counts as failed: ${text}`);
}
