/** The SQS API that the monitor calls, with the depths of the local buffer. */
import { type AwsJsonServer, startAwsJsonServer } from '../emulators/aws-json-server';

/** The queue URLs of the monitor. */
export const queueUrls = {
  buffer: 'https://sqs.us-east-1.amazonaws.com/123456789012/buffer',
  redeliveries: 'https://sqs.us-east-1.amazonaws.com/123456789012/redeliveries',
  deadLetters: 'https://sqs.us-east-1.amazonaws.com/123456789012/buffer-dead-letters',
  undeliverable: 'https://sqs.us-east-1.amazonaws.com/123456789012/undeliverable',
} as const;

/** @param depthOf the current depth of the queue at this URL */
export function startSqsDepths(depthOf: (queueUrl: string) => number): Promise<AwsJsonServer> {
  return startAwsJsonServer({
    service: 'The SQS of the faults',
    operations: {
      'AmazonSQS.GetQueueAttributes': ({ QueueUrl: url }) => ({
        Attributes: {
          ApproximateNumberOfMessages: String(depthOf(String(url))),
          ApproximateNumberOfMessagesNotVisible: '0',
        },
      }),
    },
  });
}
