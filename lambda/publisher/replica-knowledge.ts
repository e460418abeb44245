import type { PublishOptions } from '../../queue/publish';

/** How long the replicas may take; below the connection's command time-out. */
const waitMs = 1000;
/** How long if they did not confirm the last batch: new events must not queue behind the waiting. */
const briefMs = 100;
/** How often one batch has the whole time again: a slow replica needs it to be found working. */
const longWaitEveryMs = 10_000;

/** What this function instance knows about the replicas, from one invocation to the next. */
export class ReplicaKnowledge {
  private missing = false;
  private lastLongWaitMs = -Infinity;

  /** How the next batch waits for its confirmation. @param nowMs of a monotonic clock */
  waiting(nowMs = performance.now()): Pick<PublishOptions, 'replicaWaitMs' | 'asksForReplicas'> {
    const long = !this.missing || nowMs - this.lastLongWaitMs >= longWaitEveryMs;
    if (long) this.lastLongWaitMs = nowMs;
    return { replicaWaitMs: long ? waitMs : briefMs, asksForReplicas: this.missing };
  }

  /** @param confirmed whether enough replicas confirmed a batch */
  learn(confirmed: boolean): void {
    this.missing = !confirmed;
  }
}
