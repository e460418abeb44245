/** What a consumer did in one period. */
export interface ConsumerReport {
  /** Length of the period. */
  readonly seconds: number;
  /** Messages acknowledged. */
  readonly handled: number;
  /** Attempts whose handler failed, however they ended. */
  readonly failed: number;
  readonly retried: number;
  readonly deadLettered: number;
  readonly snoozed: number;
  /** Claims that were lost before the outcome was written. */
  readonly lost: number;
  /** Share of the handlers' time that was used, 0-100. */
  readonly busyPercent: number;
  /**
   * For each acknowledged message, the time since its event, ms. Replayed and redriven messages are left out: they are old on
   * purpose.
   */
  readonly registrationToHandledMs: readonly number[];
}

type Count = 'handled' | 'failed' | 'retried' | 'deadLettered' | 'snoozed' | 'lost';

/** Counts for `ConsumerReport`. */
export class ReportPeriod {
  private counts: Record<Count, number> = emptyCounts();
  private latenciesMs: number[] = [];
  private busyMs = 0;
  private startedMs = performance.now();

  constructor(private readonly concurrency: number) {}

  count(what: Count): void {
    this.counts[what]++;
  }

  /** @param message as parsed */
  handled(message: {
    readonly timestamp: string;
    readonly replay_name?: unknown;
    readonly redrive_count?: unknown;
  }): void {
    this.counts.handled++;
    if (message.replay_name !== undefined || message.redrive_count !== undefined) return;
    const sinceMs = Date.now() - Date.parse(message.timestamp);
    if (Number.isFinite(sinceMs)) this.latenciesMs.push(Math.max(0, sinceMs));
  }

  /** A handler has run. */
  busy(ms: number): void {
    this.busyMs += ms;
  }

  /** The period's report; the next period begins. */
  finish(): ConsumerReport {
    const nowMs = performance.now();
    const elapsedMs = nowMs - this.startedMs;
    const report = {
      seconds: elapsedMs / 1000,
      ...this.counts,
      busyPercent: Math.min(100, (100 * this.busyMs) / Math.max(1, elapsedMs * this.concurrency)),
      registrationToHandledMs: this.latenciesMs,
    };
    this.counts = emptyCounts();
    this.latenciesMs = [];
    this.busyMs = 0;
    this.startedMs = nowMs;
    return report;
  }
}

function emptyCounts(): Record<Count, number> {
  return { handled: 0, failed: 0, retried: 0, deadLettered: 0, snoozed: 0, lost: 0 };
}
