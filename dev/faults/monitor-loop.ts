/** The bundled monitor, invoked about once a second instead of once a minute. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type FunctionOptions, type LocalFunction, startFunction } from '../emulators/function-process';

const pauseMs = 700;

export class MonitorLoop {
  private readonly ending = new AbortController();
  private readonly ended: Promise<void>;

  private constructor(readonly monitor: LocalFunction) {
    this.ended = this.loop();
  }

  static async start(options: FunctionOptions): Promise<MonitorLoop> {
    return new MonitorLoop(await startFunction(options));
  }

  async stop(): Promise<void> {
    this.ending.abort();
    await this.monitor.stop();
    await this.ended;
  }

  private async loop(): Promise<void> {
    const { signal } = this.ending;
    while (!signal.aborted) {
      // An interrupted run is not repeated; the schedule starts the next one.
      await this.monitor.invoke({ 'detail-type': 'Scheduled Event', source: 'aws.events' }).catch(() => undefined);
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
