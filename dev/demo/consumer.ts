/**
 * A consumer process with the variables of an ECS container. It reports its work to `make demo`, which kills one of them.
 * It fails for some models, to demonstrate retries and dead letters.
 */
import { ModelEventConsumer } from '../../clients/node/consumer';
import { type Delivery, settingsFromEnvironment } from '../../clients/node/consumer-options';
import type { ModelReadyMessage } from '../../contract/message';
import { failingModels } from './registrations';

/** A report of the consumer to the demo. */
export interface ConsumerReport {
  readonly kind: 'ready' | 'in-hand' | 'acknowledged' | 'retried' | 'dead-lettered' | 'warning';
  readonly messageId: string;
  /** The raw text of the payload of an acknowledged message. */
  readonly payloadText?: string;
  readonly reason?: string;
}

const isSite = (process.env['MODEL_EVENTS_QUEUE'] ?? '').endsWith(':site');
const payloads = new Map<string, string>();

function report(message: ConsumerReport): void {
  process.send?.(message);
}

async function handler(message: ModelReadyMessage, delivery: Delivery): Promise<void> {
  payloads.set(message.message_id, delivery.payloadText);
  const { model_id: modelId } = message.payload;
  if (!isSite && modelId === failingModels.killed && message.retry_count === 0) {
    report({ kind: 'in-hand', messageId: message.message_id });
    await new Promise(() => undefined);
  }
  if (!isSite && modelId === failingModels.failsTwice && message.retry_count < 2)
    throw new Error('the chain did not answer');
  if (isSite && modelId === failingModels.failsForGood) throw new Error('the marketplace refuses this model');
}

const idIn = (text: string): string => /"message_id":"([^"]*)"/.exec(text)?.[1] ?? '';

const consumer = new ModelEventConsumer({
  ...settingsFromEnvironment(process.env),
  handler,
  concurrency: 4,
  leaseSeconds: 5,
  firstRetrySeconds: 0.3,
  longestRetrySeconds: 1,
});
consumer.on('acknowledged', ({ message_id: messageId }) => {
  report({ kind: 'acknowledged', messageId, payloadText: payloads.get(messageId) ?? '' });
});
consumer.on('retried', (text, error) => report({ kind: 'retried', messageId: idIn(text), reason: error.message }));
consumer.on('dead-lettered', (text, error) =>
  report({ kind: 'dead-lettered', messageId: idIn(text), reason: error.message }),
);
consumer.on('warning', (error) => report({ kind: 'warning', messageId: '', reason: error.message }));
for (const end of ['SIGTERM', 'disconnect'] as const) process.on(end, () => void consumer.stop());
// Ctrl-C reaches the whole process group; the demo ends the processes in order.
process.on('SIGINT', () => undefined);
void consumer.run().then(() => {
  if (process.connected) process.disconnect();
});
report({ kind: 'ready', messageId: '' });
