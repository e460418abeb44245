import { queueDimension } from '../../contract/metrics';
import type { PublisherEnvironmentOptions } from '../../dev/local/publisher-environment';
import { type BundledFunction, type FunctionRedis, useBundledFunction } from './bundled-function';
import { type Datapoint, datapointsOf } from './emitted-metrics';

/** The monitor, as it is deployed. */
export interface TestMonitor extends BundledFunction {
  /** Runs the monitor once. @returns the emitted metrics, without ColdStart */
  run(): Promise<Datapoint[]>;
}

interface MonitorOptions extends PublisherEnvironmentOptions {
  /** @default 10, as deployed */
  readonly timeoutSeconds?: number;
}

/** Starts the monitor before the first test; call it after `useRedis`. */
export function useMonitor(redis: FunctionRedis, options: MonitorOptions = {}): TestMonitor {
  const monitor = useBundledFunction(redis, { name: 'monitor', timeoutSeconds: 10, ...options });
  return Object.assign(monitor, {
    run: async () => {
      const from = monitor.lines.length;
      await monitor.function.invoke({ 'detail-type': 'Scheduled Event', source: 'aws.events' });
      return datapointsOf(monitor.lines.slice(from)).filter(({ name }) => name !== 'ColdStart');
    },
  });
}

/** Values by metric name, of one queue or without a queue. */
export function valuesIn(points: readonly Datapoint[], queue?: string): Record<string, number> {
  const wanted = points.filter(({ dimensions }) => dimensions[queueDimension] === queue);
  return Object.fromEntries(wanted.map(({ name, value }) => [name, value]));
}
