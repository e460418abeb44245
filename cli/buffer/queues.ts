/** The buffer and its two dead letter queues, found from where the rule leads: under whatever names the stack gave them. */
import { GetQueueAttributesCommand, GetQueueUrlCommand, type QueueAttributeName, SQSClient } from '@aws-sdk/client-sqs';
import { isAbsent } from '../aws-error';
import { type Bus, registrationTarget } from '../bus';
import { CommandError } from '../command';

export interface BufferQueue {
  /** What people call it: `buffer`, `dead-letters`, `undeliverable`. */
  readonly name: string;
  readonly url: string;
  readonly arn: string;
}

export interface BufferQueues {
  /** Registrations wait here for the publisher. */
  readonly buffer: BufferQueue;
  /** What the publisher could not publish. */
  readonly deadLetters: BufferQueue;
  /** What EventBridge could not write into the buffer. */
  readonly undeliverable: BufferQueue;
}

/** About how many messages are in a queue: SQS counts approximately. */
export interface QueueCounts {
  readonly visible: number;
  /** Received by somebody who has not deleted them yet. */
  readonly hidden: number;
  readonly delayed: number;
}

/** @throws CommandError where a part of the pipeline is not there */
export async function findBufferQueues(bus: Bus): Promise<BufferQueues> {
  const target = await registrationTarget(bus);
  const buffer = await queueOf(bus, 'buffer', target.Arn);
  const policy = await attributesOf(bus, buffer, ['RedrivePolicy']);
  const { deadLetterTargetArn } = JSON.parse(policy['RedrivePolicy'] ?? '{}') as { deadLetterTargetArn?: string };
  return {
    buffer,
    deadLetters: await queueOf(bus, 'dead-letters', deadLetterTargetArn),
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

async function queueOf({ place, account }: Bus, name: string, arn: string | undefined): Promise<BufferQueue> {
  const lacking = `the ${name} queue of ${place} is not there: deploy ModelEvents-${place} again`;
  // Without its place in the ARN a queue cannot be named to anybody.
  const QueueName = arn?.split(':').at(-1);
  if (arn === undefined || QueueName === undefined) throw new CommandError(lacking);
  try {
    const { QueueUrl: url = '' } = await account.client(SQSClient).send(new GetQueueUrlCommand({ QueueName }));
    return { name, url, arn };
  } catch (error) {
    if (isMissing(error)) throw new CommandError(lacking);
    throw error;
  }
}

/** SQS has words of its own for what is not there. */
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
