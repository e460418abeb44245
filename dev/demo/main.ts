/** `make demo`: runs the pipeline for half a minute with a real Redis, the deployed publisher bundle and consumer processes. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { modelRegistered, registrySource } from '../../contract/event-source';
import { connect } from '../../queue/connection';
import { ModelQueue } from '../../queue/model-queue';
import { emit } from './emitter';
import { type CountedBus, relayCommitted, killBeforeSending } from './outbox';
import { showLog } from './publisher-log';
import { killed, registrations } from './registrations';
import { DemoRegistry } from './registry';
import { DemoServices, inHandOf } from './services';
import { step, flushDone } from './steps';
import { type Service, RegistrationProgress, tableOf } from './registration-progress';
import { startMaintenance } from '../local/maintenance-loop';
import { localSubscriptions } from '../local/publisher-environment';
import { type Pipeline, startPipeline } from '../local/pipeline';
import type { PipelineSettings } from '../local/synthesized-pipeline';

const help = `Delivers sample registrations from the registry's database to the consumers of two services and prints the result of each.

  make demo

Starts a Python registry with its outbox in SQLite, Redis (TLS, auth token, a replica), the deployed publisher bundle and
one process for each consumer. Kills the registry between commit and send, and a consumer while it handles a message.
Exits with 0 only if every registration has the expected result. Removes everything it has created.`;

const limitSeconds = 60;

/** The deployed settings with a shorter visibility timeout. */
const settings: PipelineSettings = {
  busName: 'hokusai-demo',
  rules: [{ name: 'model-registered', pattern: { source: [registrySource], 'detail-type': [modelRegistered] } }],
  buffer: { batchSize: 10, windowSeconds: 0, visibilityTimeoutSeconds: 5, maxReceiveCount: 1000, maxConcurrency: 2 },
  publisher: {
    environment: 'demo',
    subscriptions: localSubscriptions,
    seenHours: 24,
    timeoutSeconds: 7,
    memoryMegabytes: 512,
  },
};

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { help: { type: 'boolean', default: false } } });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const interrupted = new Promise<'interrupted'>((resolve) => {
    const interrupt = (): void => {
      // Also if the cleanup succeeds.
      process.exitCode = 130;
      resolve('interrupted');
    };
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interrupt);
  });
  const progress = new RegistrationProgress();
  let accepted = 0;
  const ends: (() => Promise<unknown>)[] = [];
  try {
    const registry = await DemoRegistry.open();
    ends.push(() => registry.close());
    const pipeline = await startPipeline({
      settings,
      onLog: (line) => showLog(line, progress),
      onEvent: () => accepted++,
    });
    ends.push(() => pipeline.stop());
    step(
      'redis',
      `primary and replica on ${pipeline.redis.host}, TLS and auth token, ports ${pipeline.redis.port} and ${pipeline.redis.replica?.port ?? 0}`,
    );
    ends.push(maintainQueues(pipeline));
    const services = new DemoServices(pipeline.redis, progress);
    ends.push(() => services.stop());

    const bus = { name: settings.busName, url: pipeline.bus.url, accepted: () => accepted };
    const completed = runDemo({ registry, bus, pipeline, services }, progress).then(() => 'completed' as const);
    const late = sleep(limitSeconds * 1000, 'late' as const, { ref: false });
    const outcome = await Promise.race([completed, interrupted, late]);
    if (outcome === 'interrupted') return 130;
    return conclude(
      progress,
      outcome === 'late' ? [`not completed after ${limitSeconds} s`] : await leftovers(pipeline),
    );
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

interface DemoParts {
  readonly registry: DemoRegistry;
  readonly bus: CountedBus;
  readonly pipeline: Pipeline;
  readonly services: DemoServices;
}

/** Resolves when every registration has a result for both services. */
async function runDemo(
  { registry, bus, pipeline, services }: DemoParts,
  progress: RegistrationProgress,
): Promise<void> {
  await killBeforeSending(registry, bus, progress);
  const [doomed] = await Promise.all([services.start('hokusai-token'), services.start('hokusai-site')]);
  await relayCommitted(registry, bus);
  await progress.completed();

  const inHand = inHandOf(doomed);
  await emit(bus, progress, [killed]);
  await inHand;
  doomed.kill('SIGKILL');
  await once(doomed, 'exit');
  step('hokusai-token', `its consumer was killed (SIGKILL) with "${killed.label}" in its hands`);

  await services.start('hokusai-token');
  await emit(bus, progress, registrations);
  const redis = await connect(pipeline.redis);
  try {
    while (!progress.complete) {
      for (const { service, queue } of localSubscriptions) {
        const letters = await new ModelQueue(queue).page(redis, 'deadLetters', {
          from: 'newest',
          offset: 0,
          count: 100,
        });
        for (const letter of letters) progress.deadLetter(service as Service, letter);
      }
      await sleep(100);
    }
  } finally {
    redis.disconnect();
  }
}

function maintainQueues({ redis }: Pipeline): () => Promise<void> {
  const { host, port, token, ca } = redis;
  return startMaintenance({
    redis: { host, port, token, ca },
    queues: localSubscriptions.map(({ queue }) => queue),
    everySeconds: 0.5,
    onPass: (queue, { requeued }) => {
      if (requeued > 0) step('maintenance', `${queue}: ${requeued} lost claim went back to the queue`);
    },
    onError: (error) => step('maintenance', error.message),
  });
}

/** Messages that are still in Redis, by queue. */
async function leftovers({ redis: server }: Pipeline): Promise<string[]> {
  const redis = await connect(server);
  try {
    const found: string[] = [];
    for (const { queue } of localSubscriptions) {
      const { depth, processing, delayed } = await new ModelQueue(queue).inspect(redis);
      if (depth + processing + delayed > 0)
        found.push(`${queue}: ${depth} waiting, ${processing} claimed, ${delayed} delayed`);
    }
    return found;
  } finally {
    redis.disconnect();
  }
}

function conclude(progress: RegistrationProgress, otherFaults: readonly string[]): number {
  flushDone();
  console.log(`\n${tableOf(progress)}\n`);
  const faults = [...progress.faults(), ...otherFaults];
  if (faults.length === 0) {
    console.log(`All ${progress.trackedRegistrations.length} registrations ended where they should.`);
    return 0;
  }
  console.error(`${faults.length} unexpected results:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  return 1;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
