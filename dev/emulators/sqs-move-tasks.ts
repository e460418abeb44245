/** SQS's tasks that send what a dead letter queue holds back to its queue. In memory one is over as soon as it is started. */
import { randomUUID } from 'node:crypto';
import { AwsError, type AwsOperation } from './aws-json-server';
import type { SqsQueue } from './sqs-queue';

interface MoveTask {
  readonly Status: 'COMPLETED';
  readonly SourceArn: string;
  readonly ApproximateNumberOfMessagesMoved: number;
  readonly StartedTimestamp: number;
}

export function moveTaskCalls(queues: readonly SqsQueue[]): Record<string, AwsOperation> {
  const tasks: MoveTask[] = [];
  const sourceNamed = (arn: unknown): SqsQueue => {
    const source = queues.find((queue) => queue.arn === arn);
    if (source !== undefined) return source;
    throw new AwsError(
      'ResourceNotFoundException',
      'The resource that you specified for the SourceArn does not exist.',
    );
  };
  return {
    StartMessageMoveTask: ({ SourceArn, DestinationArn }) => {
      const source = sourceNamed(SourceArn);
      const origin = queues.find(({ deadLetters }) => deadLetters?.queue === source);
      const destination = DestinationArn === undefined ? origin : queues.find(({ arn }) => arn === DestinationArn);
      if (origin === undefined || destination === undefined) {
        // As SQS refuses a rule's dead letter queue, too.
        throw new AwsError('InvalidParameterValue', 'Source queue must be configured as a Dead Letter Queue.');
      }
      let moved = 0;
      // What comes in meanwhile waits for the next task.
      for (let left = source.visibleCount; left > 0; left--) {
        const message = source.take();
        if (message === undefined) break;
        destination.send(message.body, message.attributes);
        moved += 1;
      }
      tasks.unshift({
        Status: 'COMPLETED',
        SourceArn: source.arn,
        ApproximateNumberOfMessagesMoved: moved,
        StartedTimestamp: Date.now(),
      });
      return { TaskHandle: randomUUID() };
    },
    ListMessageMoveTasks: ({ SourceArn, MaxResults = 1 }) => {
      const { arn } = sourceNamed(SourceArn);
      return { Results: tasks.filter((task) => task.SourceArn === arn).slice(0, Number(MaxResults)) };
    },
  };
}
