import type { PublishOptions, PublishRecord } from '../../queue/publish';
import { message } from './events';

/** The subscriptions' queues as in development. */
export const queues = ['model_events', 'model_events:site'] as const;

/** How the publisher publishes, without a replica. */
export const publishOptions: PublishOptions = { queues, seenSeconds: 86_400, minReplicaAcks: 0, replicaWaitMs: 500 };

/** A record for all queues; `change` overrides fields. */
export function messageRecord(
  messageId: string,
  change: Partial<Extract<PublishRecord, { kind: 'message' }>> = {},
): PublishRecord {
  return { kind: 'message', messageId, digest: `digest-${messageId}`, text: message(messageId), queues, ...change };
}

/** A refused event, before its time is inserted. */
export function refusedRecord(sqsMessageId: string): PublishRecord {
  return {
    kind: 'dead-letter',
    sqsMessageId,
    head: '{"message":"raw","error":{"code":"CONTRACT","message":"no"},"failed_at":"',
    tail: '","failed_by":"publisher","queue":"model_events"}',
  };
}

/** A smoke test's event. */
export function smokeRecord(messageId: string): PublishRecord {
  return { kind: 'smoke', messageId, text: `smoke ${messageId}` };
}
