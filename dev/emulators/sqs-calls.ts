/** SQS's calls on queues in memory, as far as the operators' program and a developer's AWS CLI use them. */
import { createHash } from 'node:crypto';
import { AwsError, type AwsOperation } from './aws-json-server';
import { moveTaskCalls } from './sqs-move-tasks';
import type { MessageAttributes, Received, SqsQueue } from './sqs-queue';

type Input = Readonly<Record<string, unknown>>;

const mostInOneBatch = 10;

/**
 * The operations by their X-Amz-Target.
 * @param endpointUrl where the server listens: queues' URLs begin with it
 */
export function sqsCalls(queues: readonly SqsQueue[], endpointUrl: () => string): Record<string, AwsOperation> {
  const queueOf = (input: Input): SqsQueue => {
    const path = String(input['QueueUrl']).replace(/^\w+:\/\/[^/]+/, '');
    return found(queues, (queue) => queue.path === path);
  };
  const urlOf = (queue: SqsQueue): string => `${endpointUrl()}${queue.path}`;
  const calls: Record<string, AwsOperation> = {
    ListQueues: () => ({ QueueUrls: queues.map(urlOf) }),
    GetQueueUrl: (input) => ({ QueueUrl: urlOf(found(queues, ({ name }) => name === input['QueueName'])) }),
    GetQueueAttributes: (input) => ({ Attributes: attributesOf(queueOf(input), input['AttributeNames']) }),
    SendMessage: (input) => sent(queueOf(input), input),
    SendMessageBatch: (input) => each(input, (entry) => sent(queueOf(input), entry)),
    ReceiveMessage: (input) => {
      const hiddenSeconds = input['VisibilityTimeout'] as number | undefined;
      const messages = queueOf(input).receive(Number(input['MaxNumberOfMessages'] ?? 1), hiddenSeconds);
      return messages.length === 0 ? {} : { Messages: messages.map((received) => asReceived(received, input)) };
    },
    DeleteMessage: (input) => deleted(queueOf(input), input),
    DeleteMessageBatch: (input) => each(input, (entry) => deleted(queueOf(input), entry)),
    ...moveTaskCalls(queues),
  };
  return Object.fromEntries(Object.entries(calls).map(([name, call]) => [`AmazonSQS.${name}`, call]));
}

function found(queues: readonly SqsQueue[], wanted: (queue: SqsQueue) => boolean): SqsQueue {
  const queue = queues.find(wanted);
  if (queue !== undefined) return queue;
  const names = queues.map(({ name }) => name).join(', ');
  throw new AwsError(
    'com.amazonaws.sqs#QueueDoesNotExist',
    `The specified queue does not exist. Available queues: ${names}`,
  );
}

function attributesOf(queue: SqsQueue, names: unknown): Record<string, string> {
  const { deadLetters } = queue;
  const all: Record<string, string> = {
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(queue.visibleCount),
    ApproximateNumberOfMessagesNotVisible: String(queue.size - queue.visibleCount),
    ApproximateNumberOfMessagesDelayed: '0',
    VisibilityTimeout: String(queue.visibilityTimeoutSeconds),
  };
  if (deadLetters !== undefined) {
    const { queue: target, maxReceiveCount } = deadLetters;
    all['RedrivePolicy'] = JSON.stringify({ deadLetterTargetArn: target.arn, maxReceiveCount });
  }
  const asked = Array.isArray(names) ? names : [];
  return Object.fromEntries(Object.entries(all).filter(([name]) => asked.includes(name) || asked.includes('All')));
}

function sent(queue: SqsQueue, input: Input): Record<string, string> {
  const body = input['MessageBody'];
  if (typeof body !== 'string' || body === '') {
    throw new AwsError('MissingParameter', 'The request must contain the parameter MessageBody.');
  }
  const attributes = (input['MessageAttributes'] ?? {}) as MessageAttributes;
  return { MessageId: queue.send(body, attributes), MD5OfMessageBody: md5(body) };
}

function deleted(queue: SqsQueue, input: Input): Record<string, never> {
  // A receipt that is void is no error in SQS.
  queue.delete(String(input['ReceiptHandle']));
  return {};
}

/** What is wrong with one entry of a batch fails that entry only. */
function each(input: Input, work: (entry: Input) => object): object {
  const entries = (input['Entries'] ?? []) as readonly Input[];
  if (entries.length === 0 || entries.length > mostInOneBatch) {
    throw new AwsError('InvalidParameterValue', `A batch has 1 to ${mostInOneBatch} entries, not ${entries.length}.`);
  }
  const [Successful, Failed]: [object[], object[]] = [[], []];
  for (const entry of entries) {
    const { Id } = entry;
    try {
      Successful.push({ Id, ...work(entry) });
    } catch (error) {
      if (!(error instanceof AwsError) || error.type.endsWith('QueueDoesNotExist')) throw error;
      Failed.push({ Id, SenderFault: true, Code: error.type, Message: error.message });
    }
  }
  return { Successful, Failed };
}

function asReceived({ message, receipt }: Received, input: Input): object {
  const asked = (input['MessageAttributeNames'] ?? []) as readonly string[];
  const shown = Object.entries(message.attributes).filter(([name]) => asked.includes(name) || asked.includes('All'));
  return {
    MessageId: message.messageId,
    ReceiptHandle: receipt,
    Body: message.body,
    MD5OfBody: md5(message.body),
    Attributes: {
      ApproximateReceiveCount: String(message.receiveCount),
      SentTimestamp: String(message.sentAt),
      ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    },
    ...(shown.length === 0 ? {} : { MessageAttributes: Object.fromEntries(shown) }),
  };
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
