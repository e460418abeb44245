/** Ctrl-C in long work: the step under way ends, and the program can say what is done and what stays. A second one ends it at once. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Invocation } from './command';
import type { ProcessContext } from './process-context';

export class Interruption {
  private readonly controller = new AbortController();
  private readonly onSignal = (): void => this.controller.abort();

  constructor(private readonly signals: ProcessContext['signals']) {
    signals.once('SIGINT', this.onSignal);
  }

  get isAsked(): boolean {
    return this.controller.signal.aborted;
  }

  /** Waits, but not longer than until Ctrl-C. */
  async pause(milliseconds: number): Promise<void> {
    if (this.isAsked) return;
    await pause(milliseconds, undefined, { signal: this.controller.signal }).catch(() => undefined);
  }

  end(): void {
    this.signals.removeListener('SIGINT', this.onSignal);
  }
}

/** Does `work`, which asks between its steps whether to stop. */
export async function interruptible<Result>(
  { processContext: { signals } }: Invocation,
  work: (interruption: Interruption) => Promise<Result>,
): Promise<Result> {
  const interruption = new Interruption(signals);
  try {
    return await work(interruption);
  } finally {
    interruption.end();
  }
}
