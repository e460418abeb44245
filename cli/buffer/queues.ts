/** Finds the buffer, its redeliveries and the two dead letter queues from the rule's target, independent of their generated names. */
import { GetQueueAttributesCommand, GetQueueUrlCommand, type QueueAttributeName, SQSClient } from '@aws-sdk/client-sqs';
import { isAbsent } from '../aws-error';
import { type Bus, registrationTarget } from '../bus';
import { CommandError } from '../command';

export interface BufferQueue {
  /** Name in commands and output: `buffer`, `redeliveries`, `dead-letters`, `undeliverable`. */
  readonly name: string;
  readonly url: string;
  readonly arn: string;
}

export interface BufferQueues {
  /** Registrations wait here for the publisher. */
  readonly buffer: BufferQueue;
  /** Registrations that the publisher returned; undefined where a version without this queue is deployed. */
  readonly redeliveries: BufferQueue | undefined;
  /** Events that the publisher could not publish. */
  readonly deadLetters: BufferQueue;
  /** Events that EventBridge could not write to the buffer. */
  readonly undeliverable: BufferQueue;
}

/** Approximate number of messages, as SQS counts them. */
export interface QueueCounts {
  readonly visible: number;
  /** Received by a client and not deleted yet. */
  readonly hidden: number;
  readonly delayed: number;
}

/** @throws CommandError if a part of the pipeline does not exist */
export async function findBufferQueues(bus: Bus): Promise<BufferQueues> {
  const target = await registrationTarget(bus);
  const buffer = await queueOf(bus, 'buffer', target.Arn);
  const next = await queueOf(bus, 'dead-letters', await nextArn(bus, buffer));
  const last = await nextArn(bus, next);
  return {
    buffer,
    redeliveries: last === undefined ? undefined : { ...next, name: 'redeliveries' },
    deadLetters: last === undefined ? next : await queueOf(bus, 'dead-letters', last),
    undeliverable: await queueOf(bus, 'undeliverable', target.DeadLetterConfig?.Arn),
  };
}

export async function countsOf(bus: Bus, queue: BufferQueue): Promise<QueueCounts> {
  const attributes = await attributesOf(bus, queue, [
    'ApproximateNumberOfMessages',
    'ApproximateNumberOfMessagesNotVisible',
    'ApproximateNumberOfMessagesDelayed',
  ]);
  const count = (name: string): number => Number(attributes[name] ?? 0);
  return {
    visible: count('ApproximateNumberOfMessages'),
    hidden: count('ApproximateNumberOfMessagesNotVisible'),
    delayed: count('ApproximateNumberOfMessagesDelayed'),
  };
}

/** ARN of the queue that SQS moves a queue's messages to. */
async function nextArn(bus: Bus, queue: BufferQueue): Promise<string | undefined> {
  const { RedrivePolicy: policy = '{}' } = await attributesOf(bus, queue, ['RedrivePolicy']);
  return (JSON.parse(policy) as { deadLetterTargetArn?: string }).deadLetterTargetArn;
}

async function queueOf({ place, account }: Bus, name: string, arn: string | undefined): Promise<BufferQueue> {
  const notFound = `the ${name} queue of ${place} does not exist: deploy ModelEvents-${place} again`;
  const QueueName = arn?.split(':').at(-1);
  if (arn === undefined || QueueName === undefined) throw new CommandError(notFound);
  try {
    const { QueueUrl: url = '' } = await account.client(SQSClient).send(new GetQueueUrlCommand({ QueueName }));
    return { name, url, arn };
  } catch (error) {
    if (isMissing(error)) throw new CommandError(notFound);
    throw error;
  }
}

/** SQS has its own error names for a queue that does not exist. */
const isMissing = (error: unknown): boolean =>
  isAbsent(error) || (error instanceof Error && /QueueDoesNotExist|NonExistentQueue/.test(error.name));

async function attributesOf(
  { account }: Bus,
  { url }: BufferQueue,
  names: readonly QueueAttributeName[],
): Promise<Readonly<Record<string, string>>> {
  const { Attributes: attributes = {} } = await account
    .client(SQSClient)
    .send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...names] }));
  return attributes;
}
