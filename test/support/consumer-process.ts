/** A consumer in a process of its own, for tests that kill it; its handler reports its start, and on request ends the process by SIGTERM. */
import { ModelEventConsumer } from '../../clients/node/consumer';
import type { ConsumerOptions } from '../../clients/node/consumer-options';

/** The settings that a test sends: all except the handler. */
export interface ConsumerOrder extends Omit<ConsumerOptions, 'handler'> {
  /** False: the handler never ends and does not listen to its signal. */
  readonly handlerEnds: boolean;
  /** The message whose handler kills the process before it returns; the handlers of others end at once. */
  readonly killedBy?: string;
}

process.once('message', ({ handlerEnds, killedBy, ...options }: ConsumerOrder) => {
  const consumer = new ModelEventConsumer({
    ...options,
    handler: ({ message_id: id }) => {
      if (id === killedBy) process.kill(process.pid, 'SIGKILL');
      if (killedBy !== undefined) return Promise.resolve();
      process.send?.({ begun: id });
      return new Promise((resolve) => {
        if (handlerEnds) process.once('SIGTERM', () => setImmediate(resolve));
      });
    },
  });
  process.once('SIGTERM', () => {
    // Without the channel only resources that the consumer left open keep this process alive.
    process.disconnect();
    void consumer.stop();
  });
  void consumer.run();
});
