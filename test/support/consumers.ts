import { ModelEventConsumer } from '../../clients/node/consumer';
import type { ConsumerEvents } from '../../clients/node/consumer-events';
import type { ConsumerOptions } from '../../clients/node/consumer-options';
import { endpointOf, type TestRedis } from './redis';

/** Optional settings. */
export type TestConsumerOptions = Partial<ConsumerOptions> & Pick<ConsumerOptions, 'handler'>;

/** Consumers for the tests of one file: quick retries, stopped after each test. */
export function useConsumers(redis: { readonly server: Pick<TestRedis['server'], 'host' | 'port' | 'token' | 'ca'> }): {
  /** Starts a consumer; its run is awaited when the test ends. */
  start(options: TestConsumerOptions): ModelEventConsumer;
} {
  const running: { consumer: ModelEventConsumer; run: Promise<void> }[] = [];
  afterEach(async () => {
    for (const { consumer, run } of running.splice(0)) {
      await consumer.stop();
      await run;
    }
  });
  return {
    start(options) {
      const consumer = new ModelEventConsumer({
        redis: endpointOf(redis.server),
        queue: 'model_events',
        firstRetrySeconds: 0.01,
        stopSeconds: 5,
        log: 'off',
        ...options,
      });
      running.push({ consumer, run: consumer.run() });
      return consumer;
    },
  };
}

/** Resolves with the payloads of the next `times` events named `event`. */
export function reported<Event extends keyof ConsumerEvents>(
  consumer: ModelEventConsumer,
  event: Event,
  times = 1,
): Promise<ConsumerEvents[Event][]> {
  const all: ConsumerEvents[Event][] = [];
  return new Promise((resolve) => {
    const listener = (...args: unknown[]): void => {
      all.push(args as ConsumerEvents[Event]);
      if (all.length === times) resolve(all);
    };
    consumer.on(event, listener as never);
  });
}

/** A promise and a function that resolves it, for handlers that a test blocks. */
export function gate<Value = void>(): { readonly opened: Promise<Value>; open(value: Value): void } {
  let open: (value: Value) => void = () => undefined;
  const opened = new Promise<Value>((resolve) => (open = resolve));
  return { opened, open: (value) => open(value) };
}

/** Resolves when a consumer waits inside Redis for a message. */
export async function blockedInRedis(redis: TestRedis): Promise<void> {
  while (!/ flags=b /.test(String(await redis.client.client('LIST')))) await redis.client.ping();
}

/** Ids of all connections except the test's own. */
export async function connectionsOfOthers(redis: TestRedis): Promise<number[]> {
  const own = await redis.client.client('ID');
  const ids = [...String(await redis.client.client('LIST')).matchAll(/^id=(\d+)/gm)].map((match) => Number(match[1]));
  return ids.filter((id) => id !== own);
}
