/** A service in Node: the built package's consumer, whose handler writes a journal and does what the model's name asks for. */
import { openSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ConsumerOptions, ModelEventConsumer, settingsFromEnvironment } from '@hokusai/model-events';

const { env } = process;
const journal = openSync(env['FAULTS_JOURNAL'] ?? '', 'a');
const slowSeconds = Number(env['FAULTS_SLOW_SECONDS'] ?? 0);
const { redis, queue } = settingsFromEnvironment(env);

const consumer = new ModelEventConsumer({
  queue,
  redis: { ...redis, connectTimeoutMs: 2000, commandTimeoutMs: 2000 },
  handler: async ({ message_id: id, payload, retry_count: retries, redrive_count: redriven = 0 }) => {
    const { model_id: model } = payload;
    if (model === 'fails') throw new Error('the chain did not answer');
    if (model === 'crashes' && redriven === 0) process.kill(process.pid, 'SIGKILL');
    if (model === 'slow') await sleep(slowSeconds * 1000);
    if (model === 'blocks') {
      // A handler that computes: no timer runs meanwhile, so nothing renews its lease. It fails when the lease has expired.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, slowSeconds * 1000);
      if (retries === 0) throw new Error('too late');
    }
    // From a clock that cannot be set; written at once, so that a killed process has reported it.
    const ms = Math.round(performance.timeOrigin + performance.now());
    writeSync(journal, `${ms} ${queue} ${id} ${retries}.${redriven}\n`);
  },
  concurrency: 8,
  prefetch: 8,
  leaseSeconds: 5,
  firstRetrySeconds: 0.1,
  longestRetrySeconds: 0.5,
  stopSeconds: 2,
  blockSeconds: 1,
  name: env['FAULTS_NAME'] ?? 'node',
  ...(JSON.parse(env['FAULTS_SETTINGS'] ?? '{}') as Partial<ConsumerOptions>),
});
if (env['FAULTS_QUIET'] === undefined) {
  consumer.on('acknowledged', ({ message_id: id }) => console.log('acknowledged', id));
}
consumer.on('retried', (text, error) => console.log('retried', text.slice(0, 100), error.message));
consumer.on('dead-lettered', (text, error) => console.log('dead-lettered', text.slice(0, 100), error.message));
consumer.on('lost', (text) => console.log('lost', text.slice(0, 100)));
consumer.on('warning', (error) => console.log('warning', error.message));
process.once('SIGTERM', () => void consumer.stop());
void consumer.run();
