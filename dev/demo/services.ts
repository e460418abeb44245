/** The two services of `make demo`, each with a consumer process. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { containerEnv } from '../../contract/function-env';
import type { ConsumerReport } from './consumer';
import { step, stepDone } from './steps';
import type { Service, RegistrationProgress } from './registration-progress';
import { localSubscriptions } from '../local/publisher-environment';
import type { LocalRedis } from '../local/redis-server';

/** Starts consumers and stops the remaining ones at the end. */
export class DemoServices {
  private readonly consumers = new Set<ChildProcess>();

  constructor(
    private readonly redis: LocalRedis,
    private readonly progress: RegistrationProgress,
  ) {}

  /** Resolves when the consumer waits for messages. */
  async start(service: Service): Promise<ChildProcess> {
    const queue = localSubscriptions.find((subscription) => subscription.service === service)?.queue ?? '';
    const { host, port, token, caFile } = this.redis;
    const consumer = fork(join(__dirname, 'consumer.ts'), {
      env: {
        ...process.env,
        [containerEnv.redisHost]: host,
        [containerEnv.redisPort]: String(port),
        [containerEnv.redisAuthToken]: token,
        [containerEnv.queue]: queue,
        NODE_EXTRA_CA_CERTS: caFile,
      },
    });
    this.consumers.add(consumer);
    consumer.once('exit', () => this.consumers.delete(consumer));
    const ready = new Promise<void>((resolve, reject) => {
      consumer.once('exit', (code) =>
        reject(new Error(`the consumer of ${service} exited with code ${String(code)} before it was ready`)),
      );
      consumer.on('message', (consumerReport: ConsumerReport) => {
        if (consumerReport.kind === 'ready') resolve();
        this.report(service, consumerReport);
      });
    });
    await ready;
    step(service, `consumer ${consumer.pid ?? 0} waits on ${queue}`);
    return consumer;
  }

  /** Stops every consumer: SIGTERM, then SIGKILL after three seconds. */
  async stop(): Promise<void> {
    await Promise.all([...this.consumers].map((consumer) => end(consumer)));
  }

  private report(service: Service, { kind, messageId, payloadText = '', reason = '' }: ConsumerReport): void {
    const name = this.progress.labelOf(messageId);
    const label = `"${name}"`;
    if (kind === 'acknowledged') {
      stepDone(service, name);
      this.progress.acknowledged(service, messageId, payloadText);
    } else if (kind === 'in-hand') step(service, `works on ${label}`);
    else if (kind === 'retried') step(service, `failed, will be retried: ${label} (${reason})`);
    else if (kind === 'dead-lettered') step(service, `dead-lettered: ${label} (${reason})`);
    else if (kind === 'warning') step(service, reason);
  }
}

async function end(consumer: ChildProcess): Promise<void> {
  const ended = once(consumer, 'exit');
  consumer.kill('SIGTERM');
  const forced = setTimeout(() => consumer.kill('SIGKILL'), 3000);
  await ended;
  clearTimeout(forced);
}

/** Resolves when this consumer reports that it handles a message. */
export function inHandOf(consumer: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    consumer.on('message', ({ kind }: ConsumerReport) => {
      if (kind === 'in-hand') resolve();
    });
  });
}
