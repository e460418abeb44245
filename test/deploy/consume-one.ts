/** A service that consumes one message with the client library. */
import type { ModelReadyMessage } from '../../contract/message';
import type { ConnectionOptions } from '../../queue/connection';
import { ModelEventConsumer } from '../../clients/node/consumer';

/** Resolves with the next message of the queue when it is acknowledged. */
export async function consumeOne(redis: ConnectionOptions, queue: string): Promise<ModelReadyMessage> {
  const consumer = new ModelEventConsumer({ redis, queue, handler: () => Promise.resolve() });
  const taken = new Promise<ModelReadyMessage>((resolve) => consumer.once('acknowledged', resolve));
  const running = consumer.run();
  const message = await taken;
  await consumer.stop();
  await running;
  return message;
}
