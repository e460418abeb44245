/** A service in Node: the built package's consumer, whose handler writes a journal and does what the model's name asks for. */
import { existsSync, openSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type * as Package from '@hokusai/model-events';

const { env } = process;
const { DeadLetterError, ModelEventConsumer, settingsFromEnvironment } = (await import(
  env['FAULTS_NODE_PACKAGE'] ?? '@hokusai/model-events'
)) as typeof Package;
const journal = openSync(env['FAULTS_JOURNAL'] ?? '', 'a');
const slowSeconds = Number(env['FAULTS_SLOW_SECONDS'] ?? 0);
const outageFile = env['FAULTS_OUTAGE_FILE'] ?? '';
/** The pauses are those of the defaults at 1:100. */
const scale = 100;
const { redis, queue } = settingsFromEnvironment(env);

const consumer = new ModelEventConsumer({
  queue,
  redis: { ...redis, connectTimeoutMs: 2000, commandTimeoutMs: 2000 },
  handler: async ({ message_id: id, payload, retry_count: retries, redrive_count: redriven = 0 }) => {
    const { model_id: model } = payload;
    if (outageFile !== '' && existsSync(outageFile)) throw new Error('the downstream service is away');
    if (model === 'refused') throw new DeadLetterError('the model is not for this service');
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
  concurrency: Number(env['FAULTS_CONCURRENCY'] ?? 8),
  prefetch: 8,
  leaseSeconds: 5,
  firstRetrySeconds: Number(env['FAULTS_FIRST_RETRY_SECONDS'] ?? 10 / scale),
  longestRetrySeconds: 600 / scale,
  stopSeconds: 2,
  blockSeconds: 1,
  name: env['FAULTS_NAME'] ?? 'node',
  ...(JSON.parse(env['FAULTS_SETTINGS'] ?? '{}') as Partial<Package.ConsumerOptions>),
});
if (env['FAULTS_NODE_PACKAGE'] === undefined) shortenBreakerPauses();
if (env['FAULTS_QUIET'] === undefined) {
  consumer.on('acknowledged', ({ message_id: id }) => console.log('acknowledged', id));
}
consumer.on('retried', (text, error) => console.log('retried', text.slice(0, 100), error.message));
consumer.on('dead-lettered', (text, error) => console.log('dead-lettered', text.slice(0, 100), error.message));
consumer.on('lost', (text) => console.log('lost', text.slice(0, 100)));
consumer.on('warning', (error) => console.log('warning', error.message));
process.once('SIGTERM', () => void consumer.stop());
void consumer.run();

/** They are not a setting. The previous version has no breaker. */
function shortenBreakerPauses(): void {
  const { breaker } = consumer as unknown as {
    breaker: { failed: (id: string) => boolean; resumesAtMs: number; readonly remainingMs: number };
  };
  const failed = breaker.failed.bind(breaker);
  breaker.failed = (id) => {
    const pauses = failed(id);
    if (pauses) breaker.resumesAtMs = performance.now() + breaker.remainingMs / scale;
    return pauses;
  };
}
