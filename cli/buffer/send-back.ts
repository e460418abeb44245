/**
 * Sends the rule's dead letters back by receiving, sending and deleting: an SQS move task handles only messages that come
 * from another SQS queue. An event is deleted after the buffer has accepted it. If the program ends between the two, the
 * event is sent twice; the publisher deduplicates by id.
 */
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Bus } from '../bus';
import type { Interruption } from '../interruption';
import type { Progress } from '../progress';
import type { BufferQueues } from './queues';

/** SQS limits of one batch; a larger message is sent alone. */
const batchEntries = 10;
const batchBytes = 240 * 1024;
/** How long received events are hidden from other clients; unsent ones are visible again afterwards. */
const hiddenSeconds = 60;
/** Long polling asks all of SQS's servers: an empty answer then means an empty queue. */
const pollSeconds = 2;

/** The result so far, which stays valid if the next call fails. */
export class SentBack {
  /** Accepted by the buffer, and deleted. */
  sent = 0;
  /** Accepted by the buffer, but not deleted: sending them again has no effect. */
  undeleted = 0;
  /** Refused by the buffer: count by SQS error code. */
  readonly refused: Record<string, number> = {};
  /** Why EventBridge could not deliver them: count by ERROR_CODE. */
  readonly reasons: Record<string, number> = {};
}

/** @param total count at the time of the plan: events that arrive later are not sent */
export async function sendBack(
  bus: Bus,
  queues: Pick<BufferQueues, 'buffer' | 'undeliverable'>,
  total: number,
  progress: Progress,
  interruption: Interruption,
  result: SentBack,
): Promise<void> {
  const sqs = bus.account.client(SQSClient);
  try {
    for (let seen = 0; seen < total && !interruption.isRequested;) {
      const { Messages: messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: queues.undeliverable.url,
          MaxNumberOfMessages: Math.min(batchEntries, total - seen),
          VisibilityTimeout: hiddenSeconds,
          WaitTimeSeconds: pollSeconds,
          MessageAttributeNames: ['ERROR_CODE'],
        }),
      );
      if (messages.length === 0) break;
      seen += messages.length;
      for (const batch of batchesOf(messages)) {
        const accepted = await send(bus, queues.buffer.url, batch, result.refused);
        for (const { MessageAttributes: attributes } of accepted) {
          const reason = attributes?.['ERROR_CODE']?.StringValue;
          if (reason !== undefined) add(result.reasons, reason);
        }
        const deleted = await remove(bus, queues.undeliverable.url, accepted);
        result.sent += deleted;
        result.undeleted += accepted.length - deleted;
        progress.at(result.sent + result.undeleted);
      }
    }
  } finally {
    progress.end();
  }
}

function batchesOf(messages: readonly Message[]): Message[][] {
  const batches: Message[][] = [];
  let bytes = Infinity;
  for (const message of messages) {
    const length = Buffer.byteLength(message.Body ?? '');
    if (bytes + length > batchBytes) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)?.push(message);
    bytes += length;
  }
  return batches;
}

/** @returns the messages that the buffer accepted */
async function send(
  { account }: Bus,
  bufferUrl: string,
  messages: readonly Message[],
  refused: Record<string, number>,
): Promise<Message[]> {
  // The unchanged body: parsing and stringifying would change digits.
  const entries = messages.map(({ Body }, index) => ({ Id: String(index), MessageBody: Body }));
  const { Successful: successful = [], Failed: failed = [] } = await account
    .client(SQSClient)
    .send(new SendMessageBatchCommand({ QueueUrl: bufferUrl, Entries: entries }));
  for (const { Code } of failed) add(refused, Code);
  return successful.flatMap(({ Id }) => messages[Number(Id)] ?? []);
}

/** @returns how many were deleted */
async function remove({ account }: Bus, queueUrl: string, messages: readonly Message[]): Promise<number> {
  if (messages.length === 0) return 0;
  const entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
  const { Successful: successful = [] } = await account
    .client(SQSClient)
    .send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }));
  return successful.length;
}

function add(counts: Record<string, number>, name = 'UNKNOWN'): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
