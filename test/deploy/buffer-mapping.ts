/** Emulates Lambda's event source mapping of the buffer, one batch at a time, with the SQS API. */
import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { type AwsEmulator, emulatedRegion } from '../../dev/emulators/aws-emulator';
import type { LocalFunction } from '../../dev/emulators/function-process';
import { clientOptions } from '../support/aws-account';

export class BufferMapping {
  private readonly sqs: SQSClient;

  constructor(
    emulator: AwsEmulator,
    private readonly queueUrl: string,
    private readonly target: LocalFunction,
  ) {
    this.sqs = new SQSClient(clientOptions(emulator));
  }

  /**
   * Receives waiting messages, invokes the function, deletes the messages that did not fail, and returns the received bodies.
   * @param options how long to wait for a message; by default not at all
   */
  async deliver({ waitSeconds = 0 } = {}): Promise<string[]> {
    const { Messages: messages = [] } = await this.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: this.queueUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: ['All'],
      }),
    );
    if (messages.length === 0) return [];
    const { batchItemFailures } = (await this.target.invoke({
      Records: messages.map((message) => this.record(message)),
    })) as SQSBatchResponse;
    const failed = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    const done = messages.filter(({ MessageId }) => !failed.includes(MessageId ?? ''));
    if (done.length > 0) {
      const entries = done.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await this.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: this.queueUrl, Entries: entries }));
    }
    return messages.map(({ Body }) => Body ?? '');
  }

  /** The number of messages in the buffer, including those in flight. */
  async depth(): Promise<number> {
    const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
    const { Attributes: attributes } = await this.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: this.queueUrl, AttributeNames: [...names] }),
    );
    return names.reduce((sum, name) => sum + Number(attributes?.[name] ?? 0), 0);
  }

  private record(message: Message): SQSRecord {
    return {
      messageId: message.MessageId ?? '',
      receiptHandle: message.ReceiptHandle ?? '',
      body: message.Body ?? '',
      attributes: message.Attributes as unknown as SQSRecord['attributes'],
      messageAttributes: {},
      md5OfBody: message.MD5OfBody ?? '',
      eventSource: 'aws:sqs',
      eventSourceARN: `arn:aws:sqs:${emulatedRegion}:${this.queueUrl.split('/').slice(-2).join(':')}`,
      awsRegion: emulatedRegion,
    };
  }
}
