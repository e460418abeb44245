import type { PublishOptions } from '../../queue/publish';

/** How long the replicas may take; below the connection's command time-out. */
const waitMs = 1000;
/** How long if they did not confirm the last batch; doubled while they do not confirm, since a slow replica needs longer. */
const brief = { firstMs: 100, longestMs: 400 } as const;
/** No further wait for ten times as long: at most a tenth of the time is lost for new events. */
const pauseFactor = 10;

/** What this function instance knows about the replicas, from one invocation to the next. */
export class ReplicaKnowledge {
  private missing = false;
  private briefMs: number = brief.firstMs;
  private nextWaitMs = -Infinity;

  constructor(private readonly wanted: number) {}

  /**
   * How the next batch waits: while replicas are missing only if the primary hears from enough of them. A replica that loads its
   * first copy of the data is heard from too, and confirms nothing.
   * @param nowMs of a monotonic clock
   */
  replicaWait(nowMs = performance.now()): PublishOptions['replicaWaitMs'] {
    if (!this.missing) return waitMs;
    return (responding) => {
      if (responding < this.wanted || nowMs < this.nextWaitMs) return 0;
      const ms = this.briefMs;
      this.nextWaitMs = nowMs + (1 + pauseFactor) * ms;
      this.briefMs = Math.min(2 * ms, brief.longestMs);
      return ms;
    };
  }

  /** @param confirmed whether enough replicas confirmed a batch */
  learn(confirmed: boolean): void {
    this.missing = !confirmed;
    if (!confirmed) return;
    this.briefMs = brief.firstMs;
    this.nextWaitMs = -Infinity;
  }
}

/** The knowledge for each slot, since each has its own primary. */
export class ReplicasBySlot {
  private readonly known = new Map<string, ReplicaKnowledge>();

  constructor(private readonly wanted: number) {}

  of(slot: string): ReplicaKnowledge {
    const knowledge = this.known.get(slot) ?? new ReplicaKnowledge(this.wanted);
    this.known.set(slot, knowledge);
    return knowledge;
  }

  /** @param confirmed whether enough replicas of every slot confirmed a batch */
  learn(confirmed: boolean): void {
    for (const knowledge of this.known.values()) knowledge.learn(confirmed);
  }
}
