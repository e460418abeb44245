/**
 * A service that acts on each registered model: `npx tsx examples/consumer.ts`, with the variables that ECS gives its
 * container: REDIS_HOST, REDIS_PORT, REDIS_AUTH_TOKEN, MODEL_EVENTS_QUEUE. SIGTERM ends it in order.
 */
import { DeadLetterError, type Handler, ModelEventConsumer, settingsFromEnvironment } from '@hokusai/model-events';

/** The service's own work goes here; it must be harmless to do it twice for one `message_id`. */
const deploy: Handler = ({ message_id: id, payload }, { payloadText }) => {
  const { token_symbol: token, baseline_value: baseline, performance_data: performance } = payload;
  if (performance.current_value !== undefined && performance.current_value < baseline) {
    const reason = `current value ${performance.current_value} is below the baseline ${baseline}`;
    throw new DeadLetterError(reason, 'BELOW_BASELINE'); // Trying again cannot help.
  }
  console.log(`${id} deploy ${token}: ${payloadText}`);
};

async function main(): Promise<void> {
  const consumer = new ModelEventConsumer({ ...settingsFromEnvironment(process.env), handler: deploy, concurrency: 4 });
  consumer.on('retried', (text, error) =>
    console.error(`failed, will be retried: ${error.message}: ${text.slice(0, 200)}`),
  );
  consumer.on('dead-lettered', (text, error) =>
    console.error(`dead-lettered: ${error.message}: ${text.slice(0, 200)}`),
  );
  consumer.on('lost', (text) => console.error(`claim lost, may be done twice: ${text.slice(0, 200)}`));
  consumer.on('warning', (error) => console.error(`warning: Redis failed, retrying: ${error.message}`));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void consumer.stop());
  await consumer.run();
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
