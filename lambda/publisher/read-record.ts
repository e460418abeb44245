import { hash } from 'node:crypto';
import type { SQSRecord } from 'aws-lambda';
import { composeDeadLetter, type DeadLetterReason } from '../../contract/dead-letter';
import { type EventReading, readEvent } from '../../contract/read-event';
import { readUsualEvent } from '../../contract/usual-event';
import { traceParentOf } from '../../contract/trace-context';
import { rootQueueIn, type Subscription, subscriptionsOfReplay } from '../../contract/subscriptions';
import type { PublishRecord } from '../../queue/publish';

/** What to write in place of a message whose id belongs to another event. */
export interface IdReused {
  readonly write: PublishRecord;
  readonly refusal?: DeadLetterReason;
  /** What to write if the id belongs to another event by this digest, too. */
  readonly asIdReused?: () => IdReused;
}

/** An SQS message and the write that it needs. */
export interface ReadRecord {
  readonly sqsMessageId: string;
  readonly reading: EventReading;
  /** What to write; nothing for a registration that is not to be deployed. */
  readonly write?: PublishRecord;
  /** What takes its place if its id turns out to belong to another event. */
  readonly asIdReused?: () => IdReused;
  /** Why the event is refused. */
  readonly refusal?: DeadLetterReason;
}

/** Decides about one SQS message; never throws, whatever its body is. */
export function readRecord(record: SQSRecord, subscriptions: readonly Subscription[]): ReadRecord {
  const sqsMessageId = record.messageId;
  const { body } = record;
  const traceParent = traceParentOf((record.attributes as SQSRecord['attributes'] | undefined)?.AWSTraceHeader);
  const reading = readUsualEvent(body, traceParent) ?? readEvent(body, traceParent);
  const writeOf = (refusal: DeadLetterReason, readable: boolean): PublishRecord =>
    deadLetterOf(sqsMessageId, body, readable, refusal, rootQueueIn(subscriptions));
  const refuse = (refusal: DeadLetterReason, readable: boolean): ReadRecord => ({
    sqsMessageId,
    reading,
    write: writeOf(refusal, readable),
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
      const message = { kind: 'message', messageId, digest: digestOf(reading.identity), text, replayName } as const;
      let write: typeof message & { readonly queues?: readonly string[] } = message;
      if (replayName !== undefined) {
        const addressed = subscriptionsOfReplay(replayName, subscriptions);
        if (addressed === undefined) return refuse(replayUnaddressed(replayName, subscriptions), true);
        write = { ...message, queues: addressed.map(({ queue }) => queue) };
      }
      return {
        sqsMessageId,
        reading,
        write,
        // Earlier publishers stored a digest of the whole `detail`; their seen keys expire after at most 14 days (seenHours).
        asIdReused: () => ({
          write: { ...write, digest: digestOf(reading.detailText) },
          asIdReused: () => {
            const refusal = idReused(messageId);
            return { write: writeOf(refusal, true), refusal };
          },
        }),
      };
    }
  }
}

function digestOf(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 22);
}

/** The refusal of an event whose id an event with other values has taken. */
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

function deadLetterOf(
  sqsMessageId: string,
  body: string,
  readable: boolean,
  error: DeadLetterReason,
  root: string,
): PublishRecord {
  return { kind: 'dead-letter', sqsMessageId, ...composeDeadLetter(body, readable, error, 'publisher', root) };
}
