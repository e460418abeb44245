/**
 * A service's consumer in a process of its own, wired as ECS wires it. `make demo` starts it, is told what it does, and
 * kills one of them. Some models it treats badly, to show what happens then.
 */
import { ModelEventConsumer } from '../../clients/node/consumer';
import { type Delivery, settingsFromEnvironment } from '../../clients/node/consumer-options';
import type { ModelReadyMessage } from '../../contract/message';
import { badlyTreated } from './registrations';

/** What the consumer tells the demo. */
export interface ConsumerReport {
  readonly kind: 'ready' | 'in-hand' | 'acknowledged' | 'retried' | 'dead-lettered' | 'warning';
  readonly messageId: string;
  /** The payload's raw text, where the message was acknowledged. */
  readonly payloadText?: string;
  readonly reason?: string;
}

const isSite = (process.env['MODEL_EVENTS_QUEUE'] ?? '').endsWith(':site');
const payloads = new Map<string, string>();

function tell(report: ConsumerReport): void {
  process.send?.(report);
}

async function handler(message: ModelReadyMessage, delivery: Delivery): Promise<void> {
  payloads.set(message.message_id, delivery.payloadText);
  const { model_id: modelId } = message.payload;
  if (!isSite && modelId === badlyTreated.killed && message.retry_count === 0) {
    tell({ kind: 'in-hand', messageId: message.message_id });
    await new Promise(() => undefined);
  }
  if (!isSite && modelId === badlyTreated.failsTwice && message.retry_count < 2)
    throw new Error('the chain did not answer');
  if (isSite && modelId === badlyTreated.failsForGood) throw new Error('the marketplace refuses this model');
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
  tell({ kind: 'acknowledged', messageId, payloadText: payloads.get(messageId) ?? '' });
});
consumer.on('retried', (text, error) => tell({ kind: 'retried', messageId: idIn(text), reason: error.message }));
consumer.on('dead-lettered', (text, error) =>
  tell({ kind: 'dead-lettered', messageId: idIn(text), reason: error.message }),
);
consumer.on('warning', (error) => tell({ kind: 'warning', messageId: '', reason: error.message }));
for (const end of ['SIGTERM', 'disconnect'] as const) process.on(end, () => void consumer.stop());
// Ctrl-C reaches the whole group; the demo decides in which order things end.
process.on('SIGINT', () => undefined);
void consumer.run().then(() => {
  if (process.connected) process.disconnect();
});
tell({ kind: 'ready', messageId: '' });
