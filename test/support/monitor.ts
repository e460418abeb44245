import { functionEnv } from '../../contract/function-env';
import { queueDimension } from '../../contract/metrics';
import type { PublisherEnvironmentOptions } from '../../dev/local/publisher-environment';
import { type BundledFunction, useBundledFunction } from './bundled-function';
import { type Datapoint, datapointsOf } from './emitted-metrics';
import type { TestRedis } from './redis';
import { type LocalSqsDepths, startSqsDepths } from './sqs-depths';

/** URLs of the queues whose depths the monitor reads. */
export const monitoredQueues = {
  buffer: 'https://sqs.us-east-1.amazonaws.com/123456789012/buffer',
  redeliveries: 'https://sqs.us-east-1.amazonaws.com/123456789012/redeliveries',
  bufferDeadLetters: 'https://sqs.us-east-1.amazonaws.com/123456789012/buffer-dead-letters',
  undeliverable: 'https://sqs.us-east-1.amazonaws.com/123456789012/undeliverable',
} as const;

/** The monitor, as it is deployed. */
export interface TestMonitor extends BundledFunction {
  readonly sqs: LocalSqsDepths;
  /** Runs the monitor once. @returns the emitted metrics, without ColdStart */
  run(): Promise<Datapoint[]>;
}

interface MonitorOptions extends PublisherEnvironmentOptions {
  /** @default 10, as deployed */
  readonly timeoutSeconds?: number;
}

/** Starts the monitor before the first test; call it after `useRedis`. */
export function useMonitor(redis: TestRedis, options: MonitorOptions = {}): TestMonitor {
  let sqs: LocalSqsDepths | undefined;
  const monitor = useBundledFunction(redis, {
    name: 'monitor',
    timeoutSeconds: 10,
    variables: async () => {
      sqs = await startSqsDepths();
      return {
        [functionEnv.bufferUrl]: monitoredQueues.buffer,
        [functionEnv.redeliveriesUrl]: monitoredQueues.redeliveries,
        [functionEnv.bufferDeadLettersUrl]: monitoredQueues.bufferDeadLetters,
        [functionEnv.undeliverableUrl]: monitoredQueues.undeliverable,
        AWS_ENDPOINT_URL_SQS: sqs.url,
      };
    },
    ...options,
  });
  beforeEach(() => sqs?.reset());
  afterAll(async () => sqs?.stop());

  return Object.defineProperty(
    Object.assign(monitor, {
      run: async () => {
        const from = monitor.lines.length;
        await monitor.function.invoke({ 'detail-type': 'Scheduled Event', source: 'aws.events' });
        return datapointsOf(monitor.lines.slice(from)).filter(({ name }) => name !== 'ColdStart');
      },
    }),
    'sqs',
    { get: () => sqs },
  ) as TestMonitor;
}

/** Values by metric name, of one queue or without a queue. */
export function valuesIn(points: readonly Datapoint[], queue?: string): Record<string, number> {
  const wanted = points.filter(({ dimensions }) => dimensions[queueDimension] === queue);
  return Object.fromEntries(wanted.map(({ name, value }) => [name, value]));
}
