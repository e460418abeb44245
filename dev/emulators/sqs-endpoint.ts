/** What the bus's port answers of the buffer: SQS's calls, and where the rules lead. So operators' tools find their way as in AWS. */
import { AwsError, type AwsOperation } from './aws-json-server';
import type { LocalBuffer } from './buffer';
import { sqsCalls } from './sqs-calls';
import type { SqsQueue } from './sqs-queue';
import type { PipelineSettings } from '../local/synthesized-pipeline';

/** Name of the queue for undeliverable events. This bus always delivers: send a message to the queue to try it. */
export const undeliverableName = 'model-events-local-Undeliverable';

export interface BufferQueues {
  readonly buffer: LocalBuffer;
  readonly undeliverable: SqsQueue;
}

/** @param endpointUrl where the server listens, once it does */
export function bufferCalls(
  { buffer, undeliverable }: BufferQueues,
  { busName, rules }: Pick<PipelineSettings, 'busName' | 'rules'>,
  endpointUrl: () => string,
): Record<string, AwsOperation> {
  return {
    ...sqsCalls([...buffer.queues, undeliverable], endpointUrl),
    'AWSEvents.ListTargetsByRule': ({ Rule, EventBusName }) => {
      const rule = rules.find(({ name }) => name === Rule);
      if (rule === undefined || EventBusName !== busName) {
        throw new AwsError('ResourceNotFoundException', `Rule ${String(Rule)} does not exist on EventBus ${busName}.`);
      }
      return { Targets: [{ Id: 'Target0', Arn: buffer.queue.arn, DeadLetterConfig: { Arn: undeliverable.arn } }] };
    },
  };
}
