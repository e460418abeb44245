/** Ctrl-C during long work: the current step completes and the result is printed. A second Ctrl-C ends the program at once. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Invocation } from './command';
import type { ProcessContext } from './process-context';

export class Interruption {
  private readonly controller = new AbortController();
  private readonly onSignal = (): void => this.controller.abort();

  constructor(private readonly signals: ProcessContext['signals']) {
    signals.once('SIGINT', this.onSignal);
  }

  get isRequested(): boolean {
    return this.controller.signal.aborted;
  }

  /** Waits; Ctrl-C ends the wait. */
  async pause(milliseconds: number): Promise<void> {
    if (this.isRequested) return;
    await pause(milliseconds, undefined, { signal: this.controller.signal }).catch(() => undefined);
  }

  end(): void {
    this.signals.removeListener('SIGINT', this.onSignal);
  }
}

/** Runs `work`, which checks between its steps whether to stop. */
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
