/** Messages that pass neither the bus nor the buffer, so that their order in the queues is certain. */
import { composeMessage } from '../../contract/message';
import { publish } from '../../queue/publish';
import type { Scene } from './fault';

/** Publishes these to all queues in one call, in this order, and counts them as accepted. @param model of each */
export async function publishDirectly(
  { pipeline, addAccepted }: Scene,
  messages: readonly { readonly id: string; readonly model: string }[],
): Promise<void> {
  const { queues, pair } = pipeline;
  const records = messages.map(({ id: messageId, model }) => {
    const text = composeMessage({
      messageId,
      correlationId: messageId,
      timestamp: new Date().toISOString(),
      payloadText: `{"model_id":"${model}","token_symbol":"CRSK","metric_name":"auroc","baseline_value":0.82,"performance_data":{"current_value":0.87}}`,
    });
    return { kind: 'message', messageId, digest: messageId, text, queues } as const;
  });
  await publish(await pair.client(), records, {
    queues,
    seenSeconds: 600,
    minReplicaAcks: 1,
    replicaWaitMs: 5000,
  });
  for (const { id, model } of messages) addAccepted([id], model);
}
