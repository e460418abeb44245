/** Weight of the latest handler time in the average. */
const newestWeight = 0.2;

/** How long a prefetched message waits for a handler before it goes back to the queue. */
export const prefetchPatienceMs = 1000;

/** How many messages a consumer prefetches: as many as its handlers start within the patience, judged by their average time. */
export class Capacity {
  private averageMs: number | undefined;
  private isOverfilled = false;

  constructor(
    private readonly concurrency: number,
    private readonly prefetch: number,
  ) {}

  handlerEnded(ms: number): void {
    this.averageMs = this.averageMs === undefined ? ms : this.averageMs + newestWeight * (ms - this.averageMs);
    this.isOverfilled = false;
  }

  /** Prefetched messages had to go back: none is prefetched until a handler has ended. */
  overfill(): void {
    this.isOverfilled = true;
  }

  get prefetched(): number {
    if (this.isOverfilled) return 0;
    if (this.averageMs === undefined) return this.prefetch;
    return Math.min(this.prefetch, Math.floor((this.concurrency * prefetchPatienceMs) / Math.max(1, this.averageMs)));
  }
}
