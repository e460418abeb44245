import type { Redis } from 'ioredis';
import { publish } from '../../queue/publish';
import { message } from '../support/events';

/** Numbers that JSON.parse and JSON.stringify would change. */
export const exactNumbers =
  '"big":9007199254740993,"price":1.10,"huge":1e400,"zero":-0.0,"name":"é\\u00e9 \\"quoted\\""';

/** Publishes one message as the publisher does. @returns the payload's text. */
export async function publishModel(
  redis: Redis,
  messageId: string,
  { currentValue = '0.87', queue = 'model_events' } = {},
): Promise<string> {
  const payloadText =
    `{"model_id":"${messageId}","token_symbol":"CRSK","metric_name":"auroc","baseline_value":0.820,` +
    `"performance_data":{"current_value":${currentValue},${exactNumbers}}}`;
  const text = message(messageId, payloadText);
  const { results } = await publish(redis, [{ kind: 'message', messageId, digest: messageId, text, queues: [queue] }], {
    queues: [queue],
    seenSeconds: 3600,
    minReplicaAcks: 0,
    replicaWaitMs: 0,
  });
  expect(results).toEqual(['published']);
  return payloadText;
}
