/**
 * The rule's dead letters go back by receiving, sending and deleting: SQS moves only what its own queues gave up. Each is
 * deleted after the buffer has taken it, and not before. What ends the program between the two sends an event twice; the
 * publisher knows it again by its id.
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

/** SQS takes no more at a time, and no more than this together; one larger message goes alone. */
const batchEntries = 10;
const batchBytes = 240 * 1024;
/** How long what is under way is hidden from others. What was not sent is seen again after it. */
const hiddenSeconds = 60;
/** Long polling asks all of SQS's servers: an empty answer then means an empty queue. */
const pollSeconds = 2;

/** What has been done so far; it stands also where the next call fails. */
export class SentBack {
  /** In the buffer, and deleted. */
  sent = 0;
  /** In the buffer, and still here: sending them again does no harm. */
  undeleted = 0;
  /** Not taken by the buffer: how many with which code of SQS. */
  readonly refused: Record<string, number> = {};
  /** Why EventBridge had not delivered them: how many had which ERROR_CODE. */
  readonly reasons: Record<string, number> = {};
}

/** @param total how many there were when the work was planned: what arrives meanwhile waits for the next time */
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
    for (let seen = 0; seen < total && !interruption.isAsked;) {
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
        const taken = await send(bus, queues.buffer.url, batch, result.refused);
        for (const { MessageAttributes: attributes } of taken) {
          const reason = attributes?.['ERROR_CODE']?.StringValue;
          if (reason !== undefined) add(result.reasons, reason);
        }
        const deleted = await remove(bus, queues.undeliverable.url, taken);
        result.sent += deleted;
        result.undeleted += taken.length - deleted;
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

/** @returns those that the buffer has taken */
async function send(
  { account }: Bus,
  bufferUrl: string,
  messages: readonly Message[],
  refused: Record<string, number>,
): Promise<Message[]> {
  // The body as it came: a parse and a stringify would change digits.
  const entries = messages.map(({ Body }, index) => ({ Id: String(index), MessageBody: Body }));
  const { Successful: successful = [], Failed: failed = [] } = await account
    .client(SQSClient)
    .send(new SendMessageBatchCommand({ QueueUrl: bufferUrl, Entries: entries }));
  for (const { Code } of failed) add(refused, Code);
  return successful.flatMap(({ Id }) => messages[Number(Id)] ?? []);
}

/** @returns how many are deleted */
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
