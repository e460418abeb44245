import { GetQueueAttributesCommand, type QueueAttributeName, type SQSClient } from '@aws-sdk/client-sqs';
import { awsFailure } from '../runtime/aws-failure';
import { before, type Deadline } from '../runtime/deadline';

/** The metrics that SQS answers. */
export type BufferMetric = 'BufferDepth' | 'RedeliveriesDepth' | 'BufferDeadLetterDepth' | 'UndeliverableDepth';

/** The depths that could be read; `errors` has the reason for each that is missing. */
export interface BufferObservation {
  readonly depths: ReadonlyMap<BufferMetric, number>;
  readonly errors: readonly Error[];
}

export interface BufferQueues {
  readonly sqs: SQSClient;
  readonly queueUrls: Readonly<Record<BufferMetric, string>>;
}

/**
 * A batch that failed is hidden until its visibility time-out is over: in an outage nearly everything is. It waits all the same.
 */
const counted = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;

/** Asks SQS how much each queue holds. Never throws, and ends at the deadline at the latest. */
export async function observeBuffer(deadline: Deadline, { sqs, queueUrls }: BufferQueues): Promise<BufferObservation> {
  const depths = new Map<BufferMetric, number>();
  const errors: Error[] = [];
  const asked = (Object.entries(queueUrls) as [BufferMetric, string][]).map(async ([metric, url]) => {
    const doing = `reading the depth of ${url}`;
    try {
      depths.set(metric, await before(deadline, doing, depthOf(sqs, url)));
    } catch (error) {
      // The metric's absence is what its alarm sees; the other queues, and Redis, have theirs.
      errors.push(awsFailure(doing, error));
    }
  });
  await Promise.all(asked);
  return { depths, errors };
}

async function depthOf(sqs: SQSClient, url: string): Promise<number> {
  const names: QueueAttributeName[] = [...counted];
  const { Attributes: attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: names }),
  );
  return counted.reduce((sum, name) => sum + Number(attributes[name] ?? 0), 0);
}
