import { hash } from 'node:crypto';
import type { SQSRecord } from 'aws-lambda';
import { composeDeadLetter, type DeadLetterReason } from '../../contract/dead-letter';
import { type EventReading, readEvent } from '../../contract/read-event';
import { traceParentOf } from '../../contract/trace-context';
import { type Subscription, subscriptionsOfReplay } from '../../contract/subscriptions';
import { rootQueue } from '../../contract/patterns';
import type { PublishRecord } from '../../queue/publish';

/** An SQS message and the write that it needs. */
export interface ReadRecord {
  readonly sqsMessageId: string;
  readonly reading: EventReading;
  /** What to write; nothing for a registration that is not to be deployed. */
  readonly write?: PublishRecord;
  /** Composes the dead letter that takes its place, if its id turns out to belong to another event. */
  readonly asIdReused?: () => { readonly write: PublishRecord; readonly refusal: DeadLetterReason };
  /** Why the event is refused. */
  readonly refusal?: DeadLetterReason;
}

/** Decides about one SQS message; never throws, whatever its body is. */
export function readRecord(record: SQSRecord, subscriptions: readonly Subscription[]): ReadRecord {
  const sqsMessageId = record.messageId;
  const body = typeof record.body === 'string' ? record.body : String(record.body);
  const reading = readEvent(
    body,
    traceParentOf((record.attributes as SQSRecord['attributes'] | undefined)?.AWSTraceHeader),
  );
  const refuse = (refusal: DeadLetterReason, readable: boolean): ReadRecord => ({
    sqsMessageId,
    reading,
    write: deadLetterOf(sqsMessageId, body, readable, refusal),
    refusal,
  });

  switch (reading.kind) {
    case 'skipped':
      return { sqsMessageId, reading };
    case 'refused':
      return refuse({ code: reading.code, message: reading.reason }, reading.readable);
    case 'smoke':
      return { sqsMessageId, reading, write: { kind: 'smoke', messageId: reading.messageId, text: reading.text } };
    case 'message': {
      const { messageId, text, replayName } = reading;
      const digest = hash('sha256', reading.detailText, 'base64url').slice(0, 22);
      const message = { kind: 'message', messageId, digest, text, replayName } as const;
      let write: PublishRecord = message;
      if (replayName !== undefined) {
        const addressed = subscriptionsOfReplay(replayName, subscriptions);
        if (addressed === undefined) return refuse(replayUnaddressed(replayName, subscriptions), true);
        write = { ...message, queues: addressed.map(({ queue }) => queue) };
      }
      return {
        sqsMessageId,
        reading,
        write,
        asIdReused: () => {
          const refusal = idReused(messageId);
          return { write: deadLetterOf(sqsMessageId, body, true, refusal), refusal };
        },
      };
    }
  }
}

/** The refusal of an event whose id an event with another `detail` has taken. */
function idReused(messageId: string): DeadLetterReason {
  return {
    code: 'ID_REUSED',
    message: `another event with the id ${messageId} and a different detail was published before; an event_id must be used once`,
  };
}

function replayUnaddressed(replayName: string, subscriptions: readonly Subscription[]): DeadLetterReason {
  const services = subscriptions.map(({ service }) => service).join(', ');
  return {
    code: 'REPLAY_UNADDRESSED',
    message:
      `the replay "${replayName}" names no known subscription; a replay's name is <service>[.<service>].<label>, ` +
      `services are ${services}`,
  };
}

function deadLetterOf(sqsMessageId: string, body: string, readable: boolean, error: DeadLetterReason): PublishRecord {
  return { kind: 'dead-letter', sqsMessageId, ...composeDeadLetter(body, readable, error, 'publisher', rootQueue) };
}
