import { resolve } from 'node:path';
import { functionEnv } from '../../contract/function-env';
import { queueDimension } from '../../contract/metrics';
import { type LocalFunction, startFunction } from '../../local/function-process';
import {
  localSecretArn,
  publisherEnvironment,
  type PublisherEnvironmentOptions,
  secretStringOf,
} from '../../local/publisher-environment';
import { type LocalSecretsManager, startSecretsManager } from '../../local/secrets-manager';
import { type Datapoint, datapointsOf } from './emitted-metrics';
import type { TestRedis } from './redis';
import { type LocalSqsDepths, startSqsDepths } from './sqs-depths';

/** URLs of the queues whose depths the monitor reads. */
export const monitoredQueues = {
  buffer: 'https://sqs.us-east-1.amazonaws.com/123456789012/buffer',
  bufferDeadLetters: 'https://sqs.us-east-1.amazonaws.com/123456789012/buffer-dead-letters',
  undeliverable: 'https://sqs.us-east-1.amazonaws.com/123456789012/undeliverable',
} as const;

/** The monitor's bundle, as it is deployed, in a process of its own; one for the tests of a file. */
export interface TestMonitor {
  readonly function: LocalFunction;
  readonly secrets: LocalSecretsManager;
  readonly sqs: LocalSqsDepths;
  /** Everything it wrote since the test began. */
  readonly lines: string[];
  /** One run; what it emitted. */
  run(): Promise<Datapoint[]>;
  /** Its log entries with this message. */
  logs(message: string): Record<string, unknown>[];
}

interface MonitorOptions extends PublisherEnvironmentOptions {
  /** @default 10, as deployed */
  readonly timeoutSeconds?: number;
}

/** Starts the monitor before the first test; call it after `useRedis`. */
export function useMonitor(redis: TestRedis, { timeoutSeconds = 10, ...options }: MonitorOptions = {}): TestMonitor {
  let started: { function: LocalFunction; secrets: LocalSecretsManager; sqs: LocalSqsDepths } | undefined;
  const lines: string[] = [];
  const running = () => {
    if (started === undefined)
      throw new Error('the monitor is started before the first test, not while the file is read');
    return started;
  };

  beforeAll(async () => {
    const secrets = await startSecretsManager({ [localSecretArn]: secretStringOf(redis.server.token) });
    const sqs = await startSqsDepths();
    const monitor = await startFunction({
      name: 'monitor',
      bundle: resolve(__dirname, '../../dist/lambda/monitor/index.mjs'),
      environment: {
        // It has the same way to Redis as the publisher.
        ...publisherEnvironment(redis.server, secrets, options),
        [functionEnv.bufferUrl]: monitoredQueues.buffer,
        [functionEnv.bufferDeadLettersUrl]: monitoredQueues.bufferDeadLetters,
        [functionEnv.undeliverableUrl]: monitoredQueues.undeliverable,
        AWS_ENDPOINT_URL_SQS: sqs.url,
      },
      timeoutSeconds,
      onLog: (line) => lines.push(line),
    });
    started = { function: monitor, secrets, sqs };
  });
  beforeEach(() => {
    lines.splice(0);
    running().sqs.reset();
  });
  afterAll(async () => {
    await started?.function.stop();
    await started?.secrets.stop();
    await started?.sqs.stop();
  });

  return {
    get function() {
      return running().function;
    },
    get secrets() {
      return running().secrets;
    },
    get sqs() {
      return running().sqs;
    },
    lines,
    run: async () => {
      const from = lines.length;
      await running().function.invoke({ 'detail-type': 'Scheduled Event', source: 'aws.events' });
      return datapointsOf(lines.slice(from));
    },
    logs: (message) =>
      lines
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter((entry) => entry['message'] === message),
  };
}

/** Values by metric name: those of one queue, or those that no queue has. */
export function valuesIn(points: readonly Datapoint[], queue?: string): Record<string, number> {
  const wanted = points.filter(({ dimensions }) => dimensions[queueDimension] === queue);
  return Object.fromEntries(wanted.map(({ name, value }) => [name, value]));
}
