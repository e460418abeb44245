/** `make demo`: the road in half a minute: real Redis, the publisher exactly as deployed, real consumer processes. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { modelRegistered, registrySource } from '../contract/event-source';
import { containerEnv } from '../contract/function-env';
import { connect } from '../queue/connection';
import { ModelQueue } from '../queue/model-queue';
import type { ConsumerReport } from './demo-consumer';
import { killed, type Registration, registrations, sentTwice } from './demo-registrations';
import { type Service, Story, tableOf } from './demo-story';
import { startMaintenance } from './maintenance-loop';
import { localSubscriptions } from './publisher-environment';
import { type Road, startRoad } from './road';
import type { Pipeline } from './synthesized-pipeline';

const help = `Carries sample registrations from the event to two services' consumers and shows where each one ended.

  make demo

Real Redis (TLS, auth token, a replica), the publisher's bundle as it is deployed, consumers in processes of their own.
One consumer is killed at work. Exit 0 only if every registration ended where it should. Nothing stays behind.`;

const limitSeconds = 60;

/** The deployed settings, with a visibility time-out for people who watch. */
const pipeline: Pipeline = {
  busName: 'hokusai-demo',
  rules: [{ name: 'model-registered', pattern: { source: [registrySource], 'detail-type': [modelRegistered] } }],
  buffer: { batchSize: 10, windowSeconds: 0, visibilityTimeoutSeconds: 5, maxReceiveCount: 1000, maxConcurrency: 2 },
  publisher: {
    environment: 'demo',
    subscriptions: localSubscriptions,
    seenHours: 24,
    timeoutSeconds: 15,
    memoryMegabytes: 512,
  },
};

const startedAt = performance.now();

function step(who: string, what: string): void {
  console.log(`${((performance.now() - startedAt) / 1000).toFixed(2).padStart(6)} s  ${who.padEnd(13)}  ${what}`);
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { help: { type: 'boolean', default: false } } });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const interrupted = new Promise<'interrupted'>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve('interrupted'));
  });
  const story = new Story();
  const consumers = new Set<ChildProcess>();
  const ends: (() => Promise<unknown>)[] = [];
  try {
    const road = await startRoad({ pipeline, onLog: (line) => showLog(line, story) });
    ends.push(() => road.stop());
    step(
      'redis',
      `primary and replica on ${road.redis.host}, TLS and auth token, ports ${road.redis.port} and ${road.redis.replica?.port ?? 0}`,
    );
    ends.push(startUpkeep(road));
    ends.push(async () => Promise.all([...consumers].map((consumer) => endConsumer(consumer))));

    const told = tell(road, story, consumers).then(() => 'told' as const);
    const late = sleep(limitSeconds * 1000, 'late' as const, { ref: false });
    const outcome = await Promise.race([told, interrupted, late]);
    if (outcome === 'interrupted') return 130;
    return conclude(story, outcome === 'late' ? [`not over after ${limitSeconds} s`] : await leftovers(road));
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

/** The demo itself: resolves when every registration has ended for both services. */
async function tell(road: Road, story: Story, consumers: Set<ChildProcess>): Promise<void> {
  const start = (service: Service): Promise<ChildProcess> => startConsumer(road, service, story, consumers);
  const [doomed] = await Promise.all([start('hokusai-token'), start('hokusai-site')]);

  const inHand = new Promise((resolve) => {
    doomed.on('message', ({ kind }: ConsumerReport) => {
      if (kind === 'in-hand') resolve(undefined);
    });
  });
  await register(road, story, [killed]);
  await inHand;
  doomed.kill('SIGKILL');
  await once(doomed, 'exit');
  step('hokusai-token', `its consumer was killed (SIGKILL) with "${killed.label}" in its hands`);

  await start('hokusai-token');
  await register(road, story, registrations);
  const redis = await connect(road.redis);
  try {
    while (!story.complete) {
      for (const { service, queue } of localSubscriptions) {
        const letters = await new ModelQueue(queue).page(redis, 'deadLetters', {
          from: 'newest',
          offset: 0,
          count: 100,
        });
        for (const letter of letters) story.deadLetter(service as Service, letter);
      }
      await sleep(100);
    }
  } finally {
    redis.disconnect();
  }
}

/** Sends registrations as the registry does: PutEvents in tens. */
async function register(road: Road, story: Story, all: readonly Registration[]): Promise<void> {
  const credentials = { accessKeyId: 'demo', secretAccessKey: 'demo' };
  const client = new EventBridgeClient({ endpoint: road.bus.url, region: 'us-east-1', credentials });
  const entries = all.map((registration) => ({
    EventBusName: pipeline.busName,
    Source: registrySource,
    DetailType: modelRegistered,
    Detail: registration.detail,
  }));
  for (let from = 0; from < all.length; from += 10) {
    const reply = await client.send(new PutEventsCommand({ Entries: entries.slice(from, from + 10) }));
    if (reply.FailedEntryCount !== 0) throw new Error(`PutEvents refused entries: ${JSON.stringify(reply.Entries)}`);
    reply.Entries?.forEach(({ EventId: id = '' }, index) => {
      const registration = all[from + index];
      if (registration !== undefined) story.begin(registration, id);
    });
  }
  const again = entries.filter((_, index) => all[index]?.label === sentTwice);
  if (again.length > 0) await client.send(new PutEventsCommand({ Entries: again }));
  step('registry', `${all.length + again.length} registrations sent`);
  client.destroy();
}

async function startConsumer(
  road: Road,
  service: Service,
  story: Story,
  consumers: Set<ChildProcess>,
): Promise<ChildProcess> {
  const { redis } = road;
  const queue = localSubscriptions.find((subscription) => subscription.service === service)?.queue ?? '';
  const consumer = fork(join(__dirname, 'demo-consumer.ts'), {
    env: {
      ...process.env,
      [containerEnv.redisHost]: redis.host,
      [containerEnv.redisPort]: String(redis.port),
      [containerEnv.redisAuthToken]: redis.token,
      [containerEnv.queue]: queue,
      NODE_EXTRA_CA_CERTS: redis.caFile,
    },
  });
  consumers.add(consumer);
  consumer.once('exit', () => consumers.delete(consumer));
  const ready = new Promise<void>((resolve, reject) => {
    consumer.once('exit', (code) =>
      reject(new Error(`the consumer of ${service} ended with ${String(code)} before it was ready`)),
    );
    consumer.on('message', (report: ConsumerReport) => {
      if (report.kind === 'ready') resolve();
      showReport(service, report, story);
    });
  });
  await ready;
  step(service, `consumer ${consumer.pid ?? 0} waits on ${queue}`);
  return consumer;
}

async function endConsumer(consumer: ChildProcess): Promise<void> {
  const ended = once(consumer, 'exit');
  consumer.kill('SIGTERM');
  const forced = setTimeout(() => consumer.kill('SIGKILL'), 3000);
  await ended;
  clearTimeout(forced);
}

function startUpkeep({ redis }: Road): () => Promise<void> {
  const { host, port, token, ca } = redis;
  return startMaintenance({
    redis: { host, port, token, ca },
    queues: localSubscriptions.map(({ queue }) => queue),
    everySeconds: 0.5,
    onPass: (queue, { requeued }) => {
      if (requeued > 0) step('maintenance', `${queue}: ${requeued} lost claim went back to the queue`);
    },
    onTrouble: (error) => step('maintenance', error.message),
  });
}

function showReport(
  service: Service,
  { kind, messageId, payloadText = '', reason = '' }: ConsumerReport,
  story: Story,
): void {
  const label = `"${story.labelOf(messageId)}"`;
  if (kind === 'acknowledged') {
    story.acknowledged(service, messageId, payloadText);
    step(service, `done: ${label}`);
  } else if (kind === 'in-hand') step(service, `works on ${label}`);
  else if (kind === 'retried') step(service, `failed, comes again: ${label} (${reason})`);
  else if (kind === 'dead-lettered') step(service, `given up: ${label} (${reason})`);
  else if (kind === 'trouble') step(service, reason);
}

function showLog(line: string, story: Story): void {
  if (!line.startsWith('{') || line.includes('"_aws"')) return;
  const log = JSON.parse(line) as Record<string, string | number>;
  const { message, published, duplicate, skipped, failed, latencyMs, code, reason, messageId } = log;
  if (message === 'batch') {
    const dead = log['dead-lettered'] ?? 0;
    step(
      'publisher',
      `batch: ${published ?? 0} published, ${duplicate ?? 0} duplicate, ${skipped ?? 0} skipped, ${dead} refused, ${failed ?? 0} failed, ${latencyMs ?? 0} ms`,
    );
  } else if (code !== undefined) step('publisher', `refused, ${code}: ${String(reason).slice(0, 110)}`);
  else if (String(message).startsWith('registration without')) story.notQueued(String(messageId));
  else step('publisher', `${message ?? ''} ${reason ?? ''}`);
}

/** What would be left in Redis that should not be. */
async function leftovers({ redis: server }: Road): Promise<string[]> {
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

function conclude(story: Story, alsoWrong: readonly string[]): number {
  console.log(`\n${tableOf(story)}\n`);
  const faults = [...story.faults(), ...alsoWrong];
  if (faults.length === 0) {
    console.log(`All ${story.chapters.length} registrations ended where they should.`);
    return 0;
  }
  console.error(`${faults.length} not as it should be:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  return 1;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
