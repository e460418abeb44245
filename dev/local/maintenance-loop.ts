/** The monitor's maintenance pass and samples, by a timer here. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { QueuePolicy } from '../../contract/subscriptions';
import { maintain, type MaintenanceReport } from '../../queue/maintenance';
import { ModelQueue } from '../../queue/model-queue';
import { recordSample } from '../../queue/samples';
import { RedisSession, type SessionOptions } from '../../queue/session';

export interface MaintenanceLoopOptions extends Partial<QueuePolicy> {
  readonly redis: SessionOptions;
  /** Main queues. */
  readonly queues: readonly string[];
  readonly everySeconds: number;
  /** Called with each pass. @default none */
  readonly onPass?: (queue: string, report: MaintenanceReport) => void;
  /** Called when a pass fails; the next pass runs as usual. @default none */
  readonly onError?: (error: Error) => void;
}

/** Starts the passes; the function returned ends them and resolves when the last one is over. */
export function startMaintenance(options: MaintenanceLoopOptions): () => Promise<void> {
  const { redis, queues, everySeconds, onPass, onError, ...maintenance } = options;
  const session = new RedisSession(redis);
  const ending = new AbortController();
  const loop = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      for (const queue of queues) {
        try {
          const report = await session.use('maintain', async (client) => {
            const modelQueue = new ModelQueue(queue);
            const passed = await maintain(client, modelQueue, maintenance);
            await recordSample(client, modelQueue.keys);
            return passed;
          });
          onPass?.(queue, report);
        } catch (error) {
          onError?.(error as Error);
        }
      }
      await sleep(everySeconds * 1000, undefined, { signal: ending.signal }).catch(() => undefined);
    }
    session.close();
  };
  const ended = loop();
  return async () => {
    ending.abort();
    await ended;
  };
}
