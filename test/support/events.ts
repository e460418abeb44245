import { randomUUID } from 'node:crypto';
import type { SQSRecord } from 'aws-lambda';
import { composeMessage } from '../../contract/message';

/** `detail` of a valid registration; `change` overrides fields. */
export function registered(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    model_id: 'credit-risk-7',
    token_symbol: 'CRSK',
    metric_name: 'auroc',
    baseline_value: 0.82,
    performance_data: { current_value: 0.87 },
    baseline_validated: true,
    ...change,
  };
}

/** The event around a `detail`, as EventBridge puts it into SQS. A string is `detail`'s raw text. */
export function eventBody(detail: Record<string, unknown> | string, change: Record<string, unknown> = {}): string {
  const envelope = {
    version: '0',
    id: randomUUID(),
    'detail-type': 'ModelRegistered',
    source: 'hokusai.registry',
    account: '123456789012',
    time: '2026-11-23T10:00:00Z',
    region: 'us-east-1',
    resources: [],
    ...change,
  };
  const text = typeof detail === 'string' ? detail : JSON.stringify(detail);
  return `${JSON.stringify(envelope).slice(0, -1)},"detail":${text}}`;
}

/** An SQS message with this body, as the event source mapping hands it to the function. */
export function sqsRecord(body: string, messageId: string = randomUUID()): SQSRecord {
  return {
    messageId,
    receiptHandle: `handle-${messageId}`,
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '1763892000000',
      SenderId: 'AROAEXAMPLE',
      ApproximateFirstReceiveTimestamp: '1763892000001',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:model-events-buffer',
    awsRegion: 'us-east-1',
  };
}

/** The text of a message in a queue. */
export function message(messageId: string, payload: Record<string, unknown> | string = {}): string {
  return composeMessage({
    messageId,
    correlationId: `correlation-${messageId}`,
    timestamp: '2026-11-23T10:00:00.000Z',
    payloadText: typeof payload === 'string' ? payload : JSON.stringify({ ...registeredPayload(), ...payload }),
  });
}

function registeredPayload(): Record<string, unknown> {
  const { baseline_validated: _, ...payload } = registered();
  return payload;
}
