import { randomUUID } from 'node:crypto';
import type { SQSRecord } from 'aws-lambda';

/** The `detail` of a registration whose message has about 500 bytes, the size of real messages. */
function detail(): Record<string, unknown> {
  return {
    model_id: `credit-risk-${randomUUID().slice(0, 8)}`,
    token_symbol: 'CRSK',
    metric_name: 'auroc',
    baseline_value: 0.8213,
    performance_data: { current_value: 0.8734, samples: 120_000 },
    baseline_validated: true,
    model_name: 'Credit risk',
    model_version: '7',
    mlflow_run_id: '0123456789abcdef0123456789abcdef',
  };
}

/** An object of the same size for queues that do not know the contract. */
export function plainMessage(): Record<string, unknown> {
  const { baseline_validated: _, ...payload } = detail();
  const id = randomUUID();
  return {
    event_type: 'model_ready_to_deploy',
    schema_version: '1.0',
    message_id: id,
    correlation_id: id,
    timestamp: '2026-11-23T10:00:00.000Z',
    retry_count: 0,
    payload,
  };
}

/** An SQS message as the event source mapping passes it to the publisher. */
export function sqsRecord(): SQSRecord {
  const messageId = randomUUID();
  const body = JSON.stringify({
    version: '0',
    id: randomUUID(),
    'detail-type': 'ModelRegistered',
    source: 'hokusai.registry',
    account: '123456789012',
    time: new Date().toISOString().replace(/\.\d+Z/, 'Z'),
    region: 'us-east-1',
    resources: [],
    detail: detail(),
  });
  return {
    messageId,
    receiptHandle: `receipt-${messageId}`,
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: String(Date.now()),
      SenderId: 'AIDAEXAMPLE',
      ApproximateFirstReceiveTimestamp: String(Date.now()),
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:buffer',
    awsRegion: 'us-east-1',
  };
}

/** `count` items in batches of `size`. */
export function batches<Item>(count: number, size: number, make: () => Item): Item[][] {
  return Array.from({ length: Math.ceil(count / size) }, () => Array.from({ length: size }, make));
}
